import { createTensor } from '@brushwood/core';
import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { journalName } from '../batch/run-journal.ts';
import { pngBytes } from '../testing/file-bytes.ts';
import { SampleFolder } from '../testing/sample-folder.ts';
import {
  numbersOf,
  readImage,
  sampleImage,
  sampleLabels,
  writeImage,
  writeProject,
} from '../testing/sample-project.ts';
import { writeFile } from 'node:fs/promises';

const [height, width] = [40, 48];
const voxels = height * width;

let folder: SampleFolder;
/** Probabilities of the project's own image, class by class. */
let probabilities: number[];
beforeAll(async () => {
  folder = await SampleFolder.make();
  await writeImage(folder.at('gray.png'), sampleImage([1, 1, 1, height, width]));
  await writeImage(folder.at('other.npy'), sampleImage([1, 1, 1, height, width], 2));
  await writeProject(folder.at('p.ilp'), { image: folder.at('gray.png') });
  await folder.run(
    'predict p.ilp -o all_{result_type}.npy --source probabilities,segmentation,uncertainty,features,labels',
  );
  probabilities = await folder.values('all_Probabilities.npy');
});
afterAll(() => folder.remove());

/** Half to even, as NumPy rounds. */
function rint(value: number): number {
  const low = Math.floor(value);
  return value - low === 0.5 ? 2 * Math.round(value / 2) : Math.round(value);
}

describe('what brushwood predict writes', () => {
  it('gives probabilities that sum to 1 and find the two halves of the picture', () => {
    const sums = Array.from({ length: voxels }, (_, i) => probabilities[i]! + probabilities[voxels + i]!);
    expect(Math.max(...sums.map((sum) => Math.abs(sum - 1)))).toBeLessThan(1e-6);
    const right = sums.filter((_, i) => probabilities[voxels + i]! > 0.5 === i % width >= width / 2);
    expect(right.length / voxels).toBeGreaterThan(0.95);
  });

  it('derives segmentation and uncertainty from them in the same run', async () => {
    const [first, second] = [probabilities.slice(0, voxels), probabilities.slice(voxels)];
    const classes = first.map((p, i) => (p >= second[i]! ? 1 : 2));
    expect(await folder.values('all_Simple Segmentation.npy')).toEqual(classes);
    const uncertainty = await folder.values('all_Uncertainty.npy');
    const worst = Math.max(...uncertainty.map((u, i) => Math.abs(u - (1 - Math.abs(first[i]! - second[i]!)))));
    expect(worst).toBeLessThan(1e-6);
  });

  it('writes the features, one channel each, and the labels of the image', async () => {
    expect((await readImage(folder.at('all_Features.npy'))).shape).toEqual([1, 3, 1, height, width]);
    const expected = numbersOf(sampleLabels([1, 1, 1, height, width]));
    expect(await folder.values('all_Labels.npy')).toEqual(expected);
  });

  it.each(['tiff', 'hdf5', 'compressed-hdf5', 'npy'])('writes the same numbers as %s', async (format) => {
    await folder.run(`predict p.ilp -o as-${format} --format ${format}`);
    const name = (await readdir(folder.path)).find((file) => file.startsWith(`as-${format}.`))!;
    const { data, fileAxes } = await readImage(folder.at(name));
    expect(data).toBeInstanceOf(Float32Array);
    expect(fileAxes).toBe('yxc');
    expect(numbersOf({ data, shape: [1, 2, 1, height, width] })).toEqual(probabilities);
  });

  it('takes the format from the extension, and the dataset from the path', async () => {
    await folder.run('predict p.ilp -o made.h5/results/cells');
    expect(await folder.values('made.h5', 'results/cells')).toEqual(probabilities);
  });

  it.each([
    ['uint8', 255, 'tif'],
    ['uint16', 65535, 'png'],
  ])('scales probabilities to the range of %s', async (dtype, most, ending) => {
    await folder.run(`predict p.ilp -o ${dtype}.${ending} --dtype ${dtype} --source uncertainty`);
    const uncertainty = await folder.values('all_Uncertainty.npy');
    expect(await folder.values(`${dtype}.${ending}`)).toEqual(uncertainty.map((value) => rint(value * most)));
  });

  it('writes the axes in the order asked for', async () => {
    await folder.run('predict p.ilp -o cyx.h5 --output-axes cyx');
    await folder.run('predict p.ilp -o all-axes.h5 --output-axes txyzc');
    expect((await readImage(folder.at('cyx.h5'))).fileAxes).toBe('cyx');
    expect((await readImage(folder.at('all-axes.h5'))).fileAxes).toBe('txyzc');
    expect([await folder.values('cyx.h5'), await folder.values('all-axes.h5')]).toEqual([probabilities, probabilities]);
  });
});

describe('where brushwood predict writes', () => {
  it('fills patterns and makes the folders they name', async () => {
    await folder.run(
      'predict p.ilp gray.png other.npy -o out/{result_type}/{nickname}.npy --source segmentation,labels',
    );
    const files = await readdir(folder.at('out'), { recursive: true });
    expect(files.filter((file) => !file.endsWith(journalName)).sort()).toEqual([
      'Labels',
      'Labels/gray.npy',
      'Labels/other.npy',
      'Simple Segmentation',
      'Simple Segmentation/gray.npy',
      'Simple Segmentation/other.npy',
    ]);
  });

  it('names the files itself in a folder, and beside the image without -o', async () => {
    await mkdir(folder.at('results'));
    await folder.run('predict p.ilp other.npy -o results --format npy');
    expect(await readdir(folder.at('results'))).toEqual([journalName, 'other_Probabilities.npy']);
    const printed = await folder.run('predict p.ilp other.npy --source segmentation');
    expect(printed.trim()).toBe(folder.at('other_Simple Segmentation.tif'));
    expect(existsSync(printed.trim())).toBe(true);
  });

  it('replaces a file only by --force', async () => {
    await folder.run('predict p.ilp -o twice.npy --source segmentation');
    expect((await folder.try('predict p.ilp -o twice.npy')).exitCode).toBe(1);
    await folder.run('predict p.ilp -o twice.npy --force');
    expect(await folder.values('twice.npy')).toEqual(probabilities);
  });

  it('gives a project’s own image and the same file named the same result; labels only to its own', async () => {
    await folder.run('predict p.ilp gray.png -o named_{result_type}.npy --source probabilities,labels');
    expect(await folder.values('named_Probabilities.npy')).toEqual(probabilities);
    expect(new Set(await folder.values('named_Labels.npy'))).toEqual(new Set([0]));
  });
});

describe('what brushwood predict reads', () => {
  it('predicts nothing outside a mask', async () => {
    const inside = Uint8Array.from({ length: voxels }, (_, i) => (i % width < 10 ? 255 : 0));
    await writeImage(folder.at('mask.png'), createTensor(inside, [1, 1, 1, height, width]));
    await folder.run(
      'predict p.ilp gray.png --mask mask.png -o masked_{result_type}.npy --source probabilities,segmentation',
    );
    const masked = await folder.values('masked_Probabilities.npy');
    expect(masked).toEqual(probabilities.map((p, i) => (inside[i % voxels] ? p : 0)));
    const project = await folder.copyOf('p.ilp');
    await folder.run(`lanes ${project} mask 0 mask.png`);
    await folder.run(`predict ${project} -o own-mask.npy`);
    expect(await folder.values('own-mask.npy')).toEqual(masked);
  });

  it('reads 16-bit, palette and 1-bit PNGs', async () => {
    const row = (value: (x: number) => number) => Array.from({ length: 16 }, (_, x) => value(x));
    const rows = Array.from({ length: 16 }, () => row((x) => (x < 8 ? 0 : 1)));
    const deep = { width: 16, height: 16, bitDepth: 16, colorType: 0 } as const;
    await writeFile(folder.at('deep.png'), pngBytes({ ...deep, rows: rows.map((r) => r.flatMap((v) => [v, 200])) }));
    const indexed = { width: 16, height: 16, bitDepth: 8, colorType: 3, palette: [60, 60, 60, 180, 180, 180] } as const;
    await writeFile(folder.at('palette.png'), pngBytes({ ...indexed, rows }));
    const bits = { width: 16, height: 16, bitDepth: 1, colorType: 0, rows: rows.map(() => [0x00, 0xff]) } as const;
    await writeFile(folder.at('bits.png'), pngBytes(bits));
    const read = async (name: string) => (await readImage(folder.at(name))).data.slice(6, 10);
    expect(await read('deep.png')).toEqual(Uint16Array.of(200, 200, 456, 456));
    expect(await read('palette.png')).toEqual(Uint8Array.of(60, 60, 180, 180));
    await folder.run('predict p.ilp deep.png bits.png -o {nickname}-seen.npy --source segmentation');
    await folder.run('predict p.ilp palette.png --channels 0 -o palette-seen.npy --source segmentation');
    const segmentation = await folder.values('palette-seen.npy');
    expect([segmentation[3], segmentation[12]]).toEqual([1, 2]);
  });

  it('warns of images unlike the training images', async () => {
    const bright = Uint16Array.from({ length: voxels }, (_, i) => 10 * (i % 6000));
    await writeImage(folder.at('bright.npy'), createTensor(bright, [1, 1, 1, height, width]));
    const { stderr } = await folder.try('predict p.ilp bright.npy -o bright-out.npy');
    expect(stderr).toMatch(/warning: .*bright\.npy is uint16, the training image "gray" is uint8/);
  });
});
