import { describe, expect, it } from 'vitest';
import type { FilterKernels, Volume } from '../contracts/filter-engine.ts';
import type { Shape3, Shape5 } from '../grid/axes.ts';
import type { Roi } from '../grid/roi.ts';
import { correlate } from '../kernels/correlate.reference.ts';
import { plainEngine } from '../kernels/plain-engine.ts';
import { caught } from '../test-doubles/caught.ts';
import { memoryImageSource } from '../testing/memory-image.ts';
import { randomTensor } from '../testing/random.ts';
import { BlockArena } from './block-arena.ts';
import { BlockFilterInput } from './filter-input.ts';
import { gaussianTaps, presmoothingSigma, presmoothingWindow, stageTwoWindow } from './gaussian-taps.ts';
import { readPaddedBlock } from './read-padded-block.ts';

const shape: Shape5 = [1, 1, 12, 14, 16];
const image = randomTensor('uint8', shape, 21);
const whole: Roi = { start: [0, 0, 0, 0, 0], stop: shape };
const inside: Roi = { start: [0, 0, 5, 6, 7], stop: [1, 1, 8, 8, 11] };

interface Counter {
  passes: number;
}

async function inputOf(
  core: Roi,
  options: { sigma: number; rank?: 2 | 3; halo: number; innerHalo: number; counter?: Counter },
): Promise<{ input: BlockFilterInput; arena: BlockArena }> {
  const { sigma, rank = 3, halo, innerHalo, counter } = options;
  const arena = new BlockArena(4 * 2 ** 20);
  const halos: Shape3 = [rank === 3 ? halo : 0, halo, halo];
  const block = await readPaddedBlock(memoryImageSource(image), core, { halo: halos, arena, who: 'image' });
  const plain = plainEngine.bind(arena);
  const kernels: FilterKernels = {
    ...plain,
    correlate(...pass) {
      if (counter) counter.passes++;
      plain.correlate(...pass);
    },
  };
  return { input: new BlockFilterInput({ block, channel: 0, sigma, rank, innerHalo, arena, kernels }), arena };
}

/** The whole image filtered along the given axes one after another, each pass mirroring its own input. */
function filtered(
  input: Volume,
  axes: readonly (0 | 1 | 2)[],
  tapsOf: (axis: number) => ReturnType<typeof gaussianTaps>,
) {
  return axes.reduce<Volume>((current, axis) => {
    const out = { data: new Float32Array(current.data.length), shape: current.shape };
    correlate(current, out, { axis, taps: tapsOf(axis), offset: [0, 0, 0] });
    return out;
  }, input);
}
const wholeVolume: Volume = { data: Float32Array.from(image.data as Uint8Array), shape: [12, 14, 16] };

/** The core of a volume of the input's inner shape. */
function coreOf(input: BlockFilterInput, volume: Volume): number[] {
  const out = new Float32Array(input.coreShape[0] * input.coreShape[1] * input.coreShape[2]);
  input.kernels.crop(volume, input.core, out);
  return [...out];
}
function boxOf({ data, shape: [, ny, nx] }: Volume, { start, stop }: Roi): number[] {
  const values: number[] = [];
  for (let z = start[2]; z < stop[2]; z++)
    for (let y = start[3]; y < stop[3]; y++)
      for (let x = start[4]; x < stop[4]; x++) values.push(data[(z * ny + y) * nx + x]!);
  return values;
}

describe('BlockFilterInput', () => {
  for (const [rank, axes] of [
    [2, [1, 2]],
    [3, [0, 1, 2]],
  ] as const) {
    it(`presmooths and differentiates a block in rank ${rank} as the whole image, bit for bit`, async () => {
      const sigma = 1.6;
      const smooth = filtered(wholeVolume, axes, () => gaussianTaps(0, presmoothingSigma(sigma), presmoothingWindow));
      const orders = [rank === 3 ? 1 : 0, 2, 0] as const;
      const derived = filtered(smooth, axes, (axis) => gaussianTaps(orders[axis]!, 1, stageTwoWindow));
      for (const core of [inside, whole]) {
        const { input } = await inputOf(core, { sigma, rank, halo: 6, innerHalo: 2 });
        expect(coreOf(input, input.presmoothed())).toEqual(boxOf(smooth, core));
        expect(coreOf(input, input.derivative(orders, 1))).toEqual(boxOf(derived, core));
      }
    });
  }

  it('hands out the block as it was read', async () => {
    const { input } = await inputOf(inside, { sigma: 1, halo: 6, innerHalo: 2 });
    expect(input.raw().shape).toEqual([12, 14, 15]);
    expect(input.rawCore).toEqual({ start: [5, 6, 6], shape: [3, 2, 4] });
    const out = new Float32Array(24);
    input.kernels.crop(input.raw(), input.rawCore, out);
    expect([...out]).toEqual(boxOf(wholeVolume, inside));
  });

  it('does every pass once, however many filters ask', async () => {
    const counter = { passes: 0 };
    const { input } = await inputOf(inside, { sigma: 1, halo: 6, innerHalo: 2, counter });
    input.presmoothed();
    expect(counter.passes).toBe(3);
    const first = input.derivative([0, 1, 0], 1);
    expect(counter.passes).toBe(6);
    expect(input.derivative([0, 1, 0], 1)).toBe(first);
    input.derivative([0, 1, 1], 1);
    expect(counter.passes, 'only the pass along x is new').toBe(7);
    input.derivative([0, 1, 0], 0.5);
    expect(counter.passes, 'another sigma shares nothing but the presmoothed block').toBe(10);
  });

  it('mirrors own volumes at image edges, pass by pass, when it smooths them', async () => {
    const { input } = await inputOf(whole, { sigma: 1, halo: 7, innerHalo: 3 });
    const product = input.scratch();
    product.data.forEach((_, i) => (product.data[i] = wholeVolume.data[i]! ** 2));
    const squares: Volume = { data: product.data.slice(), shape: [12, 14, 16] };
    const expected = filtered(squares, [0, 1, 2], () => gaussianTaps(0, 1, stageTwoWindow));
    expect([...input.smooth(product, 1).data]).toEqual([...expected.data]);
    expect([...product.data], 'its input is left alone').toEqual([...squares.data]);
  });

  it('gives recycled volumes out again and frees everything at the end', async () => {
    const { input, arena } = await inputOf(inside, { sigma: 1, halo: 6, innerHalo: 2 });
    const start = arena.mark();
    const volume = input.scratch();
    input.recycle(volume);
    expect(input.scratch()).toBe(volume);
    input.smooth(volume, 1);
    expect(arena.mark()).toBeGreaterThan(start);
    input.dispose();
    expect(arena.mark()).toBe(start);
  });

  it('refuses a block whose halo is too small inside the image, and says what was needed', async () => {
    const error = await caught(() => inputOf(inside, { sigma: 1, halo: 5, innerHalo: 2 }));
    expect(error.code).toBe('halo-too-small');
    expect(error.details).toMatchObject({ needed: 6, sigma: 1 });
    expect(error.message).toMatch(/largest halo of all selected filters/);
  });

  it('needs no halo at image edges', async () => {
    const { input } = await inputOf(whole, { sigma: 1, halo: 0, innerHalo: 2 });
    expect(input.core).toEqual({ start: [0, 0, 0], shape: [12, 14, 16] });
  });
});
