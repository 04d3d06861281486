import { wholeRoi } from '@brushwood/core';
import { describe, expect, it } from 'vitest';
import { memoryStore, positions, shardedArray } from './testing/zarr-fixtures.node.ts';
import { findImage } from './zarr-image.ts';
import { ZarrSource } from './zarr-source.ts';
import type { ZarrStore } from './store.ts';

const image = { shape: [8, 600], shard: [4, 2], inner: [2, 2], valueAt: ([y, x]: readonly number[]) => 1000 * y! + x! };

/** The image, and every request for a part of an object. */
async function open(objects = shardedArray(image)) {
  const store = memoryStore(objects);
  const requests: string[] = [];
  const counted: ZarrStore = {
    ...store,
    getRange: (key, range) => {
      requests.push(`${key} ${JSON.stringify(range)}`);
      return store.getRange(key, range);
    },
  };
  const found = await findImage(counted, '', { who: 'a.zarr' });
  return {
    requests,
    open: (limits: { cacheBytes?: number; indexBytes?: number } = {}) =>
      ZarrSource.open(counted, found, { name: 'a.zarr', ...limits }),
  };
}

describe('chunks that several reads share', () => {
  it('are fetched once, also when they are read at the same time', async () => {
    const { requests, open: openSource } = await open();
    const source = await openSource();
    const box = { start: [0, 0, 0, 0, 0], stop: [1, 1, 1, 2, 2] } as const;
    const [first, second] = await Promise.all([source.read(box), source.read(box)]);
    expect([...first.data]).toEqual([0, 1, 1000, 1001]);
    expect(second).toEqual(first);
    second.data.fill(7 as never);
    expect([...(await source.read(box)).data]).toEqual([0, 1, 1000, 1001]);
    expect(requests).toHaveLength(2); // the index of the shard, and the chunk
  });

  it('do not fail a read because another one was cancelled', async () => {
    const { open: openSource } = await open();
    const source = await openSource();
    const box = { start: [0, 0, 0, 0, 0], stop: [1, 1, 1, 2, 2] } as const;
    const controller = new AbortController();
    const reads = [source.read(box, { signal: controller.signal }), source.read(box)];
    controller.abort();
    await expect(reads[0]).rejects.toMatchObject({ code: 'aborted' });
    expect([...(await reads[1]!).data]).toEqual([0, 1, 1000, 1001]);
  });
});

describe('indexes of shards', () => {
  it('are forgotten when there are too many, and the image stays right', async () => {
    const { requests, open: openSource } = await open();
    const expected = [...positions(image.shape)].map((position) => image.valueAt(position));
    const indexReads = () => requests.filter((request) => request.includes('suffix')).length;
    const readTwice = async (indexBytes?: number) => {
      const source = await openSource({ cacheBytes: 0, indexBytes });
      requests.length = 0;
      for (let i = 0; i < 2; i++) {
        expect([...(await source.read(wholeRoi([1, 1, 1, 8, 600]))).data]).toEqual(expected);
      }
    };
    await readTwice();
    expect(indexReads()).toBe(600); // 2 × 300 shards, each once
    await readTwice(0);
    expect(indexReads()).toBeGreaterThanOrEqual(1200);
  });
});
