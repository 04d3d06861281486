import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTensor, elementCount, type Shape5, wholeRoi } from '@brushwood/core';
import { imageSourceChecks, storageFormatChecks } from '@brushwood/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { omeZarr } from './format.ts';
import { positions, shardedArray, v2Array, writeObjects } from './testing/zarr-fixtures.node.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brushwood-zarr-kits-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A number that tells every position from the others. */
const valueOf = (position: readonly number[]) => position.reduce((number, at) => number * 11 + at, 0) % 65536;

function tensorOf(shape: Shape5, valueAt: (position: number[]) => number) {
  return createTensor(Uint16Array.from(positions(shape), valueAt), shape);
}

describe('the format', () => {
  const sample = { path: join(tmpdir(), `brushwood-zarr-sample-${process.pid}.zarr`) };
  beforeAll(() => writeObjects(sample.path, { 'data/.zarray': v2Array, '.zgroup': { zarr_format: 2 } }));
  afterAll(() => rm(sample.path, { recursive: true }));
  const foreign = [
    { path: 'text.zarr', blob: new Blob(['some text']) },
    { path: new URL('.', import.meta.url).pathname },
    { path: new URL(import.meta.url).pathname },
  ];
  const missing = { path: '/no/such/folder.zarr' };
  const createLocation = (name: string) => ({ path: join(folder, `${name}.zarr`) });
  const subject = { format: omeZarr, sample, foreign, missing, createLocation };
  for (const check of storageFormatChecks(subject)) it(check.name, check.run);
});

describe('a sharded v3 image of two levels', () => {
  const levels = [
    { path: 's0', shape: [2, 5, 9, 7] },
    { path: 's1', shape: [2, 3, 5, 4] },
  ];
  const axes = ['c', 'z', 'y', 'x'].map((name) => ({ name }));
  const datasets = levels.map(({ path }) => ({ path }));
  const whole = tensorOf([1, 2, 5, 9, 7], (position) => valueOf(position.slice(1)));
  const open = async () => {
    const path = join(folder, 'sharded.zarr');
    const attributes = { ome: { multiscales: [{ axes, datasets }] } };
    await writeObjects(path, { 'zarr.json': { zarr_format: 3, node_type: 'group', attributes } });
    for (const { path: name, shape } of levels) {
      const image = { shape, shard: [1, 4, 4, 4], inner: [1, 2, 2, 4], valueAt: valueOf };
      await writeObjects(join(path, name), shardedArray(image));
    }
    return omeZarr.open({ path });
  };
  for (const check of imageSourceChecks({ open, whole })) it(check.name, check.run);
});

describe('a v2 array with channels last', () => {
  const shape = [5, 6, 7, 3];
  const chunks = [2, 4, 3, 2];
  const whole = tensorOf([1, 3, 5, 6, 7], ([, c, z, y, x]) => valueOf([z!, y!, x!, c!]));
  const open = async () => {
    const path = join(folder, 'last.zarr');
    const meta = { ...v2Array, shape, chunks, dtype: '>u2' };
    const stored = [...positions(shape.map((size, i) => Math.ceil(size / chunks[i]!)))].map((chunk) => {
      const bytes = new DataView(new ArrayBuffer(2 * elementCount(chunks)));
      let at = 0;
      for (const inside of positions(chunks)) {
        bytes.setUint16(2 * at++, valueOf(inside.map((v, i) => v + chunk[i]! * chunks[i]!)));
      }
      return [chunk.join('.'), new Uint8Array(bytes.buffer)];
    });
    await writeObjects(path, { '.zarray': meta, ...(Object.fromEntries(stored) as Record<string, Uint8Array>) });
    return omeZarr.open({ path });
  };
  for (const check of imageSourceChecks({ open, whole })) it(check.name, check.run);
});

describe.skipIf(!process.env.BRUSHWOOD_REFERENCE)("ilastik's own export (set BRUSHWOOD_REFERENCE to run)", () => {
  const open = () =>
    omeZarr.open({ path: join(process.env.BRUSHWOOD_REFERENCE!, 'exports/vol3d-volume-data_Probabilities.zarr') });

  for (const check of imageSourceChecks({ open })) it(check.name, check.run);

  // The same prediction exported as HDF5 (predictions/vol3d_Probabilities.h5, axes zyxc), read with h5py 3.7 and NumPy.
  it.each([
    { at: [4, 24, 12], values: [0.9300000071525574, 0.07000000029802322] },
    { at: [1, 34, 40], values: [0.9300000071525574, 0.07000000029802322] },
    { at: [26, 18, 31], values: [0.14000000059604645, 0.8600000143051147] },
    { at: [19, 43, 2], values: [0.07999999821186066, 0.9200000166893005] },
    { at: [6, 32, 41], values: [0.27000001072883606, 0.7300000190734863] },
  ])('has at zyx ($at) the probabilities of the HDF5 export', async ({ at, values }) => {
    const [z, y, x] = at as [number, number, number];
    const source = await open();
    const { data } = await source.read({ start: [0, 0, z, y, x], stop: [1, 2, z + 1, y + 1, x + 1] });
    expect([...data]).toEqual(values);
  });

  it('has the sums of the HDF5 export, plain and weighted by position', async () => {
    const source = await open();
    expect(source.info).toMatchObject({ fileAxes: 'tczyx', shape: [1, 2, 40, 44, 48], displayRange: [0, 1] });
    const { data } = await source.read(wholeRoi([1, 1, 40, 44, 48]));
    const first = [...(data as Float32Array)];
    expect(first.reduce((sum, value) => sum + value, 0)).toBeCloseTo(62394.68011539988, 6);
    expect(first.reduce((sum, value, i) => sum + value * i, 0)).toBeCloseTo(2475468693.1525273, 3);
  });
});
