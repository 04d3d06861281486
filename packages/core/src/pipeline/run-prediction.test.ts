import { describe, expect, it } from 'vitest';
import type { Progress } from '../contracts/progress.ts';
import type { Shape3, Shape5 } from '../grid/axes.ts';
import type { Tensor } from '../grid/tensor.ts';
import { addClass } from '../project/classes.ts';
import type { Project } from '../project/project.ts';
import { caught } from '../test-doubles/caught.ts';
import { fakeServices, isStripe, stripeLabels, stripeProject, stripes } from '../test-doubles/phantoms.ts';
import { allOf } from '../test-doubles/projects.ts';
import { watchedOutputs, type WatchOptions } from '../test-doubles/sinks.ts';
import { BrushwoodError } from '../errors.ts';
import { runPrediction, type PredictOptions } from './run-prediction.ts';
import { runTraining } from './run-training.ts';

const flat: Shape5 = [1, 1, 1, 20, 24];
const computed = ['probabilities', 'segmentation', 'uncertainty', 'features'];
const train = async (image: Tensor, project = stripeProject(image)) =>
  (await runTraining(project, { services: fakeServices() })).project;
const asRequest = (tensor: Tensor) => ({ location: { path: 'image in memory', tensor } });

/** The finished images by source. */
async function predict(
  project: Project,
  image: Tensor,
  options: Partial<PredictOptions> & { sources?: readonly string[]; watch?: WatchOptions; size?: number } = {},
): Promise<Map<string, Tensor>> {
  const { sources = computed, watch, size, ...more } = options;
  const { outputs, store } = watchedOutputs(sources, watch);
  await runPrediction(project, { services: fakeServices(size), image: asRequest(image), outputs, ...more });
  return new Map([...store.images].map(([name, { tensor }]) => [name, tensor]));
}
const bytes = (tensor: Tensor | undefined) =>
  Buffer.from(tensor!.data.buffer, tensor!.data.byteOffset, tensor!.data.byteLength);
function expectSameImages(found: Map<string, Tensor>, expected: Map<string, Tensor>, what: string): void {
  expect([...found.keys()].sort(), what).toEqual([...expected.keys()].sort());
  for (const [name, tensor] of expected) {
    expect(Buffer.compare(bytes(found.get(name)), bytes(tensor)), `${name}, ${what}`).toBe(0);
  }
}

describe('runPrediction', () => {
  it('finds the stripes it was taught, in an image it has not seen', async () => {
    // Brightness alone: the double measures distances, and unscaled eigenvalues would outweigh everything.
    const untrained = { ...stripeProject(stripes(flat)), features: allOf(['smoothing'], [0.7]) };
    const project = await train(stripes(flat), untrained);
    const image = stripes([1, 1, 1, 40, 48], 99);
    const segmentation = (await predict(project, image)).get('segmentation')!;
    const right = [...segmentation.data].filter((label, i) => label === (isStripe(i % 48) ? 2 : 1)).length;
    expect(right / segmentation.data.length).toBeGreaterThan(0.9);
  });

  const images: [string, Shape5, boolean, Shape3[]][] = [
    [
      'a flat image',
      flat,
      false,
      [
        [1, 5, 5],
        [1, 8, 8],
        [1, 20, 24],
        [1, 1, 24],
      ],
    ],
    [
      'a volume',
      [1, 1, 10, 12, 16],
      false,
      [
        [5, 5, 5],
        [8, 8, 8],
        [10, 12, 16],
      ],
    ],
    [
      'a volume filtered in 2-D',
      [1, 1, 4, 12, 16],
      true,
      [
        [5, 5, 5],
        [8, 8, 8],
        [4, 12, 16],
      ],
    ],
    [
      'a time series of two channels',
      [3, 2, 1, 12, 16],
      false,
      [
        [1, 5, 5],
        [1, 12, 16],
      ],
    ],
  ];
  for (const [what, shape, computeIn2d, blockShapes] of images) {
    it(`gives the same bits for ${what}, whatever the block shape and the number of workers`, async () => {
      const image = stripes(shape);
      const untrained = stripeProject(image);
      const features = { ...untrained.features, computeIn2d: untrained.features.sigmas.map(() => computeIn2d) };
      const project = await train(image, { ...untrained, features });
      const whole = await predict(project, image);
      expect(whole.get('probabilities')!.shape).toEqual([shape[0], 2, shape[2], shape[3], shape[4]]);
      expect(whole.get('features')!.data.some((value) => value !== 0)).toBe(true);
      for (const [i, blockShape] of blockShapes.entries()) {
        const size = (i % 3) + 1;
        expectSameImages(await predict(project, image, { blockShape, size }), whole, `${blockShape} on ${size}`);
      }
    });
  }

  it('gives probabilities that sum to 1, and 0 for a class nobody painted', async () => {
    const image = stripes(flat);
    const project = await train(image, addClass(stripeProject(image), 'moss'));
    const { data, shape } = (await predict(project, image)).get('probabilities')!;
    expect(shape).toEqual([1, 3, 1, 20, 24]);
    for (let i = 0; i < 480; i++) {
      expect(Number(data[i]) + Number(data[480 + i])).toBeCloseTo(1, 6);
      expect(data[960 + i]).toBe(0);
    }
  });

  it('predicts every time point as an image of its own', async () => {
    const movie = stripes([3, 1, 1, 12, 16]);
    const project = await train(movie);
    const whole = (await predict(project, movie)).get('probabilities')!;
    for (const t of [0, 1, 2]) {
      const frame: Tensor = { data: movie.data.slice(t * 192, (t + 1) * 192), shape: [1, 1, 1, 12, 16] };
      const alone = (await predict(project, frame)).get('probabilities')!;
      expect([...alone.data]).toEqual([...whole.data.slice(t * 384, (t + 1) * 384)]);
    }
  });

  it('uses the channels it is asked for', async () => {
    const image = stripes(flat);
    const project = await train(image);
    const other = stripes(flat, 5).data as Uint8Array;
    const two: Tensor = { data: Uint8Array.from([...other, ...(image.data as Uint8Array)]), shape: [1, 2, 1, 20, 24] };
    const found = await predict(project, two, { image: { ...asRequest(two), channels: [1] } });
    expectSameImages(found, await predict(project, image), 'channel 1');
  });

  it('writes whole write units only, and blocks that fit several sinks', async () => {
    const image = stripes(flat);
    const project = await train(image);
    const found = await predict(project, image, { blockShape: [1, 5, 5], watch: { writeShape: [1, 1, 1, 8, 16] } });
    expectSameImages(found, await predict(project, image), 'chunks of 8 × 16');
  });

  it('describes each output: names, colours, range, and the axes of the input with c where it is needed', async () => {
    const image = stripes(flat);
    const project = await train(image);
    const { outputs, store } = watchedOutputs([...computed, 'labels']);
    await runPrediction(project, { services: fakeServices(), image: asRequest(image), outputs });
    const spec = (name: string) => store.images.get(name)!.spec;
    expect(spec('probabilities')).toMatchObject({
      axes: 'yxc',
      dtype: 'float32',
      content: 'probabilities',
      channelNames: ['dark', 'bright'],
      displayRange: [0, 1],
    });
    expect(spec('segmentation')).toMatchObject({ axes: 'yx', dtype: 'uint8', content: 'labels', displayRange: [0, 2] });
    expect(spec('segmentation').classNames).toEqual(['dark', 'bright']);
    expect(spec('segmentation').colors).toEqual(project.classes.map((item) => item.probabilityColor));
    expect(spec('uncertainty')).toMatchObject({ axes: 'yx', dtype: 'float32', content: 'intensity' });
    expect(spec('features').channelNames).toHaveLength(8);
    expect(spec('features').channelNames![0]).toBe('Smoothing (σ=0.7) in 2D');
    expect(spec('labels')).toMatchObject({ axes: 'yx', dtype: 'uint8', content: 'labels' });
  });

  it('scales to an integer type if asked: rounded half to even, all of the range', async () => {
    const image = stripes(flat);
    const project = await train(image);
    const floats = (await predict(project, image)).get('probabilities')!;
    const watch = { dtype: 'uint8', axes: 'cyx' } as const;
    const scaled = (await predict(project, image, { sources: ['probabilities'], watch })).get('probabilities')!;
    const wrong = [...scaled.data].filter((value, i) => Math.abs(Number(value) - 255 * Number(floats.data[i])) > 0.5);
    expect(wrong).toEqual([]);
    expect(scaled.data).toBeInstanceOf(Uint8Array);
  });

  it("exports the lane's strokes, all 0 for an image without, in any type", async () => {
    const image = stripes(flat);
    const project = stripeProject(image);
    const labels = project.lanes[0]!.labels;
    const options = { sources: ['labels'], blockShape: [1, 7, 7] as Shape3 };
    const own = await predict(project, image, { ...options, labels });
    expect([...own.get('labels')!.data]).toEqual([...stripeLabels(flat)]);
    const none = await predict(project, image, { ...options, watch: { dtype: 'uint16' } });
    expect([...none.get('labels')!.data]).toEqual([...new Uint16Array(480)]);
  });

  it('tells progress, times and the block shape', async () => {
    const project = await train(stripes(flat));
    const steps: Progress[] = [];
    const { outputs } = watchedOutputs(['segmentation']);
    const result = await runPrediction(project, {
      services: fakeServices(2),
      image: asRequest(stripes(flat)),
      outputs,
      blockShape: [1, 10, 10],
      onProgress: (step) => steps.push(step),
    });
    expect(steps.map(({ done }) => done)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(steps.every(({ total }) => total === 6)).toBe(true);
    expect(result).toMatchObject({ blocks: 6, blockShape: [1, 10, 10] });
    expect(result.image.shape).toEqual(flat);
    expect(result.arenaBytes).toBeGreaterThan(0);
  });
});

describe('a prediction mask (spec §B.4)', () => {
  /** True in a box that some blocks of 5 × 5 miss entirely; two channels, one of which decides. */
  const inside = (y: number, x: number) => y >= 2 && y < 12 && x >= 3 && x < 11;
  const maskOf = (shape: Shape5): Tensor => {
    const data = new Uint8Array(shape.reduce((product, size) => product * size, 1));
    const plane = shape[3] * shape[4];
    data.forEach((_, i) => {
      const isFirstChannel = Math.floor(i / plane / shape[2]) % shape[1] === 0;
      const [y, x] = [Math.floor((i % plane) / shape[4]), i % shape[4]];
      if (inside(y, x) && isFirstChannel === x < 7) data[i] = 200;
    });
    return { data, shape };
  };

  it('leaves voxels outside without probability, class 1 and wholly uncertain, and does not touch features', async () => {
    const image = stripes(flat);
    const project = await train(image);
    const free = await predict(project, image);
    const mask = asRequest(maskOf([1, 2, 1, 20, 24]));
    const masked = await predict(project, image, { mask });
    for (let i = 0; i < 480; i++) {
      const isInside = inside(Math.floor(i / 24), i % 24);
      for (const c of [0, 1]) {
        const expected = isInside ? free.get('probabilities')!.data[c * 480 + i] : 0;
        expect(masked.get('probabilities')!.data[c * 480 + i]).toBe(expected);
      }
      expect(masked.get('segmentation')!.data[i]).toBe(isInside ? free.get('segmentation')!.data[i] : 1);
      expect(masked.get('uncertainty')!.data[i]).toBe(isInside ? free.get('uncertainty')!.data[i] : 1);
    }
    expect(Buffer.compare(bytes(masked.get('features')), bytes(free.get('features')))).toBe(0);
    for (const sources of [computed, ['probabilities', 'segmentation', 'uncertainty']]) {
      const blocks = await predict(project, image, { mask, sources, blockShape: [1, 5, 5], size: 2 });
      expectSameImages(blocks, new Map(sources.map((name) => [name, masked.get(name)!])), 'blocks of 5 × 5');
    }
  });

  it('is repeated along time and z where it lacks them', async () => {
    const image = stripes([2, 1, 4, 14, 16]);
    const project = await train(image, stripeProject(image, [0.7]));
    const full = maskOf([2, 1, 4, 14, 16]);
    const expected = await predict(project, image, { mask: asRequest(full) });
    const flatMask = asRequest(maskOf([1, 1, 1, 14, 16]));
    expectSameImages(await predict(project, image, { mask: flatMask, blockShape: [3, 5, 5] }), expected, 'flat mask');
  });

  it('must have the size of the image', async () => {
    const image = stripes(flat);
    const project = await train(image);
    const small = asRequest(maskOf([1, 1, 1, 20, 20]));
    expect((await caught(() => predict(project, image, { mask: small }))).code).toBe('shape-mismatch');
  });
});

describe('a prediction that fails', () => {
  it('aborts every sink when one of them fails, and nothing looks finished', async () => {
    const image = stripes(flat);
    const project = await train(image);
    const beforeWrite = (written: number, sourceId: string) => {
      if (written > 5 && sourceId === 'segmentation') throw new BrushwoodError('write-failed', 'disk full');
    };
    const { outputs, ends, store, blocksWritten } = watchedOutputs(computed, { beforeWrite });
    const options = { services: fakeServices(3), image: asRequest(image), outputs, blockShape: [1, 5, 5] as Shape3 };
    const error = await caught(() => runPrediction(project, options));
    expect(error.message).toBe('disk full');
    expect([...ends.values()]).toEqual(['aborted', 'aborted', 'aborted', 'aborted']);
    expect(store.images.size).toBe(0);
    const written = blocksWritten();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(blocksWritten(), 'nobody writes on').toBe(written);
  });

  it('aborts the sinks that are open when another cannot be opened', async () => {
    const image = stripes(flat);
    const { outputs, ends } = watchedOutputs(computed, { failsToOpen: 'uncertainty' });
    const options = { services: fakeServices(), image: asRequest(image), outputs };
    const project = await train(image);
    expect((await caught(() => runPrediction(project, options))).code).toBe('already-exists');
    expect([...ends]).toEqual([
      ['probabilities', 'aborted'],
      ['segmentation', 'aborted'],
    ]);
  });

  it('aborts every sink when it is cancelled half-way', async () => {
    const image = stripes(flat);
    const project = await train(image);
    const stop = new AbortController();
    const { outputs, ends, store } = watchedOutputs(computed);
    const options = {
      services: fakeServices(2),
      image: asRequest(image),
      outputs,
      blockShape: [1, 5, 5] as Shape3,
      signal: stop.signal,
      onProgress: ({ done }: Progress) => void (done === 3 && stop.abort()),
    };
    expect((await caught(() => runPrediction(project, options))).code).toBe('aborted');
    expect(new Set(ends.values())).toEqual(new Set(['aborted']));
    expect(store.images.size).toBe(0);
  });

  it('leaves the workers usable', async () => {
    const image = stripes(flat);
    const project = await train(image);
    const services = fakeServices(2);
    const { outputs } = watchedOutputs(computed, {
      beforeWrite: () => {
        throw new BrushwoodError('write-failed', 'disk full');
      },
    });
    await caught(() => runPrediction(project, { services, image: asRequest(image), outputs }));
    expectSameImages(await predict(project, image, { services }), await predict(project, image), 'afterwards');
  });
});

describe('runPrediction refuses', () => {
  it('a project that is not trained, unless nothing asks for its classifier', async () => {
    const image = stripes(flat);
    const project = stripeProject(image);
    const error = await caught(() => predict(project, image));
    expect(error.code).toBe('no-classifier');
    expect(error.message).toContain('brushwood train');
    const found = await predict(project, image, { sources: ['features', 'labels'] });
    expect([...found.keys()]).toEqual(['features', 'labels']);
  });

  it('an image with other channels than the training images', async () => {
    const project = await train(stripes(flat));
    const { outputs, ends } = watchedOutputs(['segmentation']);
    const image = asRequest(stripes([1, 2, 1, 20, 24]));
    const error = await caught(() => runPrediction(project, { services: fakeServices(), image, outputs }));
    expect(error.code).toBe('shape-mismatch');
    expect(error.message).toMatch(/trained on 8 features.*2 channel\(s\) gives 16.*--channels/);
    expect(ends.get('segmentation')).toBe('aborted');
  });

  it('an empty selection, an unknown source and an unknown engine', async () => {
    const image = stripes(flat);
    const project = await train(image);
    const none = { ...project.features, selected: project.features.selected.map((row) => row.map(() => false)) };
    expect((await caught(() => predict({ ...project, features: none }, image))).code).toBe('no-features');
    expect((await caught(() => predict(project, image, { sources: ['weather'] }))).message).toContain(
      'Known: probabilities',
    );
    expect((await caught(() => predict(project, image, { engineId: 'steam' }))).code).toBe('not-registered');
  });

  it('a file that nobody reads', async () => {
    const project = await train(stripes(flat));
    const image = { location: { path: 'cells.xyz' } };
    expect((await caught(() => predict(project, stripes(flat), { image }))).code).toBe('unsupported-format');
  });
});
