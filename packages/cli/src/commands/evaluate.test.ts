import { createTensor, setPredictionMask } from '@brushwood/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SampleFolder } from '../testing/sample-folder.ts';
import { sampleImage, writeImage, writeProject } from '../testing/sample-project.ts';

interface Scores {
  readonly voxels: number;
  readonly accuracy: number;
  readonly meanIou: number;
  readonly classes: readonly {
    name: string;
    precision: number | null;
    recall: number | null;
    f1: number | null;
    iou: number | null;
    support: number;
  }[];
  readonly confusion: readonly (readonly number[])[];
  readonly images: readonly { image: string }[];
}

const shape = [1, 1, 1, 40, 48] as const;
const voxels = 40 * 48;

let folder: SampleFolder;
let segmentation: number[];
beforeAll(async () => {
  folder = await SampleFolder.make();
  await writeImage(folder.at('gray.png'), sampleImage(shape));
  await writeImage(folder.at('other.npy'), sampleImage(shape, 2));
  await writeProject(folder.at('p.ilp'), { image: folder.at('gray.png') });
  await folder.run('predict p.ilp -o seen.npy --source segmentation');
  segmentation = await folder.values('seen.npy');
});
afterAll(() => folder.remove());

function putTruth(name: string, value: (predicted: number, i: number) => number) {
  return writeImage(folder.at(name), createTensor(Uint8Array.from(segmentation, value), shape));
}
const countOf = (label: number) => segmentation.filter((value) => value === label).length;

describe('brushwood evaluate', () => {
  it('gives full marks to what was predicted', async () => {
    const scores = await folder.json<Scores>('evaluate p.ilp --truth seen.npy');
    expect(scores).toMatchObject({ voxels, accuracy: 1, meanIou: 1 });
    expect(scores.confusion).toEqual([
      [countOf(1), 0],
      [0, countOf(2)],
    ]);
  });

  it('counts every mistake once, per class', async () => {
    // 30 voxels of class 1 are said to be 2, 10 of class 2 to be 1; the rest is right.
    let [ones, twos] = [0, 0];
    await putTruth('wrong.npy', (predicted) => {
      if (predicted === 1 && ones < 30) return ++ones && 2;
      if (predicted === 2 && twos < 10) return ++twos && 1;
      return predicted;
    });
    const [right1, right2] = [countOf(1) - 30, countOf(2) - 10];
    const scores = await folder.json<Scores>('evaluate p.ilp --truth wrong.npy');
    expect(scores.confusion).toEqual([
      [right1, 10],
      [30, right2],
    ]);
    expect(scores.accuracy).toBeCloseTo((voxels - 40) / voxels, 12);
    const [first] = scores.classes;
    expect(first!.precision).toBeCloseTo(right1 / (right1 + 30), 12);
    expect(first!.recall).toBeCloseTo(right1 / (right1 + 10), 12);
    expect(first!.f1).toBeCloseTo((2 * right1) / (2 * right1 + 40), 12);
    expect(first!.iou).toBeCloseTo(right1 / (right1 + 40), 12);
    expect(first).toMatchObject({ name: 'background', support: right1 + 10 });
  });

  it('leaves out what the truth does not say', async () => {
    await putTruth('half.npy', (predicted, i) => (i < voxels / 2 ? 0 : predicted));
    expect(await folder.json<Scores>('evaluate p.ilp --truth half.npy')).toMatchObject({
      voxels: voxels / 2,
      accuracy: 1,
    });
  });

  it('has no ratio where there is nothing to divide by', async () => {
    await putTruth('one.npy', (predicted) => (predicted === 1 ? 1 : 0));
    const { classes } = await folder.json<Scores>('evaluate p.ilp --truth one.npy');
    expect(classes[1]).toMatchObject({ precision: null, recall: null, iou: null, support: 0 });
  });

  it('reads numbered objects and mapped values', async () => {
    await putTruth('objects.npy', (predicted, i) => (predicted === 2 ? 1 + (i % 200) : 0));
    expect(await folder.json<Scores>('evaluate p.ilp --truth objects.npy --instances')).toMatchObject({
      voxels,
      accuracy: 1,
    });
    await putTruth('mapped.npy', (predicted, i) => (i === 0 ? 77 : predicted === 2 ? 255 : 128));
    expect(await folder.json<Scores>('evaluate p.ilp --truth mapped.npy --map 128=1,255=2')).toMatchObject({
      voxels: voxels - 1,
      accuracy: 1,
    });
  });

  it('sums over several images, and tells of each', async () => {
    await folder.run('predict p.ilp other.npy -o other-seen.npy --source segmentation');
    const scores = await folder.json<Scores>(
      'evaluate p.ilp gray.png other.npy --truth seen.npy --truth other-seen.npy',
    );
    expect(scores).toMatchObject({ voxels: 2 * voxels, accuracy: 1 });
    expect(scores.images.map((item) => item.image)).toEqual(['gray', 'other']);
  });

  it('leaves out what the prediction mask of the project leaves out', async () => {
    // The left half of the image was not predicted; the truth is wrong there, and in ten voxels of the right half.
    const mask = Uint8Array.from({ length: voxels }, (_, i) => (i % 48 < 24 ? 0 : 1));
    await writeImage(folder.at('mask.npy'), createTensor(mask, shape));
    let wrong = 0;
    await putTruth('masked.npy', (predicted, i) => (mask[i] === 0 || ++wrong <= 10 ? 3 - predicted : predicted));
    await writeProject(folder.at('masked.ilp'), {
      image: folder.at('gray.png'),
      change: (project) => {
        const image = project.lanes[0]!.rawData;
        const reference = {
          ...image,
          nickname: 'mask',
          location: { path: folder.at('mask.npy') },
          fingerprint: undefined,
        };
        return { ...setPredictionMask(project, 0, reference), classifier: project.classifier };
      },
    });
    const scores = await folder.json<Scores>('evaluate masked.ilp --truth masked.npy');
    expect(scores).toMatchObject({ voxels: voxels / 2, accuracy: 1 - 10 / (voxels / 2) });
  });

  it('prints a table', async () => {
    const text = await folder.run('evaluate p.ilp --truth seen.npy');
    expect(text).toContain(`Accuracy 100.00 %, mean IoU 100.00 % over ${voxels} voxels.`);
    expect(text).toMatch(/^background +100\.00 +100\.00 +100\.00 +100\.00 +\d+$/m);
  });
});
