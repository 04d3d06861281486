import { describe, expect, it } from 'vitest';
import type { StorageFormat } from '../contracts/storage-format.ts';
import { fakeServices } from '../test-doubles/phantoms.ts';
import { memoryImageSource } from '../testing/memory-image.ts';
import { measureImage } from './measure-image.ts';

/** 1 to 100. */
const image = { data: Float32Array.from({ length: 100 }, (_, i) => i + 1), shape: [1, 1, 1, 10, 10] as const };

function services() {
  const opened = { times: 0, isBroken: false };
  const format: StorageFormat = {
    id: 'fake',
    displayName: 'Fake',
    extensions: ['.fake'],
    supports: { read: true, write: false, innerPaths: false, writeDtypes: [] },
    probe: async ({ path }) => path.endsWith('.fake'),
    async open() {
      opened.times++;
      if (opened.isBroken) throw new Error('no disk');
      return memoryImageSource(image);
    },
  };
  return { opened, pool: fakeServices(2, [{ name: 'fake', formats: [format] }]).pool };
}

describe('measuring an image', () => {
  it('tells the range of all its values, once for all who ask', async () => {
    const { pool, opened } = services();
    const location = { path: 'a.fake' };
    const range = { method: 'percentile', low: 0, high: 100 } as const;
    const asked = [1, 2, 3].map(() => measureImage(pool, { location }, range));
    for (const maps of await Promise.all(asked)) expect(maps).toEqual([{ from: [1, 100], to: [0, 1] }]);
    expect(opened.times).toBe(1);
    const [map] = await measureImage(pool, { location }, { method: 'z-score' });
    expect(map!.from[0]).toBeCloseTo(50.5, 9);
    expect(map!.from[1]! - map!.from[0]!).toBeCloseTo(Math.sqrt((100 ** 2 - 1) / 12), 9);
    expect(opened.times).toBe(2);
    await measureImage(pool, { location: { path: 'a.fake' } }, range);
    expect(opened.times).toBe(3);
  });

  it('has no part in what another pool does', async () => {
    const [one, other] = [services(), services()];
    const location = { path: 'a.fake' };
    await measureImage(one.pool, { location }, { method: 'z-score' });
    await one.pool.close();
    expect(await measureImage(other.pool, { location }, { method: 'z-score' })).toHaveLength(1);
    expect([one.opened.times, other.opened.times]).toEqual([1, 1]);
  });

  it('tries again after a failure', async () => {
    const { pool, opened } = services();
    const location = { path: 'a.fake' };
    opened.isBroken = true;
    await expect(measureImage(pool, { location }, { method: 'equalize' })).rejects.toThrow(/no disk/);
    opened.isBroken = false;
    expect(await measureImage(pool, { location }, { method: 'equalize' })).toHaveLength(1);
  });
});
