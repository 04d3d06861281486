import { readFileSync } from 'node:fs';
import {
  BlockArena,
  computeFeatures,
  elementCount,
  emptySelection,
  featureScratchBytes,
  plainEngine,
  planFeatures,
  selectAllFeatures,
  type FeatureSelection,
  type FilterEngine,
  type PaddedBlock,
  type Shape3,
} from '@brushwood/core';
import { eigenvalueTolerance3d, featureTolerance } from '@brushwood/core/testing';
import { describe, expect, it } from 'vitest';
import { wasmSimdEngine } from './kernels/wasm-simd-engine.ts';
import { features } from './plugin.ts';

const fixtures = new URL('../../../fixtures/features/', import.meta.url);
const reference = process.env.BRUSHWOOD_REFERENCE;
const engines: readonly FilterEngine[] = [plainEngine, wasmSimdEngine];

/** Voxels from the edge within which every structure-tensor value depends on how the products are mirrored. */
const ringWidth = 3;

interface NumpyArray {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
}

/** What ilastik says about one of its feature stacks. */
interface Stack {
  readonly input: string;
  readonly input_axes: string;
  readonly spatial_stride: number;
  readonly compute_in_2d: boolean;
  readonly channels: readonly { readonly feature: string; readonly name: string }[];
}

describe.each(engines)("features beside ilastik's: $id", (engine) => {
  it('match on rows of a grey image, three of them at the border', () => {
    const { rows, names } = readJson<{ rows: number[]; names: string[] }>(new URL('gray2d-rows.json', fixtures));
    const image = readNumpy(new URL('gray2d.npy', fixtures));
    const expected = readNumpy(new URL('gray2d-rows.npy', fixtures));
    const found = computeAll(toChannels(image, 'yx')[0]!, true, engine);
    expect(found.names).toEqual(names);
    const { absolute, relative } = featureTolerance(rangeOf(image.data));
    const [height, width] = image.shape as [number, number];
    const worst = worstExcess(names.length * rows.length * width, (i) => {
      const channel = i % names.length;
      const x = Math.floor(i / names.length) % width;
      const y = rows[Math.floor(i / (names.length * width))]!;
      const value = expected.data[i]!;
      return [found.data[channel * height * width + y * width + x]! - value, absolute + relative * Math.abs(value)];
    });
    expect(worst).toBeLessThanOrEqual(1);
  });
});

/** Grey, RGB, time series, a volume of two channels in 3-D, and one whose slices are filtered alone. */
const names = ['gray2d', 'rgb2d', 'time2d', 'vol3d', 'vol3d_in2d'];

describe.skipIf(reference === undefined)(
  "features beside ilastik's whole stacks (skipped unless BRUSHWOOD_REFERENCE names their folder)",
  () => {
    describe.each(engines)('$id', (engine) => {
      it.each(names)('%s: inside, and in the border ring by itself', (name) => {
        const stack = readJson<Stack>(`${reference}/features/${name}.json`);
        const image = readNumpy(`${reference}/${stack.input}`);
        const expected = readNumpy(`${reference}/features/${name}.npy`);
        const samples = compareStack(stack, image, expected, engine);
        const range = rangeOf(image.data);
        const isApproximate = ({ channel }: Sample) =>
          !stack.compute_in_2d && stack.channels[channel]!.feature.endsWith('Eigenvalues');
        for (const region of [samples.filter((s) => s.isRing), samples.filter((s) => !s.isRing)]) {
          expect(region.length).toBeGreaterThan(0);
          expectClose(
            region.filter((s) => !isApproximate(s)),
            range,
          );
          expectSameInvariants(region.filter(isApproximate), range);
        }
        expectMostlyClose(samples.filter(isApproximate));
      });
    });
  },
);

/** One value of the reference and ours. */
interface Sample {
  readonly channel: number;
  readonly isRing: boolean;
  readonly expected: number;
  readonly found: number;
}

function compareStack(stack: Stack, image: NumpyArray, expected: NumpyArray, engine: FilterEngine): Sample[] {
  const samples: Sample[] = [];
  const featureCount = stack.channels.length;
  for (const [t, frame] of toChannels(image, stack.input_axes).entries()) {
    const found = computeAll(frame, stack.compute_in_2d, engine);
    expect(found.names).toEqual(stack.channels.map((channel) => channel.name));
    const axes = stack.compute_in_2d ? [1, 2] : [0, 1, 2];
    const counts = frame.shape.map((size, i) => (i === 0 && size === 1 ? 1 : Math.ceil(size / stack.spatial_stride)));
    const [nz, ny, nx] = counts as [number, number, number];
    for (let i = 0; i < nz * ny * nx; i++) {
      const at = [Math.floor(i / (ny * nx)), Math.floor(i / nx) % ny, i % nx].map((n) => n * stack.spatial_stride);
      const voxel = (at[0]! * frame.shape[1] + at[1]!) * frame.shape[2] + at[2]!;
      const isRing = axes.some((a) => at[a]! < ringWidth || at[a]! >= frame.shape[a]! - ringWidth);
      for (let channel = 0; channel < featureCount; channel++) {
        samples.push({
          channel,
          isRing,
          expected: expected.data[(t * nz * ny * nx + i) * featureCount + channel]!,
          found: found.data[channel * elementCount(frame.shape) + voxel]!,
        });
      }
    }
  }
  expect(samples.length).toBe(elementCount(expected.shape));
  return samples;
}

function expectClose(samples: readonly Sample[], range: number): void {
  const { absolute, relative } = featureTolerance(range);
  const worst = worstExcess(samples.length, (i) => {
    const { expected, found } = samples[i]!;
    return [found - expected, absolute + relative * Math.abs(expected)];
  });
  expect(worst).toBeLessThanOrEqual(1);
}

/**
 * The sum and the norm of a matrix's eigenvalues, which an approximate solver keeps: they show in every voxel whether the
 * matrices are the same, the border included. Allowed is what three values together may differ by.
 */
function expectSameInvariants(samples: readonly Sample[], range: number): void {
  const { absolute, relative } = featureTolerance(range);
  for (const invariant of [
    (v: readonly number[]) => v[0]! + v[1]! + v[2]!,
    (v: readonly number[]) => Math.hypot(...v),
  ]) {
    const worst = worstExcess(samples.length / 3, (i) => {
      const triple = samples.slice(3 * i, 3 * i + 3);
      const expected = triple.map((sample) => sample.expected);
      const difference = invariant(triple.map((sample) => sample.found)) - invariant(expected);
      return [difference, 3 * (absolute + relative * Math.max(...expected.map(Math.abs)))];
    });
    expect(worst).toBeLessThanOrEqual(1);
  }
}

/** The values themselves, but for the share that ilastik's solver misses. */
function expectMostlyClose(samples: readonly Sample[]): void {
  const { ofStandardDeviation, shareOfAll, shareOfChannel } = eigenvalueTolerance3d;
  let closeOfAll = 0;
  for (const channel of new Set(samples.map((sample) => sample.channel))) {
    const own = samples.filter((sample) => sample.channel === channel);
    const limit = ofStandardDeviation * standardDeviation(own.map((sample) => sample.expected));
    const close = own.filter((sample) => Math.abs(sample.found - sample.expected) <= limit).length;
    expect(close / own.length, `share of channel ${channel}`).toBeGreaterThanOrEqual(shareOfChannel);
    closeOfAll += close;
  }
  if (samples.length > 0) expect(closeOfAll / samples.length).toBeGreaterThanOrEqual(shareOfAll);
}

/** Largest |difference| / allowed; NaN if there is any. */
function worstExcess(count: number, compare: (i: number) => [difference: number, allowed: number]): number {
  let worst = 0;
  for (let i = 0; i < count; i++) {
    const [difference, allowed] = compare(i);
    const excess = Math.abs(difference) / allowed;
    if (!(excess <= worst)) worst = excess;
    if (Number.isNaN(worst)) return worst;
  }
  return worst;
}

interface Frame {
  readonly channels: readonly Float32Array[];
  readonly shape: Shape3;
}

/** All features of one time point as one block, planes one after another, in ilastik's order. */
function computeAll({ channels, shape }: Frame, computeIn2d: boolean, engine: FilterEngine) {
  const selection: FeatureSelection = selectAllFeatures(
    emptySelection(features.filters, computeIn2d),
    features.filters,
  );
  const plan = planFeatures(selection, features.filters, { channelCount: channels.length, isFlat: shape[0] === 1 });
  const voxels = elementCount(shape);
  const arena = new BlockArena(
    featureScratchBytes(plan, shape) + 4 * voxels * (plan.featureCount + channels.length) + 2 ** 20,
  );
  const kernels = engine.bind(arena);
  const data = arena.allocateFloat32(plan.featureCount * voxels);
  const block: PaddedBlock = {
    channels: channels.map((values) => {
      const volume = { data: arena.allocateFloat32(voxels), shape };
      volume.data.set(values);
      return volume;
    }),
    core: { start: [0, 0, 0], shape },
    edges: { start: [true, true, true], stop: [true, true, true] },
  };
  computeFeatures(block, plan, data, { arena, kernels });
  return { data, names: plan.names };
}

/** One frame a time point, from axes yx, yxc, tyx, zyx or zyxc. */
function toChannels({ data, shape }: NumpyArray, axes: string): Frame[] {
  const size = (axis: string) => (axes.includes(axis) ? shape[axes.indexOf(axis)]! : 1);
  const [nt, nc] = [size('t'), size('c')];
  const frameShape: Shape3 = [size('z'), size('y'), size('x')];
  const voxels = elementCount(frameShape);
  return Array.from({ length: nt }, (_, t) => ({
    shape: frameShape,
    channels: Array.from({ length: nc }, (_, c) =>
      Float32Array.from({ length: voxels }, (_, i) => data[(t * voxels + i) * nc + c]!),
    ),
  }));
}

function rangeOf(values: ArrayLike<number>): number {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    low = Math.min(low, values[i]!);
    high = Math.max(high, values[i]!);
  }
  return high - low;
}

function standardDeviation(values: readonly number[]): number {
  const mean = values.reduce((total, value) => total + value, 0) / values.length;
  return Math.sqrt(values.reduce((total, value) => total + (value - mean) ** 2, 0) / values.length);
}

function readJson<T>(path: string | URL): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}

/** A little-endian C-ordered `.npy` of version 1. */
function readNumpy(path: string | URL): NumpyArray {
  const bytes = readFileSync(path);
  const dataAt = 10 + bytes.readUInt16LE(8);
  const header = bytes.toString('latin1', 10, dataAt);
  const dtype = /'descr': '(..\d)'/.exec(header)![1]!;
  const shape = /'shape': \(([^)]*)\)/
    .exec(header)![1]!
    .split(',')
    .filter((size) => size.trim() !== '')
    .map(Number);
  expect(header).toContain("'fortran_order': False");
  const buffer = new Uint8Array(bytes.subarray(dataAt)).buffer;
  if (dtype === '<f4') return { data: new Float32Array(buffer), shape };
  if (dtype === '<u2') return { data: new Uint16Array(buffer), shape };
  expect(dtype).toBe('|u1');
  return { data: new Uint8Array(buffer), shape };
}
