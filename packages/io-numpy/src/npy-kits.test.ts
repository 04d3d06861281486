import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTensor, dtypes, type ImageSpec, type Shape5 } from '@brushwood/core';
import { imageSinkChecks, imageSourceChecks, randomTensor, storageFormatChecks } from '@brushwood/core/testing';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { npy } from './format.ts';
import { headerText, npyBlob, npyBytes } from './testing/npy-bytes.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brushwood-npy-kits-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('the format', () => {
  const blob = (text: string) => ({ path: 'foreign.npy', blob: new Blob([text]) });
  const checks = storageFormatChecks({
    format: npy,
    sample: { path: 'sample.npy', blob: npyBlob(headerText('|u1', '(4, 5)'), new Uint8Array(20)) },
    foreign: [blob(''), blob('NUMPY'), blob('some text that is long enough for a header')],
    missing: { path: 'no/such/file.npy' },
    createLocation: (name) => ({ path: join(folder, `${name}.npy`) }),
  });
  for (const check of checks) it(check.name, check.run);
});

describe('a file in C order', () => {
  const whole = randomTensor('uint8', [1, 1, 7, 300, 1000], 11);
  const bytes = npyBytes(headerText('|u1', '(7, 300, 1000)'), whole.data as Uint8Array);
  const open = async () => {
    await writeFile(join(folder, 'c.npy'), bytes);
    return npy.open({ path: join(folder, 'c.npy') });
  };
  for (const check of imageSourceChecks({ open, whole })) it(check.name, check.run);
});

describe('a blob in Fortran order, big-endian, channels last', () => {
  const shape: Shape5 = [2, 3, 4, 5, 6];
  // Element (t, z, y, x, c) is its own position in Fortran order, where t runs fastest: t + 2 z + 8 y + 40 x + 240 c.
  const stored = Uint16Array.from({ length: 720 }, (_, i) => i);
  const whole = createTensor(new Uint16Array(720), shape);
  let i = 0;
  for (let t = 0; t < 2; t++)
    for (let c = 0; c < 3; c++)
      for (let z = 0; z < 4; z++)
        for (let y = 0; y < 5; y++) for (let x = 0; x < 6; x++) whole.data[i++] = t + 2 * z + 8 * y + 40 * x + 240 * c;
  const data = [...stored].flatMap((value) => [value >> 8, value & 255]);
  const blob = new Blob([npyBytes(headerText('>u2', '(2, 4, 5, 6, 3)', true), data) as Uint8Array<ArrayBuffer>]);
  const open = () => npy.open({ path: 'fortran.npy', blob });
  for (const check of imageSourceChecks({ open, whole })) it(check.name, check.run);
});

describe('files being written', () => {
  const shape: Shape5 = [2, 3, 4, 5, 6];
  const first: ImageSpec = { axes: 'tczyx', shape, dtype: 'float32', content: 'intensity' };
  const ofAxes = (axes: string): ImageSpec => ({
    ...first,
    axes,
    shape: shape.map((size, i) => (axes.includes('tczyx'[i]!) ? size : 1)) as unknown as Shape5,
  });
  const specs = [
    first,
    ...dtypes.map((dtype): ImageSpec => ({ ...ofAxes('zyxc'), dtype })),
    ...['yx', 'xy', 'yxc', 'cyx', 'zyx', 'xyz', 'tyx', 'czyx', 'tzyxc', 'xyzct'].map(ofAxes),
  ] as const;
  const create = async (spec: ImageSpec, name: string) => {
    const path = join(folder, `${name}.npy`);
    const sink = await npy.create!({ path }, spec);
    const reopen = async () => ((await npy.probe({ path })) ? npy.open({ path }, { axes: spec.axes }) : undefined);
    return { sink, reopen };
  };
  for (const check of imageSinkChecks({ create, specs, join: npy.join! })) it(check.name, check.run);
});
