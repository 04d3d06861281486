import { describe, expect, it } from 'vitest';
import type { Shape3, Shape5 } from '../grid/axes.ts';
import type { Tensor } from '../grid/tensor.ts';
import { caught } from '../test-doubles/caught.ts';
import { fakeServices, stripeProject, stripes } from '../test-doubles/phantoms.ts';
import { watchedOutputs } from '../test-doubles/sinks.ts';
import { mirrorIndex } from '../kernels/correlate.reference.ts';
import { combinedClasses, type Postprocessing } from './postprocess.ts';
import { runPrediction, type PredictOptions } from './run-prediction.ts';
import { runTraining } from './run-training.ts';

const shape: Shape5 = [1, 1, 1, 30, 34];
const image = stripes(shape);
const { project } = await runTraining(stripeProject(image), { services: fakeServices() });
const sources = ['probabilities', 'segmentation', 'uncertainty', 'features'];

async function predict(postprocessing?: Postprocessing, more: Partial<PredictOptions> = {}) {
  const { outputs, store } = watchedOutputs(sources);
  const request = { location: { path: 'image', tensor: image } };
  await runPrediction(project, { services: fakeServices(2), image: request, outputs, postprocessing, ...more });
  return store.images;
}
const plain = await predict();
const values = (images: Awaited<ReturnType<typeof predict>>, name: string) =>
  [...images.get(name)!.tensor.data].map(Number);

/** A Gaussian of σ along y and x, cut off at 3 σ, mirrored at the edges, straight from the definition. */
function smoothed(plane: number[], [ny, nx]: [number, number], sigma: number): number[] {
  const radius = Math.floor(3 * sigma + 0.5);
  const offsets = Array.from({ length: 2 * radius + 1 }, (_, i) => i - radius);
  const weights = offsets.map((offset) => Math.exp(-0.5 * (offset / sigma) ** 2));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const pass = (input: number[], at: (y: number, x: number, offset: number) => number) =>
    input.map((_, i) =>
      offsets.reduce(
        (sum, offset, k) => sum + (weights[k]! / total) * input[at(Math.floor(i / nx), i % nx, offset)]!,
        0,
      ),
    );
  const alongY = pass(plane, (y, x, offset) => mirrorIndex(y + offset, ny) * nx + x);
  return pass(alongY, (y, x, offset) => y * nx + mirrorIndex(x + offset, nx));
}

describe('smoothing', () => {
  it('is a Gaussian over each class, whatever the blocks; segmentation follows, features do not change', async () => {
    const expected = smoothed(values(plain, 'probabilities').slice(0, 30 * 34), [30, 34], 1.5);
    const whole = await predict({ smoothing: 1.5 });
    const found = values(whole, 'probabilities').slice(0, 30 * 34);
    expect(Math.max(...found.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThan(1e-6);
    const second = values(whole, 'probabilities').slice(30 * 34);
    expect(values(whole, 'segmentation')).toEqual(second.map((p, i) => (p > found[i]! ? 2 : 1)));
    expect(values(whole, 'segmentation')).not.toEqual(values(plain, 'segmentation'));
    expect(values(whole, 'features')).toEqual(values(plain, 'features'));
    for (const blockShape of [
      [1, 7, 9],
      [1, 16, 16],
    ] as Shape3[]) {
      const blocks = await predict({ smoothing: 1.5 }, { blockShape });
      for (const name of sources) expect(values(blocks, name), `${name} ${blockShape}`).toEqual(values(whole, name));
    }
  });

  it('leaves voxels outside a mask without probability', async () => {
    const mask: Tensor = { data: Uint8Array.from({ length: 30 * 34 }, (_, i) => (i % 34 < 12 ? 1 : 0)), shape };
    const masked = await predict({ smoothing: 1 }, { mask: { location: { path: 'mask', tensor: mask } } });
    const free = await predict({ smoothing: 1 });
    const expected = values(free, 'probabilities').map((value, i) => (i % 34 < 12 ? value : 0));
    expect(values(masked, 'probabilities')).toEqual(expected);
  });
});

describe('thresholds', () => {
  it('leave voxels 0 that no class claims, and give the rest to the most probable that does', async () => {
    const thresholds = [0.51, 0.6];
    const p = values(plain, 'probabilities');
    const expected = Array.from({ length: 30 * 34 }, (_, i) => {
      const [first, second] = [p[i]!, p[30 * 34 + i]!];
      if (first >= 0.51 && first >= second) return 1;
      return second >= 0.6 ? 2 : 0;
    });
    const found = values(await predict({ thresholds }), 'segmentation');
    expect(found).toEqual(expected);
    expect(new Set(found)).toEqual(new Set([0, 1, 2]));
    expect(values(await predict({ thresholds }), 'probabilities')).toEqual(p);
  });
});

describe('combining classes', () => {
  it('adds their probabilities and joins their names', async () => {
    const found = await predict({ combine: [[0, 1]] });
    const { spec, tensor } = found.get('probabilities')!;
    expect(spec.channelNames).toEqual(['dark+bright']);
    expect(tensor.shape).toEqual(shape);
    for (const value of values(found, 'probabilities')) expect(value).toBeCloseTo(1, 6);
    const swapped = await predict({ combine: [[1], [0]] });
    const p = values(plain, 'probabilities');
    expect(values(swapped, 'probabilities')).toEqual([...p.slice(30 * 34), ...p.slice(0, 30 * 34)]);
    expect(swapped.get('segmentation')!.spec.colors).toEqual(
      [project.classes[1]!, project.classes[0]!].map((item) => item.probabilityColor),
    );
  });
});

describe('combinedClasses', () => {
  it.each<[string, Postprocessing]>([
    ['a class there is not', { combine: [[0], [2]] }],
    ['a class twice', { combine: [[0, 1], [1]] }],
    ['no class', { combine: [] }],
    ['an empty group', { combine: [[0, 1], []] }],
    ['too few thresholds', { thresholds: [0.5] }],
    ['thresholds that are no probabilities', { thresholds: [0.5, 1.5] }],
    ['NaN', { thresholds: [0.5, Number.NaN] }],
    ['a negative sigma', { smoothing: -1 }],
    ['an infinite sigma', { smoothing: Infinity }],
  ])('refuses %s', async (_, postprocessing) => {
    expect((await caught(() => combinedClasses(project.classes, postprocessing))).code).toBe('invalid-parameter');
  });
});
