import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  AxisOrder,
  arrayFromBytes,
  openImage,
  wholeRoi,
  type Dtype,
  type ImageSpec,
  type Shape5,
  type StorageFormat,
} from '@brushwood/core';
import { expectSameValues } from '@brushwood/core/testing';
import { describe, expect, it } from 'vitest';
import { ioTiff } from './plugin.ts';
import { png } from './raster/formats.ts';
import { multipageTiff, multipageTiffSequence, tifSequence } from './sequence/formats.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';
import { tiff } from './tiff/format.ts';

const reference = process.env['BRUSHWOOD_REFERENCE'];
const data = process.env['BRUSHWOOD_DATA'];

async function readAll(format: StorageFormat, path: string) {
  const source = await format.open({ path });
  const tensor = await source.read(wholeRoi(source.info.shape));
  await source.close();
  return { info: source.info, data: tensor.data };
}

/** Values and sizes of a .npy file in C order. */
function readNpy(path: string) {
  const bytes = new Uint8Array(readFileSync(path));
  const start = 10 + new DataView(bytes.buffer).getUint16(8, true);
  const header = new TextDecoder().decode(bytes.subarray(10, start));
  const dtype = ({ '|u1': 'uint8', '<u2': 'uint16', '<f4': 'float32' } as Record<string, Dtype>)[
    /'descr': '(...)'/.exec(header)![1]!
  ]!;
  const shape = /'shape': \(([^)]*)\)/
    .exec(header)![1]!
    .split(',')
    .filter((size) => size.trim() !== '')
    .map(Number);
  return { dtype, shape, data: arrayFromBytes(dtype, bytes.slice(start)) };
}

describe.skipIf(!reference)('files that ilastik used and wrote (needs BRUSHWOOD_REFERENCE)', () => {
  it.each([
    ['gray2d', 'yx', 'yx'],
    ['gray2d_other', 'yx', 'yx'],
    ['rgb2d', 'yxc', 'yxc'],
    ['vol3d', 'zcyx', 'zyxc'],
  ])('inputs/%s.tif has axes %s and the values of its array', async (name, axes, arrayAxes) => {
    const truth = readNpy(join(reference!, 'inputs', `${name}.npy`));
    const { info, data: found } = await readAll(tiff, join(reference!, 'inputs', `${name}.tif`));
    expect([info.fileAxes, info.dtype]).toEqual([axes, truth.dtype]);
    expectSameValues(found, new AxisOrder(arrayAxes).toCore(truth.data, truth.shape), name);
  });

  const exported = (name: string) => readAll(tiff, join(reference!, 'exports', name));

  it('2-D probabilities (LZW, interleaved) hold the planes of the sequence and sum to 1', async () => {
    const both = await exported('gray2d_other_Probabilities.tiff');
    expect([both.info.fileAxes, both.info.shape, both.info.dtype]).toEqual(['yxc', [1, 2, 1, 80, 72], 'float32']);
    for (const c of [0, 1]) {
      const { data: plane } = await exported(`gray2d_other_Probabilities_${c}.tif`);
      expectSameValues(plane, both.data.slice(c * 5760, (c + 1) * 5760), `class ${c}`);
    }
    for (let i = 0; i < 5760; i++) expect(Number(both.data[i]) + Number(both.data[5760 + i])).toBeCloseTo(1, 6);
  });

  it('the multipage TIFF holds the volumes of the multipage sequence', async () => {
    const { info, data: both } = await exported('vol3d-volume-data_Probabilities_multipage.tiff');
    expect([info.fileAxes, info.shape]).toEqual(['zcyx', [1, 2, 40, 44, 48]]);
    for (const c of [0, 1]) {
      const part = await exported(`vol3d-volume-data_Probabilities_mps_${c}.tiff`);
      expect(part.info.fileAxes).toBe('zyx');
      expectSameValues(part.data, both.slice(c * 84480, (c + 1) * 84480), `class ${c}`);
    }
  });

  it('the PNG segmentation holds the class of the larger probability', async () => {
    const { data: probabilities } = await exported('gray2d_other_Probabilities.tiff');
    const { info, data: labels } = await readAll(
      png,
      join(reference!, 'exports', 'gray2d_other_Simple Segmentation.png'),
    );
    expect([info.fileAxes, info.dtype]).toEqual(['yx', 'uint8']);
    for (let i = 0; i < 5760; i++)
      expect(labels[i]).toBe(Number(probabilities[i]) >= Number(probabilities[5760 + i]) ? 1 : 2);
  });
});

describe.skipIf(!reference)('exports as ilastik names and shapes them (needs BRUSHWOOD_REFERENCE)', async () => {
  const folder = await temporaryFolder();
  type Export = readonly [
    format: StorageFormat,
    values: string,
    axes: string,
    written: string,
    content: ImageSpec['content'],
  ];
  const exports: readonly Export[] = [
    [tiff, 'gray2d_other_Probabilities.tiff', 'yxc', 'gray2d_other_Probabilities.tiff', 'probabilities'],
    [
      tifSequence,
      'gray2d_other_Probabilities.tiff',
      'cyx',
      'gray2d_other_Probabilities_{slice_index}.tif',
      'probabilities',
    ],
    [png, 'gray2d_other_Simple Segmentation.png', 'yx', 'gray2d_other_Simple Segmentation.png', 'labels'],
    [
      multipageTiff,
      'vol3d-volume-data_Probabilities_multipage.tiff',
      'zyxc',
      'vol3d-volume-data_Probabilities_multipage.tiff',
      'probabilities',
    ],
    [
      multipageTiffSequence,
      'vol3d-volume-data_Probabilities_multipage.tiff',
      'czyx',
      'vol3d-volume-data_Probabilities_mps_{slice_index}.tiff',
      'probabilities',
    ],
  ];

  it.each(exports.map(([format, ...rest]) => [format.id, format, ...rest] as const))(
    '%s: names, axes, shape, dtype and values',
    async (_, format, values, axes, written, content) => {
      const theirs = join(reference!, 'exports');
      const source = await openImage(ioTiff.formats, { location: { path: join(theirs, values) } });
      const { shape, dtype } = source.info;
      const image = await source.read(wholeRoi(shape));
      await source.close();
      const sink = await format.create!({ path: folder.file(written) }, { axes, shape, dtype, content });
      await sink.write(wholeRoi(shape), image);
      await sink.close();
      const pattern = new RegExp(`^${written.replace('{slice_index}', '\\d+')}$`);
      const names = readdirSync(theirs).filter((name) => pattern.test(name));
      expect(readdirSync(folder.path).filter((name) => pattern.test(name))).toEqual(names);
      for (const name of names) {
        const plain = name.endsWith('.png') ? png : tiff;
        const [ours, expected] = [await readAll(plain, folder.file(name)), await readAll(plain, join(theirs, name))];
        const facts = ({ info }: typeof ours) => [info.fileAxes, info.shape, info.dtype];
        expect(facts(ours)).toEqual(facts(expected));
        expectSameValues(ours.data, expected.data, name);
      }
    },
  );
});

describe.skipIf(!data)('images of the collection (needs BRUSHWOOD_DATA)', () => {
  it('the benchmark image is the same as PNG and as array', async () => {
    const shape: Shape5 = [1, 1, 1, 1024, 1024];
    const { info, data: found } = await readAll(png, join(data!, 'bench', 'cells1024.png'));
    expect([info.fileAxes, info.shape]).toEqual(['yx', shape]);
    expectSameValues(found, readNpy(join(data!, 'bench', 'cells1024.npy')).data, 'cells1024');
  });
});
