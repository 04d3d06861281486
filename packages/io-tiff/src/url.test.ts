import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { wholeRoi } from '@brushwood/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { patternTensor } from './testing/pattern.ts';
import { tiff } from './tiff/format.ts';

const bytes = readFileSync(
  fileURLToPath(new URL('../../../fixtures/tiff/bigtiff_tiled_deflate_u8.tif', import.meta.url)),
);

describe('images behind a URL', () => {
  let server: Server;
  let base = '';
  beforeAll(async () => {
    server = createServer((request, response) => {
      const range = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '');
      if (request.method === 'HEAD') response.writeHead(200, { 'content-length': bytes.length }).end();
      else if (request.url === '/missing.tif') response.writeHead(404).end();
      else if (request.url === '/whole.tif' || !range) response.writeHead(200).end(bytes);
      else if (request.url === '/large.tif') response.writeHead(200, { 'content-length': 2 ** 30 }).write(bytes);
      else {
        const [start, end] = [Number(range[1]), Math.min(Number(range[2]), bytes.length - 1)];
        const isHidden = request.url === '/hidden.tif'; // a stand-in for what a browser does with other origins
        response.writeHead(206, isHidden ? {} : { 'content-range': `bytes ${start}-${end}/${bytes.length}` });
        response.end(bytes.subarray(start, end + 1));
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it('are read by ranges', async () => {
    const source = await tiff.open({ path: `${base}/image.tif` });
    const { data } = await source.read(wholeRoi(source.info.shape));
    expect(data).toEqual(patternTensor('yx', [37, 53], { dtype: 'uint8', modulus: 251 }).data);
  });

  it('are read as a whole where the server sends no ranges', async () => {
    const source = await tiff.open({ path: `${base}/whole.tif` });
    const { data } = await source.read(wholeRoi(source.info.shape));
    expect(data).toEqual(patternTensor('yx', [37, 53], { dtype: 'uint8', modulus: 251 }).data);
  });

  it('are unsupported if they are large and the server sends no ranges', async () => {
    await expect(tiff.open({ path: `${base}/large.tif` })).rejects.toMatchObject({ code: 'unsupported' });
  });

  it('are read by ranges whose header a page may not see', async () => {
    const source = await tiff.open({ path: `${base}/hidden.tif` });
    expect(source.info.shape).toEqual([1, 1, 1, 37, 53]);
  });

  it('are not-found where the server has none', async () => {
    await expect(tiff.open({ path: `${base}/missing.tif` })).rejects.toMatchObject({ code: 'not-found' });
  });
});
