import {
  createInlinePool,
  createTensor,
  elementCount,
  openImage,
  type ImageSource,
  type Shape5,
  type Tensor,
  type WorkerPool,
} from '@brushwood/core';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { sampleImage, writeImage } from '../testing/sample-project.ts';
import { removeFolder, temporaryFolder } from '../testing/temporary-folder.ts';
import {
  catalog,
  cookieOf,
  makeWebFolder,
  sendRaw,
  startTestUiServer,
  type TestUiServer,
} from '../testing/ui-server.ts';
import { imageChunkTask } from './image-tasks.ts';

const { formats } = catalog;

let folder: string;
let webFolder: string;
let server: TestUiServer | undefined;
beforeAll(async () => {
  folder = await temporaryFolder();
  webFolder = makeWebFolder(folder);
});
afterEach(async () => {
  vi.unstubAllGlobals();
  await server?.close();
  server = undefined;
});
afterAll(() => removeFolder(folder));

/** Serves one image, with requests of this process let in as those of its page. */
async function serve(image: string): Promise<TestUiServer> {
  server = await startTestUiServer({ inputs: [image, join(folder, 'unsaved.ilp')], webFolder });
  const cookie = cookieOf(server);
  const send = fetch;
  vi.stubGlobal('fetch', (request: Request) => {
    for (const [name, value] of Object.entries(cookie)) request.headers.set(name, value);
    return send(request);
  });
  await readDocument(server, '/api/session');
  return server;
}

async function readDocument<T = object>({ port, access }: TestUiServer, path: string): Promise<T> {
  const { body } = await sendRaw(port, { path, headers: cookieOf({ port, access }) });
  return JSON.parse(body.toString()) as T;
}

/** The image as the page opens it: through our own reader of remote OME-Zarr. */
async function openServed(image: string): Promise<ImageSource> {
  const { origin } = await serve(image);
  return openImage(formats, { location: { path: `${origin}/api/images/0.zarr` } });
}

const whole = (shape: Shape5) => ({ start: [0, 0, 0, 0, 0] as const, stop: shape });

/** The test runner takes seconds to compare arrays of a million numbers. */
function bytesOf({ data }: Tensor): Buffer {
  return Buffer.from(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
}

/** Everything of a served image equals the image as core reads it from its file. */
async function expectSame(image: string, innerPath?: string): Promise<ImageSource['info']> {
  const served = await openServed(innerPath === undefined ? image : `${image}/${innerPath}`);
  const own = await openImage(formats, { location: { path: image, innerPath } });
  for (const [level, { shape }] of own.info.levels.entries()) {
    expect(served.info.levels[level]!.shape).toEqual(shape);
    const [a, b] = await Promise.all([served, own].map((source) => source.read(whole(shape), { level })));
    expect([a!.shape, a!.data.constructor]).toEqual([b!.shape, b!.data.constructor]);
    expect(bytesOf(a!).equals(bytesOf(b!))).toBe(true);
  }
  expect([served.info.dtype, served.info.shape]).toEqual([own.info.dtype, own.info.shape]);
  expect(served.info.voxelSize).toEqual(own.info.voxelSize);
  await own.close();
  await served.close();
  return served.info;
}

/** Values of any dtype that differ from voxel to voxel. */
function ramp(shape: Shape5, make: (length: number) => Tensor['data']): Tensor {
  const data = make(elementCount(shape)) as Uint16Array;
  for (let i = 0; i < data.length; i++) data[i] = (i * 40_503) % 65_521;
  return createTensor(data, shape);
}

describe('images as OME-Zarr', () => {
  it('a PNG in tiles, cut at its edge', async () => {
    const image = join(folder, 'flat.png');
    await writeImage(image, sampleImage([1, 1, 1, 300, 520]));
    const { levels, fileAxes } = await expectSame(image);
    expect([fileAxes, levels[0]!.chunkShape]).toEqual(['yx', [1, 1, 1, 256, 256]]);
  });
  it('a colour picture with its channels together', async () => {
    const image = join(folder, 'rgb.png');
    await writeImage(image, sampleImage([1, 3, 1, 40, 300]));
    const { levels, fileAxes } = await expectSame(image);
    // OME-Zarr has its channels before y and x, whatever the file's order.
    expect([fileAxes, levels[0]!.chunkShape]).toEqual(['cyx', [1, 3, 1, 40, 256]]);
  });
  it('a TIFF of 16 bits with names and sizes', async () => {
    const image = join(folder, 'hyperstack.tif');
    const voxelSize = { unit: 'micrometer', x: 0.25, y: 0.25, z: 2 };
    await writeImage(
      image,
      ramp([2, 2, 3, 20, 30], (length) => new Uint16Array(length)),
      { voxelSize },
    );
    const { fileAxes } = await expectSame(image);
    expect(fileAxes).toBe('tczyx');
  });
  it('a dataset of an HDF5 file', async () => {
    const image = join(folder, 'volume.h5');
    await writeImage(
      image,
      ramp([1, 1, 40, 70, 90], (length) => new Float32Array(length)),
      { innerPath: 'raw/data' },
    );
    await expectSame(image, 'raw/data');
  });
  it('an NPY array of double precision', async () => {
    const image = join(folder, 'volume.npy');
    await writeImage(
      image,
      ramp([1, 1, 20, 30, 40], (length) => new Float64Array(length)),
    );
    await expectSame(image);
  });
  it('an NPY array of 64-bit numbers', async () => {
    const image = join(folder, 'ids.npy');
    const data = BigInt64Array.from({ length: 35 }, (_, i) => -(2n ** 62n) + BigInt(i));
    await writeImage(image, createTensor(data, [1, 1, 1, 5, 7]), { dtype: 'int64' });
    await expectSame(image);
  });
  it('another OME-Zarr with all its levels, and its chunks where they suit', async () => {
    const image = join(folder, 'pyramid.zarr');
    await writeImage(image, sampleImage([1, 1, 70, 110, 128]), {
      voxelSize: { unit: 'micrometer', x: 0.5, y: 0.5, z: 1 },
    });
    const { levels } = await expectSame(image);
    expect(levels.length).toBeGreaterThan(1);
    expect(levels[0]!.chunkShape).toEqual([1, 1, 64, 64, 64]);
  });
  it('a volume in one piece is cut so that views along each axis are cheap', async () => {
    const image = join(folder, 'large.npy');
    await writeImage(image, sampleImage([1, 1, 20, 1100, 130]));
    const { levels } = await expectSame(image);
    expect(levels[0]!.chunkShape).toEqual([1, 1, 16, 128, 128]);
  });
  it('a volume in pages likewise, each page read once for all chunks of it', async () => {
    const image = join(folder, 'pages.tif');
    await writeImage(image, sampleImage([1, 1, 20, 300, 290]));
    const { levels } = await expectSame(image);
    expect(levels[0]!.chunkShape).toEqual([1, 1, 16, 128, 128]);
  });
  it('an image of many channels one by one', async () => {
    const image = join(folder, 'channels.tif');
    await writeImage(image, sampleImage([1, 6, 1, 30, 40]));
    const { levels } = await expectSame(image);
    expect(levels[0]!.chunkShape).toEqual([1, 1, 1, 30, 40]);
  });
});

describe('images too large to look at', () => {
  it('get coarser levels, each voxel the mean of those it is made of', async () => {
    const image = join(folder, 'wide.npy');
    const [height, width] = [3, 4100];
    const data = new Uint8Array(height * width);
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data[y * width + x] = (x % 100) + 50 * y;
    await writeImage(image, createTensor(data, [1, 1, 1, height, width]));
    const served = await openServed(image);
    expect(served.info.levels.map(({ shape, downsampling }) => [shape, downsampling])).toEqual([
      [
        [1, 1, 1, 3, 4100],
        [1, 1, 1, 1, 1],
      ],
      [
        [1, 1, 1, 2, 2050],
        [1, 1, 1, 2, 2],
      ],
    ]);
    const { data: coarse } = await served.read(whole([1, 1, 1, 2, 2050]), { level: 1 });
    // Of two rows: (x, x + 1, x + 50, x + 51) / 4 = x + 25.5, half up. The last row stands alone: (x + 100, x + 101) / 2.
    expect([...coarse.subarray(0, 3)]).toEqual([26, 28, 30]);
    expect([...coarse.subarray(2050, 2053)]).toEqual([101, 103, 105]);
    expect(coarse[2049]).toBe(98 + 26);
    await served.close();
  });
  it('images that can be looked at get none', async () => {
    const image = join(folder, 'fits.npy');
    await writeImage(image, sampleImage([1, 1, 1, 3, 4096]));
    const served = await openServed(image);
    expect(served.info.levels).toHaveLength(1);
    await served.close();
  });
});

describe('objects of an image', () => {
  it('are metadata of version 0.5 and chunks without compression, in full at the edge', async () => {
    const image = join(folder, 'objects.png');
    await writeImage(image, sampleImage([1, 1, 1, 20, 300]));
    const running = await serve(image);
    const group = await readDocument<{ attributes: { ome: { version: string } } }>(
      running,
      '/api/images/0.zarr/zarr.json',
    );
    expect(group.attributes.ome.version).toBe('0.5');
    const array = await readDocument(running, '/api/images/0.zarr/0/zarr.json');
    expect(array).toMatchObject({ shape: [20, 300], codecs: [{ name: 'bytes' }], dimension_names: ['y', 'x'] });
    const { status, body } = await sendRaw(running.port, {
      path: '/api/images/0.zarr/0/c/0/1',
      headers: cookieOf(running),
    });
    expect([status, body.length]).toEqual([200, 20 * 256]);
    expect(body.subarray(44, 256).every((value) => value === 0)).toBe(true);
    expect(body[0]).toBe(sampleImage([1, 1, 1, 20, 300]).data[256]);
  });
  it.each([
    '0/c/1/0',
    '0/c/0/2',
    '0/c/0',
    '0/c/0/0/0',
    '0/c/-1/0',
    '0/c/00/0',
    '0/c/0/0/',
    '0/c/1e0/0',
    '1/zarr.json',
    '0',
    '0/',
    '.zgroup',
    '0/.zarray',
    '../session',
    '__proto__',
    '0/c/__proto__/0',
    'constructor',
  ])('"%s" is not there', async (key) => {
    const image = join(folder, 'small.png');
    await writeImage(image, sampleImage([1, 1, 1, 20, 300]));
    const running = await serve(image);
    const { status } = await sendRaw(running.port, { path: `/api/images/0.zarr/${key}`, headers: cookieOf(running) });
    expect(status).toBe(404);
    expect(running.faults).toEqual([]);
  });
  it('of an image that is broken say what is wrong, and not again and again by a status that is tried again', async () => {
    const image = join(folder, 'broken.png');
    await writeImage(image, sampleImage([1, 1, 1, 20, 300]));
    const running = await serve(image);
    writeFileSync(image, 'no picture any more');
    const { status, body } = await sendRaw(running.port, {
      path: '/api/images/0.zarr/zarr.json',
      headers: cookieOf(running),
    });
    expect(status).toBe(422);
    expect(JSON.parse(body.toString())).toMatchObject({
      error: { message: expect.stringContaining('broken.png') as string },
    });
  });
});

describe('a client that goes away', () => {
  it('ends the reading of its chunk, unless another waits for it', async () => {
    const image = join(folder, 'slow.png');
    await writeImage(image, sampleImage([1, 1, 1, 20, 30]));
    const inline = createInlinePool(catalog);
    const readings: { signal: AbortSignal; finish: (bytes: Uint8Array) => void }[] = [];
    const slow: WorkerPool = {
      ...inline,
      run: (task, input, options) =>
        task.id === imageChunkTask.id
          ? new Promise((resolve) => readings.push({ signal: options!.signal!, finish: resolve as () => void }))
          : inline.run(task, input, options),
    };
    server = await startTestUiServer({ inputs: [image, join(folder, 'unsaved.ilp')], webFolder, pool: slow });
    const { origin } = server;
    await readDocument(server, '/api/session');
    const request = (signal: AbortSignal) =>
      fetch(`${origin}/api/images/0.zarr/0/c/0/0`, { headers: cookieOf(server!), signal }).catch(() => undefined);
    const staying = request(new AbortController().signal);
    await vi.waitFor(() => expect(readings).toHaveLength(1));
    const leaving = new AbortController();
    const gone = request(leaving.signal);
    await readDocument(server, '/api/session'); // answered when the second request has been taken in
    leaving.abort();
    await gone;
    await readDocument(server, '/api/session');
    expect(readings[0]!.signal.aborted).toBe(false);
    readings[0]!.finish(new Uint8Array(600).fill(7));
    expect(new Uint8Array(await (await staying)!.arrayBuffer())[599]).toBe(7);

    // Another chunk would be another reading; this one has been kept.
    expect((await fetch(`${origin}/api/images/0.zarr/0/c/0/0`, { headers: cookieOf(server) })).status).toBe(200);
    expect(readings).toHaveLength(1);
  });
  it('alone, it frees the worker', async () => {
    const image = join(folder, 'alone.png');
    await writeImage(image, sampleImage([1, 1, 1, 20, 30]));
    const inline = createInlinePool(catalog);
    let stopped: AbortSignal | undefined;
    const endless: WorkerPool = {
      ...inline,
      run(task, input, options) {
        if (task.id !== imageChunkTask.id) return inline.run(task, input, options);
        stopped = options!.signal;
        return new Promise((_resolve, reject) =>
          stopped!.addEventListener('abort', () => reject(new Error('stopped'))),
        );
      },
    };
    server = await startTestUiServer({ inputs: [image, join(folder, 'unsaved.ilp')], webFolder, pool: endless });
    await readDocument(server, '/api/session');
    const client = new AbortController();
    const address = `${server.origin}/api/images/0.zarr/0/c/0/0`;
    const gone = fetch(address, { headers: cookieOf(server), signal: client.signal }).catch(() => undefined);
    await vi.waitFor(() => expect(stopped).toBeDefined());
    client.abort();
    await gone;
    await vi.waitFor(() => expect(stopped!.aborted).toBe(true));
    expect(server.faults).toEqual([]);
  });
});
