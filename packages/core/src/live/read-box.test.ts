import { describe, expect, it } from 'vitest';
import type { StorageFormat } from '../contracts/storage-format.ts';
import type { Shape5 } from '../grid/axes.ts';
import type { Roi } from '../grid/roi.ts';
import { cropTensor } from '../grid/tensor.ts';
import { fakeServices } from '../test-doubles/phantoms.ts';
import { memoryImageSource } from '../testing/memory-image.ts';
import { randomTensor } from '../testing/random.ts';
import { readBox } from './read-box.ts';

const image = randomTensor('uint16', [1, 3, 2, 20, 30], 1);
const coarse = randomTensor('uint16', [1, 3, 2, 10, 15], 2);

/** Files `a.fake`, `b.fake`, …, all the same image; counts what is open. */
function fakeFormat() {
  const opened = { times: 0, now: 0 };
  const format: StorageFormat = {
    id: 'fake',
    displayName: 'Fake',
    extensions: ['.fake'],
    supports: { read: true, write: false, innerPaths: false, writeDtypes: [] },
    probe: async ({ path }) => path.endsWith('.fake'),
    async open() {
      opened.times++;
      opened.now++;
      const source = memoryImageSource(image, { coarserLevels: [coarse] });
      return { ...source, close: async () => void opened.now-- };
    },
  };
  return { opened, pool: (size: number) => fakeServices(size, [{ name: 'fake', formats: [format] }]).pool };
}

const roi: Roi = { start: [0, 0, 1, 2, 3], stop: [1, 2, 2, 9, 14] };

describe('readBox', () => {
  it('reads a box of a level, with the channels that were chosen, as it is stored', async () => {
    const pool = fakeFormat().pool(2);
    const whole = { start: [0, 0, 1, 2, 3] as Shape5, stop: [1, 3, 2, 9, 14] as Shape5 };
    const location = { path: 'a.fake' };
    expect(await readBox(pool, { location }, { level: 0, roi: whole })).toEqual(cropTensor(image, whole));
    expect(await readBox(pool, { location }, { level: 1, roi: whole })).toEqual(cropTensor(coarse, whole));
    const chosen = await readBox(pool, { location, channels: [2, 0] }, { level: 0, roi });
    const channel = (c: number) =>
      cropTensor(image, { start: [0, c, 1, 2, 3], stop: [1, c + 1, 2, 9, 14] }).data as Uint16Array;
    expect([...(chosen.data as Uint16Array)]).toEqual([...channel(2), ...channel(0)]);
  });

  it('opens an image once per worker, and no more than eight at once', async () => {
    const { opened, pool } = fakeFormat();
    const one = pool(1);
    const locations = Array.from({ length: 10 }, (_, i) => ({ path: `${i}.fake` }));
    for (const location of [...locations, ...locations.slice(2)]) {
      await readBox(one, { location }, { level: 0, roi });
    }
    expect(opened).toEqual({ times: 10, now: 8 });
    await one.close();
    expect(opened.now).toBe(0);
  });

  it('reads an image in memory without a worker', async () => {
    const pool = fakeFormat().pool(1);
    await pool.close();
    const location = { path: 'memory', tensor: image };
    expect(await readBox(pool, { location }, { level: 0, roi })).toEqual(cropTensor(image, roi));
  });

  it('says what is wrong, and can be aborted', async () => {
    const pool = fakeFormat().pool(1);
    await expect(readBox(pool, { location: { path: 'a.png' } }, { level: 0, roi })).rejects.toMatchObject({
      code: 'unsupported-format',
    });
    const location = { path: 'a.fake' };
    await expect(readBox(pool, { location }, { level: 5, roi })).rejects.toMatchObject({ code: 'invalid-parameter' });
    const signal = AbortSignal.abort();
    await expect(readBox(pool, { location }, { level: 0, roi, signal })).rejects.toMatchObject({ code: 'aborted' });
  });
});
