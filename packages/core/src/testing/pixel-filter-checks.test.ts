import { describe, expect, it } from 'vitest';
import type { FilterInput, PixelFilter } from '../contracts/pixel-filter.ts';
import { applyFilter } from './apply-filter.ts';
import { kitChecks } from './kit-checks.ts';
import { pixelFilterChecks } from './pixel-filter-checks.ts';
import { smoothingFilter } from './smoothing-filter.ts';

const correct = smoothingFilter;

type Fault = (out: Float32Array, input: FilterInput, sigma: number) => void;
const broken = (rank: 2 | 3, fault: Fault): PixelFilter => ({
  ...correct,
  apply(input, sigma, out) {
    correct.apply(input, sigma, out);
    if (input.rank === rank) fault(out, input, sigma);
  },
});

const startOf = ({ rawCore }: FilterInput) => rawCore.start[2];
const endsAtBlockEnd = (input: FilterInput) =>
  ([0, 1, 2] as const).some(
    (i) => input.rawCore.start[i] > 0 && input.rawCore.start[i] + input.coreShape[i] === input.raw().shape[i],
  );
const isWhole = (input: FilterInput) => input.coreShape.every((size, i) => size === input.raw().shape[i]);

function faults(rank: 2 | 3): Record<string, PixelFilter> {
  const seen = new WeakSet<FilterInput>();
  const table: Record<string, PixelFilter> = {
    'fills the planes it names and nothing else': broken(rank, (out) => {
      const after = out.byteOffset + out.byteLength;
      if (after < out.buffer.byteLength) new Float32Array(out.buffer, after, 1)[0] = 1;
    }),
    'a block inside the image equals the whole image there': broken(rank, (out, input, sigma) => {
      if (startOf(input) > correct.halo(sigma) && !endsAtBlockEnd(input)) out[0]! += 1;
    }),
    'halo(sigma) is enough context': broken(rank, (out, input, sigma) => {
      const wider = input.smooth(input.derivative([0, 0, 0], Math.min(sigma, 1)), 0.5);
      input.kernels.crop(wider, input.core, out.subarray(0, out.length / 2));
    }),
    'blocks at the image edges equal the whole image there': broken(rank, (out, input) => {
      if (endsAtBlockEnd(input)) out[out.length - 1]! += 1;
    }),
    'an image shifted by a voxel gives a shifted result': broken(rank, (out, input) => {
      if (isWhole(input) && input.coreShape[2] % 2 === 0) for (let i = 0; i < out.length; i++) out[i]! += 1;
    }),
    'a constant image gives the same finite value everywhere': broken(rank, (out, input) => {
      if (input.raw().data.every((value, _, all) => value === all[0])) out[0]! += 1;
    }),
    'the image is left untouched': broken(rank, (_, input) => void (input.raw().data[0]! += 1)),
    'volumes shared with other filters are left untouched': broken(rank, (_, input, sigma) => {
      input.derivative([0, 1, 1], Math.min(sigma, 1)).data.fill(0);
    }),
    'working memory is written before it is read': broken(rank, (out, input) => {
      input.scratch();
      if (Number.isNaN(input.scratch().data[0])) out[0]! += 1;
    }),
    'the same input gives the same result again': broken(rank, (out, input) => {
      if (seen.has(input)) out[0]! += 1;
      seen.add(input);
    }),
  };
  return Object.fromEntries(Object.entries(table).map(([name, filter]) => [`${rank}-D: ${name}`, filter]));
}

describe('pixelFilterChecks', () => {
  const checks = kitChecks<PixelFilter>({
    kit: (filter) => pixelFilterChecks(filter, { sigmas: [0.7] }),
    correct,
    broken: {
      'id, name, group and smallest sigma are set': { ...correct, id: '' },
      'halo is a whole number of voxels': {
        ...correct,
        halo: (sigma) => (sigma === 20 ? 70.5 : correct.halo(sigma)),
      },
      'planes have different names': { ...correct, planes: () => ['mean', 'mean'] },
      ...faults(2),
      ...faults(3),
      'in rank 2 every z slice is filtered alone': broken(2, (out, input) => {
        if (input.coreShape[0] > 1) out[out.length - 1]! += 1;
      }),
    },
  });
  for (const check of checks) it(check.name, check.run);
});

describe('applyFilter', () => {
  it('computes an axis-aligned ramp exactly away from the border', () => {
    const shape = [1, 21, 21] as const;
    const ramp = Float32Array.from({ length: 441 }, (_, i) => i % 21);
    const out = applyFilter(correct, { data: ramp, shape }, 1.5, { core: { start: [0, 8, 8], shape: [1, 1, 4] } });
    [8, 9, 10, 11].forEach((x, i) => expect(out[i]).toBeCloseTo(x, 4));
  });
});
