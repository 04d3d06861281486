import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { wholeRoi } from '@brushwood/core';
import { seededRandom } from '@brushwood/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { omeZarr } from './format.ts';
import { shardedArray } from './testing/zarr-fixtures.node.ts';

async function readAll(location: { path: string }) {
  const source = await omeZarr.open(location);
  const { data } = await source.read(wholeRoi(source.info.shape));
  await source.close();
  return { data: [...data] };
}

describe('over http', () => {
  const sharded = shardedArray({ shape: [5, 7], shard: [4, 4], inner: [2, 2], valueAt: ([y, x]) => 10 * y! + x! });
  let server: Server;
  let url: string;
  /** How the server treats its visitors. */
  let manners: {
    ranges: boolean;
    missing: number;
    forbidden?: string;
    /** True if it answered in its own way. */
    mood?: (response: ServerResponse) => boolean;
  } = { ranges: true, missing: 404 };

  beforeAll(async () => {
    server = createServer(async (request, response) => {
      if (manners.mood) await sleep(5);
      if (manners.mood?.(response)) return;
      const name = request.url!.replace('/a.zarr/', '');
      const content = sharded[name];
      if (!content || name === manners.forbidden) return void response.writeHead(content ? 403 : manners.missing).end();
      const body = content instanceof Uint8Array ? content : Buffer.from(JSON.stringify(content));
      const range = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '');
      if (!range || !manners.ranges) return void response.writeHead(200, { 'Content-Length': body.length }).end(body);
      response.writeHead(206).end(body.subarray(Number(range[1]), Number(range[2]) + 1));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/a.zarr`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const expected = Array.from({ length: 35 }, (_, i) => 10 * Math.floor(i / 7) + (i % 7));

  it('reads shards by ranges', async () => {
    manners = { ranges: true, missing: 404 };
    expect(await omeZarr.probe({ path: url })).toBe(true);
    expect((await readAll({ path: url })).data).toEqual(expected);
  });

  it('knows that stores without listing answer 403 for metadata that is not there', async () => {
    manners = { ranges: true, missing: 403 };
    expect((await readAll({ path: url })).data).toEqual(expected);
    expect(await omeZarr.probe({ path: url.replace('a.zarr', 'b') })).toBe(false);
  });

  it('does not take a forbidden chunk for background', async () => {
    manners = { ranges: true, missing: 404, forbidden: 'c/0/0' };
    await expect(readAll({ path: url })).rejects.toMatchObject({ code: 'broken-file' });
  });

  it('does not take a whole object for a part of it', async () => {
    manners = { ranges: false, missing: 404 };
    await expect(readAll({ path: url })).rejects.toMatchObject({
      code: 'broken-file',
      message: expect.stringMatching(/range requests, which sharded images need\.$/),
    });
  });

  it('reads right from a server that is slow and fails now and then', async () => {
    const random = seededRandom(20261123);
    let failures = 0;
    manners = {
      ranges: true,
      missing: 404,
      mood: (response) => {
        if (random() >= 0.1) return false;
        failures++;
        if (random() < 0.5) response.destroy();
        else response.writeHead(503).end();
        return true;
      },
    };
    const found = await Promise.all([1, 2, 3].map(() => readAll({ path: url })));
    for (const { data } of found) expect(data).toEqual(expected);
    expect(failures).toBeGreaterThan(0);
  });

  it('says so if nobody answers', async () => {
    await expect(readAll({ path: 'http://127.0.0.1:1/a.zarr' })).rejects.toMatchObject({
      code: 'broken-file',
      message: expect.stringContaining('http://127.0.0.1:1/a.zarr'),
    });
    expect(await omeZarr.probe({ path: 'http://127.0.0.1:1/a.zarr' })).toBe(false);
  });
});
