import { describe, expect, it } from 'vitest';
import type { ImageSpec } from '../contracts/image-sink.ts';
import type { Shape3, Shape5 } from '../grid/axes.ts';
import type { Roi } from '../grid/roi.ts';
import { cropTensor, type Tensor } from '../grid/tensor.ts';
import type { Project } from '../project/project.ts';
import { caught } from '../test-doubles/caught.ts';
import { fakeServices, stripeProject, stripes } from '../test-doubles/phantoms.ts';
import { watchedOutputs, type WatchOptions } from '../test-doubles/sinks.ts';
import { UnitStore } from '../test-doubles/unit-sinks.ts';
import { runPrediction, type PredictOptions, type PredictResult } from './run-prediction.ts';
import { runTraining } from './run-training.ts';

const shape: Shape5 = [1, 1, 1, 40, 44];
const image = stripes(shape);
const { project } = await runTraining(stripeProject(image), { services: fakeServices() });
const asRequest = (tensor: Tensor) => ({ location: { path: 'image in memory', tensor } });

async function predict(
  options: Partial<PredictOptions> & { watch?: WatchOptions; from?: Project; size?: number } = {},
) {
  const { watch, from = project, size, ...more } = options;
  const { outputs, store } = watchedOutputs(['probabilities', 'segmentation'], watch);
  await runPrediction(from, { services: fakeServices(size), image: asRequest(image), outputs, ...more });
  return store.images;
}

/** Predicts into a store of units, perhaps failing after some. */
function predictUnits(
  store: UnitStore,
  { failsAfter, size = 2, ...more }: Partial<PredictOptions> & { failsAfter?: number; size?: number } = {},
): Promise<PredictResult> {
  const openSink = async (spec: ImageSpec) => store.open(spec, failsAfter);
  const outputs = [{ sourceId: 'probabilities', openSink }];
  return runPrediction(project, { services: fakeServices(size), image: asRequest(image), outputs, ...more });
}

const whole = await predict();
const expected = whole.get('probabilities')!.tensor.data;
/** 5 × 6 units of 8 × 8. */
const small: Shape5 = [1, 1, 1, 8, 8];

describe('outputs in units', () => {
  it.each<[string, Shape5, Shape3 | undefined]>([
    ['smaller than a block', small, undefined],
    ['as large as a block', [1, 1, 1, 16, 16], [1, 16, 16]],
    ['larger than a block', [1, 1, 1, 32, 32], [1, 10, 9]],
  ])('%s hold the same values as any other', async (_, unitShape, blockShape) => {
    const store = new UnitStore(unitShape);
    await predictUnits(store, { blockShape });
    expect(store.image!.tensor.data).toEqual(expected);
    expect(store.image!.isClosed).toBe(true);
    expect(new Set(store.image!.written).size).toBe(store.image!.written.length);
  });

  it('are resumed: what is done is not done again', async () => {
    const store = new UnitStore(small);
    const error = await caught(() => predictUnits(store, { failsAfter: 7, blockShape: [1, 16, 16] }));
    expect(error.message).toBe('disk full');
    const before = [...store.image!.written];
    expect(before.length).toBeGreaterThanOrEqual(7);
    expect(before.length).toBeLessThan(30);
    const result = await predictUnits(store, { blockShape: [1, 24, 8] });
    expect(result.unitsDone).toBe(before.length);
    expect(store.image!.written.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, i) => i));
    expect(store.image!.tensor.data).toEqual(expected);
    expect((await predictUnits(store)).blocks).toBe(0);
  });

  it('are written by several parts in any order and finished by a last run', async () => {
    const store = new UnitStore(small);
    const incomplete = await caught(() => predictUnits(store, { finishOnly: true }));
    expect(incomplete.code).toBe('incomplete');
    for (const index of [2, 0, 3, 1, 2]) {
      // Parts agree whatever their blocks are.
      const blockShape: Shape3 = [1, 8 + 8 * index, 16];
      await predictUnits(store, { part: { index, count: 4 }, blockShape });
      expect(store.image!.isClosed).toBe(false);
    }
    expect(store.image!.written).toHaveLength(30);
    await predictUnits(store, { finishOnly: true });
    expect(store.image!.isClosed).toBe(true);
    expect(store.image!.tensor.data).toEqual(expected);
  });

  it('are needed to share an image among runs', async () => {
    expect((await caught(() => predict({ part: { index: 0, count: 2 } }))).message).toMatch(/OME-Zarr/);
    const store = new UnitStore(small);
    const wrong = await caught(() => predictUnits(store, { part: { index: 2, count: 2 } }));
    expect(wrong.message).toMatch(/no part 3 of 2/);
  });

  it('stand beside outputs without: then everything is computed, and both are right', async () => {
    const store = new UnitStore(small);
    await caught(() => predictUnits(store, { failsAfter: 3 }));
    const { outputs, store: others } = watchedOutputs(['segmentation']);
    const openSink: (typeof outputs)[number]['openSink'] = async (spec) => store.open(spec);
    await runPrediction(project, {
      services: fakeServices(2),
      image: asRequest(image),
      outputs: [{ sourceId: 'probabilities', openSink }, ...outputs],
    });
    expect(store.image!.tensor.data).toEqual(expected);
    expect(others.images.get('segmentation')!.tensor.data).toEqual(whole.get('segmentation')!.tensor.data);
  });
});

describe('a cut-out', () => {
  const roi: Roi = { start: [0, 0, 0, 7, 11], stop: [1, 1, 1, 29, 40] };

  it('holds what the whole holds there, in blocks and units too', async () => {
    for (const more of [{}, { blockShape: [1, 10, 12] as Shape3, size: 2 }, { watch: { writeShape: small } }]) {
      const found = await predict({ roi, ...more });
      for (const [name, { tensor }] of whole) {
        const box = { start: roi.start, stop: [1, tensor.shape[1], ...roi.stop.slice(2)] as unknown as Shape5 };
        expect(found.get(name)!.tensor).toEqual(cropTensor(tensor, box));
      }
    }
  });

  it('must lie in the image', async () => {
    const outside: Roi = { start: [0, 0, 0, 0, 0], stop: [1, 1, 1, 41, 44] };
    expect((await caught(() => predict({ roi: outside }))).code).toBe('invalid-roi');
  });
});

describe('channels and scaling of an output', () => {
  async function probabilities(watch: WatchOptions) {
    const { outputs, store } = watchedOutputs(['probabilities'], watch);
    await runPrediction(project, { services: fakeServices(), image: asRequest(image), outputs });
    return store.images.get('probabilities')!;
  }
  const voxels = shape[3] * shape[4];

  it('writes the classes asked for, in that order, with their names and colours', async () => {
    const second = await probabilities({ channels: [1] });
    expect(second.tensor.shape).toEqual(shape);
    expect(second.tensor.data).toEqual(expected.slice(voxels));
    expect(second.spec).toMatchObject({ axes: 'yx', channelNames: ['bright'] });
    expect(second.spec.colors).toEqual([project.classes[1]!.probabilityColor]);
    const swapped = await probabilities({ channels: [1, 0] });
    expect([...swapped.tensor.data]).toEqual([...expected.slice(voxels), ...expected.slice(0, voxels)]);
  });

  it('refuses channels that there are not, and none', async () => {
    for (const channels of [[2], [-1], [0.5], []]) {
      expect((await caught(() => probabilities({ channels }))).code).toBe('invalid-parameter');
    }
  });

  it('scales to the range asked for', async () => {
    const { tensor, spec } = await probabilities({ dtype: 'uint8', renormalize: { from: [0, 1], to: [0, 200] } });
    const wrong = [...tensor.data].filter((value, i) => Math.abs(Number(value) - 200 * Number(expected[i])) > 0.5001);
    expect(wrong).toEqual([]);
    expect(spec.displayRange).toEqual([0, 200]);
  });
});
