import { describe, expect, it } from 'vitest';
import type { Shape3, Shape5 } from '../grid/axes.ts';
import type { Roi } from '../grid/roi.ts';
import { caught } from '../test-doubles/caught.ts';
import { BlockJobs, checkPart, isOfPart, type BlockJobsOptions } from './block-jobs.ts';

const sizes = ({ start, stop }: Roi) => stop.map((end, i) => end - start[i]!).slice(2);
/** How often each voxel of an image of one time point is in a block. */
function coverage(shape: Shape5, jobs: Iterable<readonly Roi[]>): Uint8Array {
  const [nt, , nz, ny, nx] = shape;
  const found = new Uint8Array(nt * nz * ny * nx);
  for (const blocks of jobs)
    for (const { start, stop } of blocks)
      for (let t = start[0]; t < stop[0]; t++)
        for (let z = start[2]; z < stop[2]; z++)
          for (let y = start[3]; y < stop[3]; y++)
            for (let x = start[4]; x < stop[4]; x++) found[((t * nz + z) * ny + y) * nx + x]!++;
  return found;
}

describe('BlockJobs', () => {
  const shape: Shape5 = [2, 1, 11, 30, 25];
  const cases: [string, Partial<BlockJobsOptions>][] = [
    ['no units', {}],
    ['units larger than a block', { unitShape: [8, 20, 20] }],
    ['units smaller than a block', { unitShape: [2, 4, 3] }],
    ['units that are larger along one axis only', { unitShape: [11, 3, 25] }],
    ['units larger than the image', { unitShape: [100, 100, 100] }],
    ['blocks in steps of a chunk', { unitShape: [8, 16, 16], writeShape: [2, 4, 4] }],
  ];
  it.each(cases)('covers every voxel once with %s, no job over the borders of a unit it does not hold', (_, more) => {
    const jobs = new BlockJobs({ shape, blockShape: [5, 9, 7], ...more });
    expect([...coverage(shape, jobs.jobs())].every((count) => count === 1)).toBe(true);
    for (const blocks of jobs.jobs()) for (const block of blocks) expect(block.stop[0] - block.start[0]).toBe(1);
    for (let part = 0; part < 3; part++) {
      const isMine = (unit: number) => isOfPart(unit, jobs.unitCount, { index: part, count: 3 });
      const mine = coverage(shape, jobs.jobs(isMine));
      for (let unit = 0; unit < jobs.unitCount; unit++) {
        const whole = coverage(shape, [[jobs.unit(unit)]]);
        const expected = isMine(unit) ? 1 : 0;
        expect([...mine].every((count, i) => whole[i] === 0 || count === expected)).toBe(true);
      }
    }
  });

  it('can be drawn from in runs of neighbours that are all of them together', () => {
    const jobs = new BlockJobs({ shape, blockShape: [5, 9, 7], unitShape: [8, 20, 20] });
    for (const count of [1, 2, 3, 50]) {
      const runs = Array.from({ length: count }, (_, index) => [...jobs.jobs(undefined, { index, count })]);
      expect(runs.flat()).toEqual([...jobs.jobs()]);
    }
  });

  it('cuts a large unit into equal blocks and joins small units', () => {
    const blockShape: Shape3 = [48, 64, 64];
    const large = new BlockJobs({ shape: [1, 1, 256, 256, 256], blockShape, unitShape: [128, 128, 128] });
    const [first] = [...large.jobs()];
    expect(first!.map(sizes)).toEqual(Array.from({ length: 12 }, (_, i) => [i < 8 ? 43 : 42, 64, 64]));
    expect(large.blockShape).toEqual([43, 64, 64]);
    const small = new BlockJobs({ shape: [1, 1, 256, 256, 256], blockShape, unitShape: [32, 32, 32] });
    expect([...small.jobs()][0]!.map(sizes)).toEqual([[32, 64, 64]]);
    expect(small.unitCount).toBe(512);
  });

  it('computes the units that are left by themselves', () => {
    const jobs = new BlockJobs({ shape: [1, 1, 1, 64, 64], blockShape: [1, 64, 64], unitShape: [1, 32, 32] });
    expect([...jobs.jobs((unit) => unit !== 2)].map((blocks) => blocks.map(({ start }) => start.slice(3)))).toEqual([
      [[0, 0]],
      [[0, 32]],
      [[32, 32]],
    ]);
  });
});

describe('isOfPart', () => {
  it.each([
    [10, 3],
    [4, 4],
    [3, 5],
    [1000, 7],
  ])('gives each of %i units to one of %i parts, evenly and in one run', (units, count) => {
    const owners = Array.from({ length: units }, (_, unit) =>
      Array.from({ length: count }, (__, index) => index).filter((index) => isOfPart(unit, units, { index, count })),
    );
    expect(owners.every((found) => found.length === 1)).toBe(true);
    const flat = owners.map(([owner]) => owner!);
    expect(flat).toEqual(flat.toSorted((a, b) => a - b));
    const shares = Array.from({ length: count }, (_, part) => flat.filter((owner) => owner === part).length);
    expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
  });

  it('knows which parts there are', async () => {
    checkPart({ index: 3, count: 4 });
    for (const part of [
      { index: 4, count: 4 },
      { index: -1, count: 4 },
      { index: 0.5, count: 4 },
      { index: 0, count: 0 },
    ]) {
      expect((await caught(() => checkPart(part))).code).toBe('invalid-parameter');
    }
  });
});
