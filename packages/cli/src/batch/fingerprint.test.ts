import { createContainer, wholeRoi, type Shape5 } from '@brushwood/core';
import { omeZarr } from '@brushwood/io-zarr';
import { mkdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plugins } from '../plugins.ts';
import { sampleImage, writeImage } from '../testing/sample-project.ts';
import { removeFolder, temporaryFolder } from '../testing/temporary-folder.ts';
import { digest, imageIdentity } from './fingerprint.ts';

describe('digest', () => {
  it('does not depend on the order of keys, nor on what is undefined', () => {
    expect(digest({ a: 1, b: [2, 'x'] })).toBe(digest({ b: [2, 'x'], c: undefined, a: 1 }));
    expect(digest({})).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    ['numbers', { a: 1 }, { a: 2 }],
    ['text and numbers', ['1'], [1]],
    ['nesting', [[1], 2], [[1, 2]]],
    ['types of arrays', Uint8Array.of(1, 2), Int8Array.of(1, 2)],
    ['elements of arrays', Float32Array.of(1, 2), Float32Array.of(1, 2.5)],
    ['views of one buffer', new Uint8Array([1, 2, 3]).subarray(0, 2), new Uint8Array([1, 2, 3]).subarray(1)],
    ['maps', new Map([[1, Uint8Array.of(1)]]), new Map([[1, Uint8Array.of(2)]])],
    ['null and undefined', [null], [undefined]],
  ])('tells %s apart', (_, a, b) => expect(digest(a)).not.toBe(digest(b)));
});

describe('imageIdentity', () => {
  const { catalog } = createContainer(plugins);
  let folder: string;
  beforeAll(async () => {
    folder = await temporaryFolder();
  });
  afterAll(() => removeFolder(folder));

  it('changes with the time and size of a file, with the axes asked for, and with each file of a stack', async () => {
    const [a, b] = [join(folder, 'a.npy'), join(folder, 'b.npy')];
    for (const path of [a, b]) await writeImage(path, sampleImage([1, 1, 1, 8, 8]));
    const identity = async (request: Parameters<typeof imageIdentity>[1]) =>
      digest(await imageIdentity(catalog, request));
    const alone = { location: { path: a } };
    const stack = { location: { path: 'stack', stack: { paths: [a, b], axis: 'z' as const } } };
    const before = [await identity(alone), await identity(stack), await identity({ ...alone, axes: 'xy' })];
    expect(new Set([...before, await identity({ ...alone, level: 1 })]).size).toBe(4);
    expect(await identity(alone)).toBe(before[0]);
    utimesSync(b, 1, 1);
    expect(await identity(alone)).toBe(before[0]);
    expect(await identity(stack)).not.toBe(before[1]);
    writeFileSync(a, 'other');
    expect(await identity(alone)).not.toBe(before[0]);
  });

  it.each([2, 3])('changes with what a Zarr image of version %s holds, not with labels beside it', async (version) => {
    const path = join(folder, `v${version}.zarr`);
    const identity = async () => digest(await imageIdentity(catalog, { location: { path } }));
    const write = async (shape: Shape5) => {
      const spec = { axes: 'yx', shape, dtype: 'uint8', content: 'intensity' } as const;
      const sink = await omeZarr.create!({ path }, spec, { overwrite: true, layout: { version } });
      await sink.write(wholeRoi(shape), sampleImage(shape));
      await sink.close();
    };
    await write([1, 1, 1, 8, 8]);
    const before = await identity();
    mkdirSync(join(path, 'labels'));
    expect(await identity()).toBe(before);
    const chunks = join(path, version === 2 ? '0' : '0/c');
    const { atimeMs, mtimeMs } = statSync(chunks);
    utimesSync(chunks, atimeMs / 1e3, mtimeMs / 1e3 + 5);
    const changed = await identity();
    expect(changed).not.toBe(before);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await write([1, 1, 1, 8, 8]);
    expect([before, changed]).not.toContain(await identity());
  });
});
