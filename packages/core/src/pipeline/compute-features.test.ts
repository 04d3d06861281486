import { describe, expect, it } from 'vitest';
import type { PixelFilter } from '../contracts/pixel-filter.ts';
import type { Shape5 } from '../grid/axes.ts';
import { BlockGrid } from '../grid/block-grid.ts';
import { roiShape, wholeRoi, type Roi } from '../grid/roi.ts';
import { plainEngine } from '../kernels/plain-engine.ts';
import { caught } from '../test-doubles/caught.ts';
import { fakeFilters } from '../test-doubles/filters.ts';
import { allOf } from '../test-doubles/projects.ts';
import { memoryImageSource } from '../testing/memory-image.ts';
import { randomTensor } from '../testing/random.ts';
import type { Tensor } from '../grid/tensor.ts';
import { BlockArena } from './block-arena.ts';
import { computeFeatures, featureScratchBytes } from './compute-features.ts';
import { planFeatures, type FeaturePlan } from './feature-plan.ts';
import { readPaddedBlock } from './read-padded-block.ts';

const ids = fakeFilters.map((filter) => filter.id);

async function featuresOf(image: Tensor, plan: FeaturePlan, core: Roi): Promise<Float32Array> {
  const [, , nz, ny, nx] = roiShape(core);
  const padded = [nz, ny, nx].reduce((product, size, i) => product * (size + 2 * plan.halo[i]!), 4 * plan.channelCount);
  const arena = new BlockArena(padded + featureScratchBytes(plan, [nz, ny, nx]));
  const block = await readPaddedBlock(memoryImageSource(image), core, { halo: plan.halo, arena, who: 'image' });
  const before = arena.mark();
  const out = new Float32Array(plan.featureCount * nz * ny * nx).fill(Number.NaN);
  computeFeatures(block, plan, out, { arena, kernels: plainEngine.bind(arena) });
  expect(arena.mark(), 'working memory is freed').toBe(before);
  return out;
}

/** All blocks of a grid put together, shape (features, ...image). */
async function blockwise(image: Tensor, plan: FeaturePlan, blockShape: Shape5): Promise<Float32Array> {
  const [, , nz, ny, nx] = image.shape;
  const out = new Float32Array(plan.featureCount * nz * ny * nx);
  for (const roi of new BlockGrid(wholeRoi(image.shape), [1, image.shape[1], ...blockShape.slice(2)] as never)) {
    const part = await featuresOf(image, plan, roi);
    const [, , bz, by, bx] = roiShape(roi);
    for (let i = 0; i < part.length; i++) {
      const x = (i % bx) + roi.start[4];
      const y = (Math.floor(i / bx) % by) + roi.start[3];
      const z = (Math.floor(i / (bx * by)) % bz) + roi.start[2];
      const feature = Math.floor(i / (bx * by * bz));
      out[((feature * nz + z) * ny + y) * nx + x] = part[i]!;
    }
  }
  return out;
}

const same = (a: Float32Array, b: Float32Array) => Buffer.compare(Buffer.from(a.buffer), Buffer.from(b.buffer)) === 0;

describe('computeFeatures', () => {
  const cases: [string, Shape5, boolean, Shape5[]][] = [
    [
      'a flat image of two channels',
      [1, 2, 1, 11, 13],
      false,
      [
        [1, 1, 1, 1, 1],
        [1, 1, 1, 7, 7],
        [1, 1, 1, 11, 5],
      ],
    ],
    [
      'a volume',
      [1, 1, 9, 11, 12],
      false,
      [
        [1, 1, 7, 7, 7],
        [1, 1, 1, 4, 12],
        [1, 1, 9, 11, 1],
      ],
    ],
    [
      'a volume filtered slice by slice',
      [1, 1, 4, 11, 12],
      true,
      [
        [1, 1, 1, 7, 7],
        [1, 1, 4, 1, 12],
      ],
    ],
  ];
  for (const [what, shape, computeIn2d, blockShapes] of cases) {
    it(`gives the same bits for ${what}, whatever the block`, async () => {
      const image = randomTensor('uint16', shape, 8);
      const plan = planFeatures(allOf(ids, [0.7, 1.6], computeIn2d), fakeFilters, {
        channelCount: shape[1],
        isFlat: shape[2] === 1,
      });
      const whole = await featuresOf(image, plan, wholeRoi(shape));
      expect(whole.every(Number.isFinite)).toBe(true);
      for (const blockShape of blockShapes) {
        expect(same(await blockwise(image, plan, blockShape), whole), blockShape.join(', ')).toBe(true);
      }
    });
  }

  it('gives the same bits for single voxels of a volume, corners, edges and inside', async () => {
    const shape: Shape5 = [1, 1, 9, 11, 12];
    const image = randomTensor('uint8', shape, 9);
    const plan = planFeatures(allOf(ids, [1.0]), fakeFilters, { channelCount: 1, isFlat: false });
    const whole = await featuresOf(image, plan, wholeRoi(shape));
    for (const [z, y, x] of [
      [0, 0, 0],
      [8, 10, 11],
      [0, 5, 11],
      [4, 5, 6],
      [1, 9, 2],
    ] as const) {
      const one = await featuresOf(image, plan, { start: [0, 0, z, y, x], stop: [1, 1, z + 1, y + 1, x + 1] });
      const voxel = (z * 11 + y) * 12 + x;
      expect([...one]).toEqual(Array.from(one, (_, feature) => whole[feature * 9 * 11 * 12 + voxel]));
    }
  });

  it('filters slices of a volume in 2-D as if each were an image of its own', async () => {
    const volume = randomTensor('uint8', [1, 1, 3, 9, 10], 10);
    const plan = planFeatures(allOf(ids, [1.0], true), fakeFilters, { channelCount: 1, isFlat: false });
    const flatPlan = planFeatures(allOf(ids, [1.0], true), fakeFilters, { channelCount: 1, isFlat: true });
    const whole = await featuresOf(volume, plan, wholeRoi(volume.shape));
    for (const z of [0, 1, 2]) {
      const slice: Tensor = { data: volume.data.slice(z * 90, (z + 1) * 90), shape: [1, 1, 1, 9, 10] };
      const alone = await featuresOf(slice, flatPlan, wholeRoi(slice.shape));
      for (let feature = 0; feature < plan.featureCount; feature++) {
        const from = feature * 270 + z * 90;
        expect(same(whole.slice(from, from + 90), alone.slice(feature * 90, feature * 90 + 90))).toBe(true);
      }
    }
  });

  it('serves filters that do not presmooth from the raw block', async () => {
    const image = randomTensor('uint8', [1, 1, 1, 6, 7], 11);
    const raw: PixelFilter = {
      ...fakeFilters[0]!,
      id: 'raw',
      halo: () => 0,
      apply: (input, _sigma, out) => input.kernels.crop(input.raw(), input.rawCore, out),
    };
    const plan = planFeatures(allOf(['raw', 'smoothing'], [1.0]), [raw, fakeFilters[0]!], {
      channelCount: 1,
      isFlat: true,
    });
    const whole = await featuresOf(image, plan, wholeRoi(image.shape));
    expect([...whole.subarray(0, 42)]).toEqual([...image.data]);
    expect(same(await blockwise(image, plan, [1, 1, 1, 4, 3]), whole)).toBe(true);
  });

  it('refuses an output of the wrong size', async () => {
    const plan = planFeatures(allOf(ids, [1.0]), fakeFilters, { channelCount: 1, isFlat: true });
    const arena = new BlockArena(2 ** 20);
    const image = randomTensor('uint8', [1, 1, 1, 6, 7], 12);
    const block = await readPaddedBlock(memoryImageSource(image), wholeRoi(image.shape), {
      halo: plan.halo,
      arena,
      who: '',
    });
    const context = { arena, kernels: plainEngine.bind(arena) };
    expect((await caught(() => computeFeatures(block, plan, new Float32Array(5), context))).code).toBe(
      'shape-mismatch',
    );
  });
});
