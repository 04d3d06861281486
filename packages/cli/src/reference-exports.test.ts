import type { Tensor } from '@brushwood/core';
import { predictionTolerance2d, predictionTolerance3d } from '@brushwood/core/testing';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runOk } from './testing/command-line.ts';
import { shareWithin } from './testing/compare-images.ts';
import { readImage } from './testing/sample-project.ts';
import { removeFolder, temporaryFolder } from './testing/temporary-folder.ts';

const reference = process.env['BRUSHWOOD_REFERENCE'] ?? '';
if (!reference) console.warn('Without BRUSHWOOD_REFERENCE no export is held against one of ilastik.');

const inReference = (path: string) => join(reference, path);
const exported = (name: string) => readImage(inReference(`exports/${name}`));

let folder: string;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => removeFolder(folder));

/** Predicts to a file and reads it back. */
async function predictTo(file: string, name: 'gray2d' | 'vol3d', options: string[] = []) {
  const input = inReference(name === 'gray2d' ? 'inputs/gray2d_other.tif' : 'inputs/vol3d.h5/volume/data');
  const project = inReference(`projects/${name}.ilp`);
  await runOk(['predict', project, input, '-o', file, '--quiet', '--force', ...options], folder);
  return readImage(join(folder, file));
}

function facts({ data, shape, fileAxes }: Tensor & { fileAxes: string }) {
  return { dtype: data.constructor.name, shape, fileAxes };
}

function expectAlike(found: Tensor, expected: Tensor, { difference, shareOfProbabilities }: Tolerated): void {
  expect(shareWithin(found, expected, difference)).toBeGreaterThanOrEqual(shareOfProbabilities);
}
type Tolerated = Pick<typeof predictionTolerance2d, 'difference' | 'shareOfProbabilities'>;

describe.skipIf(!reference)('exports beside those of ilastik', () => {
  it('writes probabilities of a flat image as TIFF with interleaved channels', async () => {
    const [found, expected] = [
      await predictTo('flat.tif', 'gray2d'),
      await exported('gray2d_other_Probabilities.tiff'),
    ];
    expect(facts(found)).toEqual(facts(expected));
    expectAlike(found, expected, predictionTolerance2d);
  });

  it('writes a segmentation as PNG, class by class', async () => {
    const found = await predictTo('flat.png', 'gray2d', ['--source', 'segmentation']);
    const expected = await exported('gray2d_other_Simple Segmentation.png');
    expect(facts(found)).toEqual(facts(expected));
    expect(shareWithin(found, expected, 0)).toBeGreaterThanOrEqual(predictionTolerance2d.shareOfClasses);
  });

  it('writes probabilities of a volume as HDF5 in the axes of the input', async () => {
    const found = await predictTo('volume.h5', 'vol3d');
    const expected = await readImage(inReference('predictions/vol3d_Probabilities.h5'));
    expect(facts(found)).toEqual(facts(expected));
    expectAlike(found, expected, predictionTolerance3d);
  });

  it('writes probabilities of a volume as TIFF, page by page', async () => {
    const found = await predictTo('volume.tif', 'vol3d', ['--output-axes', 'zcyx']);
    const expected = await exported('vol3d-volume-data_Probabilities_multipage.tiff');
    expect(facts(found)).toEqual(facts(expected));
    expectAlike(found, expected, predictionTolerance3d);
  });

  it('scales probabilities to uint8 as ilastik renormalises them, in any order of axes', async () => {
    const whole = await predictTo('volume8.h5', 'vol3d', ['--dtype', 'uint8', '--output-axes', 'tzyxc']);
    const expected = await exported('vol3d-volume-data_Probabilities_u8cut.h5');
    expect(whole.fileAxes).toBe(expected.fileAxes);
    expect(whole.data).toBeInstanceOf(Uint8Array);
    const tolerance = { ...predictionTolerance3d, difference: Math.ceil(255 * predictionTolerance3d.difference) };
    expectAlike(cut(whole, [2, 3, 4], [30, 40, 44]), expected, tolerance);
  });
});

/** A box along z, y, x. */
function cut({ data, shape }: Tensor, start: readonly number[], stop: readonly number[]): Tensor {
  const [, nc, nz, ny, nx] = shape;
  const values: number[] = [];
  for (let c = 0; c < nc; c++)
    for (let z = start[0]!; z < stop[0]!; z++)
      for (let y = start[1]!; y < stop[1]!; y++)
        for (let x = start[2]!; x < stop[2]!; x++) values.push(Number(data[((c * nz + z) * ny + y) * nx + x]));
  const [z, y, x] = stop.map((end, i) => end - start[i]!) as [number, number, number];
  return { data: Uint8Array.from(values), shape: [1, nc, z, y, x] };
}
