import { mkdtemp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { allocateTensor, createTensor, dtypes, type ImageSpec, type Roi, type Shape5, wholeRoi } from '@brushwood/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { headerText, npyBlob, npyBytes } from './testing/npy-bytes.ts';
import { npy } from './format.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brushwood-npy-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** All numbers of a file held in memory, in the order tczyx. */
async function readAll(blob: Blob, axes?: string) {
  const source = await npy.open({ path: 'a.npy', blob }, { axes });
  const { data, shape } = await source.read(wholeRoi(source.info.shape));
  return { data: [...data], shape, info: source.info };
}

const spec: ImageSpec = { axes: 'yx', shape: [1, 1, 1, 2, 3], dtype: 'uint8', content: 'intensity' };
const image = createTensor(Uint8Array.of(1, 2, 3, 4, 5, 6), spec.shape);

describe('probe', () => {
  it('recognises the signature, whatever the name', async () => {
    expect(await npy.probe({ path: 'a.dat', blob: npyBlob(headerText('|u1', '(1, 1)'), [0]) })).toBe(true);
  });
  it('is false for other, short, missing files and folders', async () => {
    expect(await npy.probe({ path: 'a.npy', blob: new Blob(['not an array at all']) })).toBe(false);
    expect(await npy.probe({ path: 'a.npy', blob: new Blob([Uint8Array.of(0x93, 0x4e)]) })).toBe(false);
    expect(await npy.probe({ path: join(folder, 'missing.npy') })).toBe(false);
    expect(await npy.probe({ path: folder })).toBe(false);
  });
});

describe('reading', () => {
  it('brings the axes of the file into the order tczyx', async () => {
    // shape (y 2, x 2, c 3): element (y, x, c) is 100 y + 10 x + c
    const data = [0, 1, 2, 10, 11, 12, 100, 101, 102, 110, 111, 112];
    const found = await readAll(npyBlob(headerText('|u1', '(2, 2, 3)'), data));
    expect(found.info.fileAxes).toBe('yxc');
    expect(found.shape).toEqual([1, 3, 1, 2, 2]);
    expect(found.data).toEqual([0, 10, 100, 110, 1, 11, 101, 111, 2, 12, 102, 112]);
  });

  it('follows the axes that are asked for', async () => {
    const blob = npyBlob(headerText('|u1', '(2, 2, 3)'), new Uint8Array(12));
    expect((await readAll(blob, 'zyx')).shape).toEqual([1, 1, 2, 2, 3]);
    await expect(readAll(blob, 'yx')).rejects.toMatchObject({ code: 'axes-mismatch' });
  });

  it('reads Fortran order as the array NumPy shows', async () => {
    // [[1, 2, 3], [4, 5, 6]] column by column
    const found = await readAll(npyBlob(headerText('|u1', '(2, 3)', true), [1, 4, 2, 5, 3, 6]));
    expect(found.info.fileAxes).toBe('yx');
    expect(found.shape).toEqual([1, 1, 1, 2, 3]);
    expect(found.data).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it.each([
    ['>u2', [1, 2, 255, 254], [258, 65534]],
    ['<u2', [1, 2, 255, 254], [513, 65279]],
    ['>i2', [255, 254, 0, 1], [-2, 1]],
    ['>i4', [255, 255, 255, 254, 0, 0, 1, 0], [-2, 256]],
    ['>u8', [0, 0, 0, 1, 0, 0, 0, 2, 255, 255, 255, 255, 255, 255, 255, 255], [2n ** 32n + 2n, 2n ** 64n - 1n]],
    ['<i8', [254, 255, 255, 255, 255, 255, 255, 255, 1, 0, 0, 0, 0, 0, 0, 0], [-2n, 1n]],
    ['>f4', [0x3f, 0x80, 0, 0, 0xc0, 0x20, 0, 0], [1, -2.5]],
    ['>f8', [0x3f, 0xf0, 0, 0, 0, 0, 0, 0, 0xc0, 4, 0, 0, 0, 0, 0, 0], [1, -2.5]],
    ['|b1', [0, 1], [0, 1]],
    ['|i1', [255, 1], [-1, 1]],
  ])('reads %s', async (descr, bytes, expected) => {
    expect((await readAll(npyBlob(headerText(descr, '(1, 2)'), bytes))).data).toEqual(expected);
  });

  it('refuses arrays that are no images, and datasets inside a file', async () => {
    await expect(readAll(npyBlob(headerText('|u1', '(4,)'), [1, 2, 3, 4]))).rejects.toMatchObject({
      code: 'axes-mismatch',
      message: expect.stringContaining('a.npy'),
    });
    await expect(npy.open({ path: 'a.npy', innerPath: 'data' })).rejects.toMatchObject({ code: 'not-found' });
  });

  it('says what is wrong with a path that is no file', async () => {
    await expect(npy.open({ path: join(folder, 'missing.npy') })).rejects.toMatchObject({ code: 'not-found' });
    await expect(npy.open({ path: folder })).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringMatching(/not a file/),
    });
  });

  it('notices a file that shrinks after it was opened', async () => {
    const path = join(folder, 'shrinks.npy');
    const bytes = npyBytes(headerText('|u1', '(2, 3)'), [1, 2, 3, 4, 5, 6]);
    await writeFile(path, bytes);
    const source = await npy.open({ path });
    await writeFile(path, bytes.subarray(0, -2));
    await expect(source.read(wholeRoi(source.info.shape))).rejects.toMatchObject({ code: 'broken-file' });
    await source.close();
  });
});

describe('writing', () => {
  it('writes the bytes of the format description', async () => {
    const path = join(folder, 'bytes.npy');
    const sink = await npy.create!({ path }, spec);
    await sink.write(wholeRoi(spec.shape), image);
    await sink.close();
    const dict = "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }";
    expect(new Uint8Array(await readFile(path))).toEqual(npyBytes(`${dict.padEnd(117)}\n`, [1, 2, 3, 4, 5, 6]));
  });

  it('takes a tensor in shared memory', async () => {
    const path = join(folder, 'shared.npy');
    const shared = new Uint8Array(new SharedArrayBuffer(6));
    shared.set(image.data as Uint8Array);
    const sink = await npy.create!({ path }, spec);
    await sink.write(wholeRoi(spec.shape), { data: shared, shape: spec.shape });
    await sink.close();
    expect((await readFile(path)).subarray(-6)).toEqual(Buffer.of(1, 2, 3, 4, 5, 6));
  });

  it('refuses an existing file unless it may be replaced, and keeps it until the new one is complete', async () => {
    const path = join(folder, 'existing.npy');
    await writeFile(path, 'precious');
    await expect(npy.create!({ path }, spec)).rejects.toMatchObject({ code: 'already-exists' });
    const aborted = await npy.create!({ path }, spec, { overwrite: true });
    await aborted.write(wholeRoi(spec.shape), image);
    await aborted.abort();
    expect(await readFile(path, 'utf8')).toBe('precious');
    const sink = await npy.create!({ path }, spec, { overwrite: true });
    await sink.write(wholeRoi(spec.shape), image);
    await sink.close();
    await sink.abort();
    expect(await npy.probe({ path })).toBe(true);
  });

  it('does not replace a file that appeared meanwhile, and leaves nothing of its own', async () => {
    const path = join(folder, 'appeared.npy');
    const sink = await npy.create!({ path }, spec);
    await sink.write(wholeRoi(spec.shape), image);
    await writeFile(path, 'precious');
    await expect(sink.close()).rejects.toMatchObject({ code: 'already-exists' });
    expect(await readFile(path, 'utf8')).toBe('precious');
    expect(await readdir(folder)).not.toContain('appeared.npy.partial');
  });

  it('refuses a file that another sink writes, and replaces what a killed process left', async () => {
    const path = join(folder, 'contested.npy');
    const first = await npy.create!({ path }, spec);
    await expect(npy.create!({ path }, spec)).rejects.toMatchObject({ code: 'locked' });
    await first.abort();
    await writeFile(`${path}.partial`, 'half');
    await expect(npy.create!({ path }, spec)).rejects.toMatchObject({ code: 'already-exists' });
    // Above Linux' largest process number: that one ended.
    await writeFile(
      `${path}.partial.lock`,
      JSON.stringify({ pid: 2 ** 22 + 1, host: hostname(), startedAt: 0, token: 't' }),
    );
    const sink = await npy.create!({ path }, spec);
    await sink.close();
    expect(await npy.probe({ path })).toBe(true);
    expect((await readdir(folder)).filter((name) => name.startsWith('contested'))).toEqual(['contested.npy']);
  });

  it('names path and reason where it cannot write', async () => {
    const path = join(folder, 'no', 'such', 'folder.npy');
    await expect(npy.create!({ path }, spec)).rejects.toMatchObject({
      code: 'write-failed',
      message: expect.stringMatching(/folder\.npy.*ENOENT/),
    });
    const taken = join(folder, 'folder.npy');
    await mkdir(taken);
    for (const overwrite of [false, true]) {
      const creating = npy.create!({ path: taken }, spec, { overwrite });
      await expect(creating).rejects.toMatchObject({
        code: 'write-failed',
        message: expect.stringMatching(/is a folder/),
      });
    }
  });

  it('refuses axes that cannot hold the image', async () => {
    const path = join(folder, 'axes.npy');
    await expect(npy.create!({ path }, { ...spec, axes: 'yy' })).rejects.toMatchObject({ code: 'axes-mismatch' });
    const channels: ImageSpec = { ...spec, shape: [1, 2, 1, 2, 3] };
    await expect(npy.create!({ path }, channels)).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringMatching(/along c/),
    });
    expect(await readdir(folder)).not.toContain('axes.npy.partial');
  });

  it('stops when cancelled', async () => {
    const signal = AbortSignal.abort();
    const path = join(folder, 'cancelled.npy');
    await expect(npy.create!({ path }, spec, { signal })).rejects.toMatchObject({ code: 'aborted' });
    await expect(npy.open({ path }, { signal })).rejects.toMatchObject({ code: 'aborted' });
  });

  it('holds every dtype', () => {
    expect(npy.supports.writeDtypes).toEqual(dtypes);
  });
});

describe.skipIf(!process.env.BRUSHWOOD_REFERENCE)('reference arrays (set BRUSHWOOD_REFERENCE to run)', () => {
  // The expected values were read with NumPy 1.24: array[position] in the file's own axes.
  it.each([
    { name: 'gray2d', axes: 'yx', at: [5, 7], values: [125] },
    { name: 'gray2d', axes: 'yx', at: [71, 95], values: [76] },
    { name: 'rgb2d', axes: 'yxc', at: [10, 20], values: [63, 59, 50] },
    { name: 'rgb2d', axes: 'yxc', at: [63, 79], values: [63, 65, 71] },
    { name: 'vol3d', axes: 'zyxc', at: [3, 10, 20], values: [11599, 10514] },
    { name: 'vol3d', axes: 'zyxc', at: [39, 43, 47], values: [10165, 12189] },
    { name: 'time2d', axes: 'tyx', at: [1, 20, 30], values: [160.8022918701172] },
    { name: 'time2d', axes: 'tyx', at: [2, 47, 51], values: [74.54828643798828] },
  ])('$name at ($at) is what NumPy reads', async ({ name, axes, at, values }) => {
    const source = await npy.open({ path: join(process.env.BRUSHWOOD_REFERENCE!, 'inputs', `${name}.npy`) }, { axes });
    const { data } = await source.read(voxel(axes, at, source.info.shape[1]));
    await source.close();
    expect([...data]).toEqual(values);
  });

  it('vol3d has the sum NumPy finds', async () => {
    const source = await npy.open({ path: join(process.env.BRUSHWOOD_REFERENCE!, 'inputs', 'vol3d.npy') });
    expect(source.info).toMatchObject({ shape: [1, 2, 40, 44, 48], dtype: 'uint16', fileAxes: 'zyxc' });
    const { data } = await source.read(wholeRoi(source.info.shape));
    await source.close();
    expect((data as Uint16Array).reduce((sum, value) => sum + value, 0)).toBe(2507474303);
  });
});

/** All channels of one voxel. */
function voxel(axes: string, at: readonly number[], channels: number): Roi {
  const position = [...'tczyx'].map((axis) => at[axes.indexOf(axis)] ?? 0);
  const start = position as unknown as Shape5;
  const stop = position.map((value, i) => value + (i === 1 ? channels : 1)) as unknown as Shape5;
  return { start, stop };
}

it('reads a box without the rest of the file', async () => {
  // 64 GB that are not there: a sparse file shows that only the rows of the box are read.
  const path = join(folder, 'sparse.npy');
  const large: ImageSpec = { ...spec, axes: 'zyx', shape: [1, 1, 4096, 4096, 4096] };
  const sink = await npy.create!({ path }, large);
  const roi: Roi = { start: [0, 0, 4094, 4094, 4094], stop: [1, 1, 4096, 4096, 4096] };
  const corner = allocateTensor('uint8', [1, 1, 2, 2, 2]);
  corner.data.set([1, 2, 3, 4, 5, 6, 7, 8] as never);
  await sink.write(roi, corner);
  await sink.close();
  const source = await npy.open({ path });
  expect((await source.read(roi)).data).toEqual(corner.data);
  await source.close();
});
