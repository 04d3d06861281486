import { fileURLToPath } from 'node:url';
import { wholeRoi, type Dtype, type ImageInfo, type TypedArray } from '@brushwood/core';
import { expectSameValues, imageSourceChecks } from '@brushwood/core/testing';
import { describe, expect, it } from 'vitest';
import { patternTensor } from '../testing/pattern.ts';
import { tiff } from './format.ts';

const fixture = (name: string) => ({
  path: fileURLToPath(new URL(`../../../../fixtures/tiff/${name}`, import.meta.url)),
});

async function readWhole(name: string, axes?: string): Promise<{ info: ImageInfo; data: TypedArray }> {
  const source = await tiff.open(fixture(name), axes === undefined ? {} : { axes });
  try {
    const { data } = await source.read(wholeRoi(source.info.shape));
    return { info: source.info, data };
  } finally {
    await source.close();
  }
}

interface FixtureFile {
  readonly name: string;
  readonly axes: string;
  /** Sizes in the order of `axes`. */
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  /** Of the pattern. */
  readonly modulus: number;
}

const table: readonly (readonly [string, string, readonly number[], Dtype, number])[] = [
  ['ome_zcyx_u16.ome.tif', 'zcyx', [4, 2, 13, 17], 'uint16', 65521],
  ['ome_tczyx_u8.ome.tif', 'tczyx', [2, 2, 3, 7, 9], 'uint8', 251],
  ['ome_zyxs_u8.ome.tif', 'zyxc', [3, 7, 9, 3], 'uint8', 251],
  ['imagej_tzcyx_u16.tif', 'tzcyx', [2, 3, 2, 13, 17], 'uint16', 65521],
  ['imagej_zyx_f32.tif', 'zyx', [5, 13, 17], 'float32', 65521],
  ['imagej_one_directory_u16.tif', 'zyx', [5, 13, 17], 'uint16', 65521],
  ['bigtiff_tiled_deflate_u8.tif', 'yx', [37, 53], 'uint8', 251],
  ['planar_rgb_u8.tif', 'cyx', [3, 20, 25], 'uint8', 251],
  ['big_endian_strips_u16.tif', 'yx', [40, 31], 'uint16', 65521],
  ['big_endian_predictor_u16.tif', 'yx', [40, 31], 'uint16', 65521],
  ['big_endian_f64.tif', 'yx', [9, 8], 'float64', 65521],
  ['shaped_qyx_i32.tif', 'zyx', [6, 13, 17], 'int32', 65521],
  ['shaped_czyx_u8.tif', 'czyx', [2, 4, 13, 17], 'uint8', 251],
  ['truncated_series_u16.tif', 'zyx', [5, 13, 17], 'uint16', 65521],
  ['pages_u8.tif', 'tyx', [5, 13, 17], 'uint8', 251],
  ['lzw_predictor_u16.tif', 'yx', [40, 31], 'uint16', 65521],
  ['bilevel.tif', 'yx', [21, 19], 'uint8', 2],
  ['palette_u8.tif', 'yx', [21, 19], 'uint8', 251],
];
const files: readonly FixtureFile[] = table.map(([name, axes, shape, dtype, modulus]) => ({
  name,
  axes,
  shape,
  dtype,
  modulus,
}));

describe('reading TIFF files of other programs', () => {
  it.each(files)('$name has axes $axes and its pixels', async ({ name, axes, shape, dtype, modulus }) => {
    const { info, data } = await readWhole(name);
    const expected = patternTensor(axes, shape, { dtype, modulus });
    expect({ axes: info.fileAxes, shape: info.shape, dtype: info.dtype }).toEqual({
      axes,
      shape: expected.shape,
      dtype,
    });
    expectSameValues(data, expected.data, name);
  });

  it.each(['zstd_f32.tif', 'deflate_predictor3_f32.tif'])('%s has its pixels', async (name) => {
    const pattern = patternTensor('yx', [40, 31], { dtype: 'float32', modulus: 65521 });
    const { data } = await readWhole(name);
    expect(data).toEqual((pattern.data as Float32Array).map((value) => value / 256));
  });

  it.each(['lzw_u8.tif', 'packbits_u8.tif'])('%s has its pixels', async (name) => {
    const ramp = Uint8Array.from({ length: 40 * 31 }, (_, i) => Math.floor(i / 31) * 31 + (i % 31) * 3);
    expect((await readWhole(name)).data).toEqual(ramp);
  });

  it('LZW with a full table gives the pixels of the plain file', async () => {
    expect((await readWhole('lzw_noise_u8.tif')).data).toEqual((await readWhole('lzw_noise_u8_plain.tif')).data);
  });

  it('64-bit integers keep all their bits', async () => {
    const { data } = await readWhole('uint64.tif');
    const pattern = patternTensor('yx', [9, 8], { dtype: 'float64', modulus: 65521 });
    expect(data).toEqual(BigUint64Array.from(pattern.data as Float64Array, (value) => BigInt(value) + (1n << 60n)));
  });

  it('axes that are given replace those of the file', async () => {
    const { info, data } = await readWhole('pages_u8.tif', 'zyx');
    expect(info.shape).toEqual([1, 1, 5, 13, 17]);
    expect(data).toEqual(patternTensor('zyx', [5, 13, 17], { dtype: 'uint8', modulus: 251 }).data);
  });
});

describe('what TIFF descriptions say', () => {
  it('OME-XML gives voxel sizes and channel names', async () => {
    const { info } = await readWhole('ome_zcyx_u16.ome.tif');
    expect(info.voxelSize).toEqual({ unit: 'micrometer', x: 0.25, y: 0.25, z: 1.5 });
    expect(info.channelNames).toEqual(['membrane', 'nucleus & more']);
  });

  it('OME-XML gives the time between frames', async () => {
    expect((await readWhole('ome_tczyx_u8.ome.tif')).info.voxelSize).toMatchObject({ t: 30, timeUnit: 'second' });
  });

  it('ImageJ gives voxel sizes, time and the range to show', async () => {
    const { info } = await readWhole('imagej_tzcyx_u16.tif');
    expect(info.voxelSize).toEqual({ unit: 'micrometer', x: 0.25, y: 0.25, z: 1.5, t: 0.5, timeUnit: 'second' });
    expect(info.displayRange).toEqual([10, 900]);
  });
});

const checked = [
  'bigtiff_tiled_deflate_u8.tif',
  'big_endian_strips_u16.tif',
  'imagej_tzcyx_u16.tif',
  'ome_zyxs_u8.ome.tif',
  'planar_rgb_u8.tif',
  'truncated_series_u16.tif',
];
for (const { name, axes, shape, dtype, modulus } of files.filter((file) => checked.includes(file.name))) {
  describe(`image source checks: ${name}`, () => {
    const whole = patternTensor(axes, shape, { dtype, modulus });
    for (const check of imageSourceChecks({ open: () => tiff.open(fixture(name)), whole })) it(check.name, check.run);
  });
}
