import { BrushwoodError } from '../errors.ts';
import { elementCount, type Shape5 } from '../grid/axes.ts';
import { BlockGrid } from '../grid/block-grid.ts';
import { checkRoi, intersectRois, roiShape, translateRoi, wholeRoi, type Roi } from '../grid/roi.ts';
import { copyBox, createTensor, type Tensor } from '../grid/tensor.ts';

/** Largest label value. ilastik uses 100 as its eraser. */
export const maxLabel = 99;

/**
 * The strokes of one lane: a sparse grid of uint8 chunks, 0 = not labelled, 1…n = class. Plain data and never changed
 * in place: every operation returns new labels that share the untouched chunks, so undo is keeping the old ones.
 */
export interface Labels {
  /** `tczyx` of the image, with one channel. */
  readonly shape: Shape5;
  readonly chunkShape: Shape5;
  /** By running number of the chunk in its grid; a missing chunk holds no label. */
  readonly chunks: ReadonlyMap<number, Uint8Array>;
}

/** A box of labels. */
export interface LabelBlock {
  readonly roi: Roi;
  /** uint8, shape of the box. */
  readonly data: Uint8Array;
}

export function emptyLabels(imageShape: Shape5): Labels {
  const [t, , z, y, x] = imageShape;
  const chunkShape: Shape5 =
    z > 1 ? [1, 1, Math.min(16, z), Math.min(64, y), Math.min(64, x)] : [1, 1, 1, Math.min(128, y), Math.min(128, x)];
  return { shape: [t, 1, z, y, x], chunkShape, chunks: new Map() };
}

/** A dense copy of a box. */
export function readLabels(labels: Labels, roi: Roi): Uint8Array {
  const out = new Uint8Array(elementCount(roiShape(roi)));
  const target: Tensor = { data: out, shape: roiShape(roi) };
  for (const { chunkRoi, data, overlap } of chunksIn(labels, roi)) {
    if (data) copyBox({ data, shape: roiShape(chunkRoi) }, localRoi(overlap, chunkRoi), target, localRoi(overlap, roi));
  }
  return out;
}

/**
 * Combines a box of values into the labels.
 * @param mode 'replace' writes every value, 0 erases; 'merge' leaves a label where the value is 0
 * @throws 'invalid-labels' for values above 99, 'invalid-roi' for a box that leaves the image, 'shape-mismatch' for values
 * that do not fill it
 */
export function writeLabels(
  labels: Labels,
  roi: Roi,
  values: Uint8Array,
  mode: 'replace' | 'merge' = 'replace',
): Labels {
  checkRoi(roi, labels.shape, 'Labels');
  const source = createTensor(values, roiShape(roi));
  const largest = values.reduce((max, value) => Math.max(max, value), 0);
  if (largest > maxLabel) {
    throw new BrushwoodError('invalid-labels', `Labels go from 1 to ${maxLabel}, found ${largest}.`, {
      found: largest,
      maxLabel,
    });
  }
  const chunks = new Map(labels.chunks);
  for (const { index, chunkRoi, data, overlap } of chunksIn(labels, roi)) {
    const shape = roiShape(chunkRoi);
    const next = data ? data.slice() : new Uint8Array(elementCount(shape));
    const before = mode === 'merge' && data ? data : undefined;
    copyBox(source, localRoi(overlap, roi), { data: next, shape }, localRoi(overlap, chunkRoi));
    if (before) for (let i = 0; i < next.length; i++) if (next[i] === 0) next[i] = before[i]!;
    if (next.some((value) => value !== 0)) chunks.set(index, next);
    else chunks.delete(index);
  }
  return { ...labels, chunks };
}

/** Replaces every value by `map(value)`; 0 stays 0. */
export function mapLabels(labels: Labels, map: (value: number) => number): Labels {
  const table = Uint8Array.from({ length: 256 }, (_, value) => (value === 0 ? 0 : map(value)));
  const chunks = new Map<number, Uint8Array>();
  for (const [index, data] of labels.chunks) {
    const next = data.map((value) => table[value]!);
    if (next.some((value) => value !== 0)) chunks.set(index, next);
  }
  return { ...labels, chunks };
}

/** Labelled voxels per class, index 0 = label 1; longer than `classCount` if there are higher labels. */
export function countLabels(labels: Labels, classCount: number): number[] {
  const counts = Array<number>(Math.max(classCount, 0)).fill(0);
  for (const chunk of labels.chunks.values()) {
    countChunk(chunk).forEach((count, i) => (counts[i] = (counts[i] ?? 0) + count));
  }
  return counts;
}

/** Chunks are never changed in place, so that each is counted once, however often panels ask. */
const chunkCounts = new WeakMap<Uint8Array, readonly number[]>();

function countChunk(chunk: Uint8Array): readonly number[] {
  let counts = chunkCounts.get(chunk);
  if (!counts) {
    const histogram = new Uint32Array(256);
    for (const value of chunk) histogram[value]!++;
    const largest = histogram.findLastIndex((count) => count > 0);
    counts = [...histogram.subarray(1, largest + 1)];
    chunkCounts.set(chunk, counts);
  }
  return counts;
}

export function hasLabels(labels: Labels): boolean {
  return labels.chunks.size > 0;
}

/** The labelled parts: every chunk cut to the bounding box of its labels, in grid order. */
export function* labelBlocks(labels: Labels): Generator<LabelBlock> {
  const grid = gridOf(labels);
  for (const index of [...labels.chunks.keys()].sort((a, b) => a - b)) {
    const chunkRoi = grid.block(index);
    const chunk: Tensor = { data: labels.chunks.get(index)!, shape: roiShape(chunkRoi) };
    const bounds = boundsOfNonZero(chunk);
    if (!bounds) continue;
    const data = new Uint8Array(elementCount(roiShape(bounds)));
    copyBox(chunk, bounds, { data, shape: roiShape(bounds) }, wholeRoi(roiShape(bounds)));
    yield { roi: translateRoi(bounds, chunkRoi.start), data };
  }
}

function gridOf(labels: Labels): BlockGrid {
  return new BlockGrid(wholeRoi(labels.shape), labels.chunkShape);
}

function localRoi(roi: Roi, origin: Roi): Roi {
  return translateRoi(
    roi,
    origin.start.map((start) => -start),
  );
}

function* chunksIn(labels: Labels, roi: Roi) {
  const grid = gridOf(labels);
  const low = roi.start.map((start, i) => Math.floor(start / labels.chunkShape[i]!));
  const high = roi.stop.map((stop, i) => Math.ceil(stop / labels.chunkShape[i]!));
  for (let t = low[0]!; t < high[0]!; t++)
    for (let z = low[2]!; z < high[2]!; z++)
      for (let y = low[3]!; y < high[3]!; y++)
        for (let x = low[4]!; x < high[4]!; x++) {
          const index = ((t * grid.counts[2] + z) * grid.counts[3] + y) * grid.counts[4] + x;
          const chunkRoi = grid.block(index);
          const overlap = intersectRois(chunkRoi, roi);
          if (overlap) yield { index, chunkRoi, data: labels.chunks.get(index), overlap };
        }
}

function boundsOfNonZero({ data, shape }: Tensor): Roi | undefined {
  const start = [...shape] as [number, number, number, number, number];
  const stop: [number, number, number, number, number] = [0, 0, 0, 0, 0];
  let i = 0;
  for (let t = 0; t < shape[0]; t++)
    for (let c = 0; c < shape[1]; c++)
      for (let z = 0; z < shape[2]; z++)
        for (let y = 0; y < shape[3]; y++)
          for (let x = 0; x < shape[4]; x++, i++) {
            if (data[i] === 0) continue;
            [t, c, z, y, x].forEach((at, axis) => {
              start[axis] = Math.min(start[axis]!, at);
              stop[axis] = Math.max(stop[axis]!, at + 1);
            });
          }
  return stop[4] === 0 ? undefined : { start, stop };
}
