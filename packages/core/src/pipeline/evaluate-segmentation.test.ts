import { describe, expect, it } from 'vitest';
import type { ImageSpec } from '../contracts/image-sink.ts';
import type { Shape5 } from '../grid/axes.ts';
import { wholeRoi } from '../grid/roi.ts';
import { caught } from '../test-doubles/caught.ts';
import { memoryImageSource } from '../testing/memory-image.ts';
import {
  createEvaluationSink,
  emptyConfusion,
  scoresOf,
  type EvaluationOptions,
  type TruthMeaning,
} from './evaluate-segmentation.ts';

const shape: Shape5 = [1, 1, 1, 1, 6];
const spec: ImageSpec = { axes: 'yx', shape, dtype: 'uint8', content: 'labels' };

/** What comes out when a segmentation is compared with a truth, voxel by voxel. */
async function confusionOf(
  truth: number[],
  segmentation: number[],
  meaning: TruthMeaning,
  more: Partial<EvaluationOptions> = {},
) {
  const confusion = emptyConfusion(2);
  const source = memoryImageSource({ data: Uint16Array.from(truth), shape });
  const sink = createEvaluationSink(spec, source, { confusion, meaning, ...more });
  await sink.write(wholeRoi(shape), { data: Uint8Array.from(segmentation), shape });
  await sink.close();
  return confusion;
}

describe('createEvaluationSink', () => {
  it('counts truth by prediction and leaves out what the truth does not label', async () => {
    const found = await confusionOf([1, 1, 2, 2, 0, 0], [1, 2, 2, 2, 1, 2], { kind: 'labels' });
    expect(found).toEqual([
      [1, 1],
      [0, 2],
    ]);
  });

  it('takes objects for the foreground and 0 for the background', async () => {
    const meaning: TruthMeaning = { kind: 'instances', foreground: 1, background: 0 };
    expect(await confusionOf([0, 0, 7, 7, 300, 0], [1, 2, 2, 1, 2, 1], meaning)).toEqual([
      [2, 1],
      [1, 2],
    ]);
  });

  it('maps values, and leaves out those that are not in the map or map to 0', async () => {
    const labels = new Map([
      [255, 2],
      [10, 1],
      [99, 0],
    ]);
    const found = await confusionOf([255, 255, 10, 99, 5, 0], [2, 1, 1, 1, 1, 1], { kind: 'map', labels });
    expect(found).toEqual([
      [1, 0],
      [1, 1],
    ]);
  });

  it('leaves out what the prediction mask leaves out', async () => {
    const mask = memoryImageSource({ data: Uint8Array.of(0, 7, 1, 0, 1, 1), shape });
    expect(await confusionOf([1, 1, 2, 2, 0, 1], [1, 2, 2, 1, 1, 1], { kind: 'labels' }, { mask })).toEqual([
      [1, 1],
      [0, 1],
    ]);
  });

  it('writes down where which error lies, block by block', async () => {
    const [size, errors]: [Shape5, Uint8Array] = [[2, 1, 1, 2, 3], new Uint8Array(12)];
    const truth = memoryImageSource({ data: Uint8Array.of(1, 1, 1, 2, 2, 2, 0, 1, 2, 2, 2, 2), shape: size });
    const confusion = emptyConfusion(2);
    const own = { ...spec, shape: size };
    const sink = createEvaluationSink(own, truth, { confusion, meaning: { kind: 'labels' }, errors });
    await sink.write(
      { start: [0, 0, 0, 0, 1], stop: [2, 1, 1, 2, 3] },
      { data: Uint8Array.of(1, 2, 2, 1, 2, 2, 1, 2), shape: [2, 1, 1, 2, 2] },
    );
    expect(confusion).toEqual([
      [1, 2],
      [2, 3],
    ]);
    // 1 + truth × classes + prediction: a 1 taken for 2 is 2, a 2 taken for 1 is 3.
    expect([...errors]).toEqual([0, 0, 2, 0, 0, 3, 0, 2, 0, 0, 3, 0]);
  });

  it('refuses a value that is no class and offers ways out', async () => {
    const error = await caught(() => confusionOf([1, 1, 3, 0, 0, 0], [1, 1, 1, 1, 1, 1], { kind: 'labels' }));
    expect(error.code).toBe('invalid-labels');
    expect(error.message).toMatch(/the value 3.*--instances.*--map/);
  });

  it('refuses a truth of another size', async () => {
    const truth = memoryImageSource({ data: new Uint8Array(5), shape: [1, 1, 1, 1, 5] });
    const error = await caught(() =>
      createEvaluationSink(spec, truth, { confusion: emptyConfusion(2), meaning: { kind: 'labels' } }),
    );
    expect(error.code).toBe('shape-mismatch');
  });
});

describe('scoresOf', () => {
  it('gives the scores one computes by hand', () => {
    // Of 10 voxels of the first class 8 were found; of 5 of the second 4.
    const { accuracy, classes, meanIou, voxels } = scoresOf([
      [8, 2],
      [1, 4],
    ]);
    expect(voxels).toBe(15);
    expect(accuracy).toBeCloseTo(12 / 15, 12);
    expect(classes[0]).toEqual({ precision: 8 / 9, recall: 8 / 10, f1: 16 / 19, iou: 8 / 11, support: 10 });
    expect(classes[1]).toEqual({ precision: 4 / 6, recall: 4 / 5, f1: 8 / 11, iou: 4 / 7, support: 5 });
    expect(meanIou).toBeCloseTo((8 / 11 + 4 / 7) / 2, 12);
  });

  it('leaves a class that occurs nowhere out of the mean', () => {
    const scores = scoresOf([
      [3, 0, 0],
      [1, 4, 0],
      [0, 0, 0],
    ]);
    expect(scores.classes[2]).toEqual({
      precision: Number.NaN,
      recall: Number.NaN,
      f1: Number.NaN,
      iou: Number.NaN,
      support: 0,
    });
    expect(scores.meanIou).toBeCloseTo((3 / 4 + 4 / 5) / 2, 12);
  });
});
