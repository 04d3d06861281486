import type { Tensor } from '@brushwood/core';
import { predictionTolerance2d, predictionTolerance3d, type PredictionTolerance } from '@brushwood/core/testing';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runOk } from './testing/command-line.ts';
import { classesOf, everyNth, shareWithin } from './testing/compare-images.ts';
import { readImage } from './testing/sample-project.ts';
import { removeFolder, temporaryFolder } from './testing/temporary-folder.ts';

const reference = process.env['BRUSHWOOD_REFERENCE'] ?? '';
const data = process.env['BRUSHWOOD_DATA'] ?? '';
if (!reference) console.warn('Without BRUSHWOOD_REFERENCE no project of ilastik is predicted.');
if (!data) console.warn('Without BRUSHWOOD_DATA no project of the benchmarks is predicted.');

/** The largest projects take several seconds on a busy machine. */
const timeoutMs = 180_000;

let folder: string;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => removeFolder(folder));

/** Predicts into `NAME_SOURCE.npy`; returns a reader of what was written. */
async function predict(name: string, project: string, input: string[], sources: string[]) {
  const pattern = `${name}_{result_type}.npy`;
  await runOk(['predict', project, ...input, '-o', pattern, '--source', sources.join(), '--quiet'], folder);
  return (result: string) => readImage(join(folder, `${name}_${result}.npy`));
}

const projects = [
  { name: 'gray2d', input: 'gray2d_other.tif', tolerance: predictionTolerance2d },
  { name: 'rgb2d', input: 'rgb2d.tif', tolerance: predictionTolerance2d },
  { name: 'vol3d', input: 'vol3d.h5/volume/data', tolerance: predictionTolerance3d },
];

describe.skipIf(!reference).each(projects)('the project $name of ilastik', ({ name, input, tolerance }) => {
  let read: Awaited<ReturnType<typeof predict>>;
  const expected = (result: string) => readImage(join(reference, `predictions/${name}_${result}.h5`));
  beforeAll(async () => {
    const project = join(reference, `projects/${name}.ilp`);
    read = await predict(
      name,
      project,
      [join(reference, 'inputs', input)],
      ['probabilities', 'segmentation', 'uncertainty'],
    );
  }, timeoutMs);

  it('gives the probabilities of ilastik', async () => {
    const share = shareWithin(await read('Probabilities'), await expected('Probabilities'), tolerance.difference);
    expect(share).toBeGreaterThanOrEqual(tolerance.shareOfProbabilities);
  });

  it('gives the segmentation of ilastik', async () => {
    const share = shareWithin(await read('Simple Segmentation'), await expected('Simple_Segmentation'), 0);
    expect(share).toBeGreaterThanOrEqual(tolerance.shareOfClasses);
  });

  it('gives the uncertainty of ilastik', async () => {
    // A difference of two probabilities: twice as much may differ.
    const share = shareWithin(await read('Uncertainty'), await expected('Uncertainty'), 2 * tolerance.difference);
    expect(share).toBeGreaterThanOrEqual(tolerance.shareOfProbabilities);
  });
});

describe.skipIf(!data)('projects of the benchmarks', () => {
  const inData = (path: string) => join(data, path);

  it(
    'predicts a project as ilastik ships it',
    async () => {
      const expected = await readImage(inData('projects/pc_Probabilities.h5'));
      const read = await predict('pc', inData('projects/pc.ilp'), [], ['probabilities']);
      compare(await read('Probabilities'), expected, predictionTolerance2d);
    },
    timeoutMs,
  );

  it(
    'predicts a project on the image beside it as on the one inside it',
    async () => {
      const png = inData('projects/2d_cells_apoptotic_1channel.png');
      const read = await predict('beside', inData('projects/pc.ilp'), [png], ['probabilities']);
      const expected = await readImage(inData('projects/pc_Probabilities.h5'));
      compare(await read('Probabilities'), expected, predictionTolerance2d);
    },
    timeoutMs,
  );

  it(
    'predicts cells',
    async () => {
      const read = await predict(
        'cells',
        inData('bench/cells.ilp'),
        [inData('bench/cells1024.npy')],
        ['probabilities'],
      );
      const expected = await readImage(inData('bench/cells_Probabilities.h5'));
      compare(await read('Probabilities'), expected, predictionTolerance2d);
    },
    timeoutMs,
  );

  it(
    'predicts blobs',
    async () => {
      const input = inData('bench/blobs128.h5/data');
      const read = await predict('blobs', inData('bench/blobs.ilp'), [input], ['probabilities']);
      const expected = await readImage(inData('bench/blobs_Probabilities_stride4.h5'));
      compare(everyNth(await read('Probabilities'), 4), expected, predictionTolerance3d);
    },
    timeoutMs,
  );
});

function compare(found: Tensor, expected: Tensor, tolerance: PredictionTolerance): void {
  const share = shareWithin(found, expected, tolerance.difference);
  expect(share).toBeGreaterThanOrEqual(tolerance.shareOfProbabilities);
  expect(shareWithin(classesOf(found), classesOf(expected), 0)).toBeGreaterThanOrEqual(tolerance.shareOfClasses);
}
