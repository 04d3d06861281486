import { describe, expect, it } from 'vitest';
import type { Classifier, Samples } from '../contracts/classifier.ts';
import type { PixelFilter } from '../contracts/pixel-filter.ts';
import { createContainer } from '../container.ts';
import type { Shape5 } from '../grid/axes.ts';
import type { Roi } from '../grid/roi.ts';
import { createMemorySink, type MemorySink } from '../pipeline/memory-sink.ts';
import { runPrediction } from '../pipeline/run-prediction.ts';
import { runTraining } from '../pipeline/run-training.ts';
import { pipelineServices, registerWorkers, type PipelineServices } from '../pipeline/services.ts';
import { requestOf } from '../pipeline/open-image.ts';
import { clearClass, deleteClass, mergeClasses, recolorClass, renameClass, addClass } from '../project/classes.ts';
import { emptyLabels, writeLabels } from '../project/labels.ts';
import { withLane } from '../project/lanes.ts';
import { setNormalization } from '../project/normalization.ts';
import type { Project } from '../project/project.ts';
import { fakeFilters } from '../test-doubles/filters.ts';
import { startLive, tilesOf } from '../test-doubles/live-session.ts';
import { nearestMean } from '../test-doubles/nearest-mean.ts';
import { stripeLabels, stripeProject, stripes } from '../test-doubles/phantoms.ts';
import { tensorReference, withLabelledLane } from '../test-doubles/projects.ts';
import { allocateTensor, cropTensor } from '../grid/tensor.ts';
import { createInlinePool } from '../workers/inline-pool.ts';

const flat: Shape5 = [1, 1, 1, 60, 90];
const volume: Shape5 = [2, 1, 14, 30, 26];

/** Counts the blocks whose features are computed, and remembers the samples of every training. */
function watchedServices(size = 2) {
  const seen = { blocks: 0, samples: [] as Samples[] };
  const counting: PixelFilter[] = fakeFilters.map((filter, i) => ({
    ...filter,
    apply(input, sigma, out) {
      if (i === 0 && sigma === 0.7) seen.blocks++;
      filter.apply(input, sigma, out);
    },
  }));
  const classifier: Classifier = {
    ...nearestMean,
    train(samples, context) {
      seen.samples.push(samples);
      return nearestMean.train(samples, context);
    },
  };
  const container = createContainer([{ name: 'doubles', filters: counting, classifiers: [classifier] }]);
  registerWorkers(container, ({ catalog }) => createInlinePool(catalog, { size }));
  return { seen, services: pipelineServices(container) };
}

function paint(project: Project, lane: number, { roi, label }: { roi: Roi; label: number }): Project {
  const size = roi.start.reduce((product, from, axis) => product * (roi.stop[axis]! - from), 1);
  const before = project.lanes[lane]!;
  const labels = writeLabels(before.labels, roi, new Uint8Array(size).fill(label));
  return withLane(project, lane, { ...before, labels });
}

const bytesOf = ({ buffer }: { buffer: ArrayBufferLike }) => Buffer.from(buffer as ArrayBuffer);
const box = (start: Shape5, stop: Shape5): Roi => ({ start, stop });

/** Strokes, one over the other, and partly erased. */
function paintedProject(shape: Shape5): Project {
  const isFlat = shape[2] === 1;
  const z = (at: number) => (isFlat ? [0, 1] : [at, at + 1]) as [number, number];
  let project = stripeProject(stripes(shape));
  for (const [i, label] of [1, 2, 2, 1, 0, 2, 1].entries()) {
    const [from, to] = z(2 * i);
    project = paint(project, 0, { roi: box([0, 0, from, 3 * i, 2 * i], [1, 1, to, 3 * i + 6, 2 * i + 9]), label });
  }
  return project;
}

async function predictWhole(project: Project, services: PipelineServices, lane = 0) {
  let sink: MemorySink | undefined;
  const output = {
    sourceId: 'probabilities',
    openSink: async (spec: MemorySink['spec']) => (sink = createMemorySink(spec)),
  };
  await runPrediction(project, { services, image: requestOf(project.lanes[lane]!.rawData), outputs: [output] });
  return sink!.tensor;
}

describe('live classification', () => {
  it.each([
    ['a flat image', flat, [1, 1, 1, 25, 32]],
    ['slices of a volume', volume, [1, 1, 1, 16, 16]],
    ['slices along y', volume, [1, 1, 8, 1, 16]],
  ] as [string, Shape5, Shape5][])(
    'gives the samples, model and probabilities of the command: %s',
    async (_, shape, tileShape) => {
      const project = paintedProject(shape);
      const { seen, services } = watchedServices();
      const trained = await runTraining(project, { services });
      const expected = seen.samples.pop()!;
      const whole = await predictWhole(trained.project, services);

      const { live, rest, tiles, models } = startLive(services);
      const view = tilesOf(shape, tileShape).filter((_tile, i) => i % 5 === 0);
      live.setProject(project);
      live.setView(view);
      live.setLive(true);
      expect(await rest()).toMatchObject({ phase: 'settled' });
      expect(seen.samples).toEqual([expected]);
      expect(models.map(({ model }) => model)).toEqual([trained.project.classifier.model]);
      const timeless = { valueRange: 0, trainedAt: '' };
      expect({ ...models[0]!.report, ...timeless }).toEqual({ ...trained.report, ...timeless });
      expect(tiles).toHaveLength(view.length);
      for (const { tile, probabilities, isPreliminary } of tiles) {
        const { start, stop } = tile.roi;
        const roi = box([start[0], 0, start[2], start[3], start[4]], [stop[0], 2, stop[2], stop[3], stop[4]]);
        expect(bytesOf(probabilities).equals(bytesOf(cropTensor(whole, roi).data))).toBe(true);
        expect(isPreliminary).toBe(false);
      }
      await live.close();
    },
  );

  it('gives the samples of the command after every one of many edits, and computes a voxel once', async () => {
    const { seen, services } = watchedServices();
    const { live, rest } = startLive(services);
    let project = withLabelledLane(paintedProject(flat), tensorReference('b', stripes(flat, 9)), stripeLabels(flat, 4));
    live.setView(tilesOf(flat, [1, 1, 1, 25, 32]));
    live.setLive(true);
    const edits: ((project: Project) => Project)[] = [
      (before) => before,
      (before) => paint(before, 0, { roi: box([0, 0, 0, 40, 60], [1, 1, 1, 43, 80]), label: 2 }),
      (before) => paint(before, 0, { roi: box([0, 0, 0, 41, 50], [1, 1, 1, 42, 90]), label: 1 }),
      (before) => paint(before, 0, { roi: box([0, 0, 0, 0, 0], [1, 1, 1, 20, 20]), label: 0 }),
      (before) => paint(addClass(before, 'third'), 1, { roi: box([0, 0, 0, 10, 10], [1, 1, 1, 14, 30]), label: 3 }),
      (before) => mergeClasses(before, 0, 2),
      (before) => addClass(before, 'fourth'),
      (before) => deleteClass(before, 2),
    ];
    for (const edit of edits) {
      project = edit(project);
      live.setProject(project);
      expect(await rest()).toMatchObject({ phase: 'settled' });
      const found = seen.samples.pop()!;
      const { project: trained } = await runTraining(project, { services });
      expect(found).toEqual(seen.samples.pop());
      expect(trained.classifier.model).toBeDefined();
      expect(seen.samples).toEqual([]);
    }
    await live.close();
  });

  it('computes features of a tile once while only labels and classes change', async () => {
    const { seen, services } = watchedServices();
    const { live, rest, tiles } = startLive(services);
    let project = stripeProject(stripes(flat));
    const view = tilesOf(flat, [1, 1, 1, 25, 32]);
    live.setProject(project);
    live.setView(view);
    live.setLive(true);
    await rest();
    expect(seen.blocks).toBe(view.length);
    for (const edit of [
      (before: Project) => paint(before, 0, { roi: box([0, 0, 0, 5, 5], [1, 1, 1, 30, 60]), label: 1 }),
      (before: Project) => mergeClasses(addClass(before, 'c'), 2, 0),
      (before: Project) => paint(before, 0, { roi: box([0, 0, 0, 5, 5], [1, 1, 1, 9, 60]), label: 2 }),
    ]) {
      project = edit(project);
      live.setProject(project);
      await rest();
    }
    expect(seen.blocks).toBe(view.length);
    expect(tiles).toHaveLength(4 * view.length);
    await live.close();
  });

  it('does nothing for new names and colours', async () => {
    const { seen, services } = watchedServices();
    const { live, rest, tiles, states } = startLive(services);
    const project = stripeProject(stripes(flat));
    live.setProject(project);
    live.setView(tilesOf(flat, flat));
    live.setLive(true);
    await rest();
    const told = states.length;
    live.setProject(recolorClass(renameClass(project, 0, 'ground'), 1, [1, 2, 3]));
    await live.updateOnce();
    expect(states).toHaveLength(told);
    expect([seen.samples.length, seen.blocks, tiles.length]).toEqual([1, 1, 1]);
    await live.close();
  });

  it('uses the model that came with the project until something changes', async () => {
    const { seen, services } = watchedServices();
    const { project } = await runTraining(stripeProject(stripes(flat)), { services });
    seen.samples.length = 0;
    const { live, rest, tiles, models } = startLive(services);
    live.setProject(project);
    live.setView(tilesOf(flat, flat));
    live.setLive(true);
    await rest();
    expect([seen.samples.length, tiles.length, models.length]).toEqual([0, 1, 0]);
    // The owner of the project forgot to drop the model.
    live.setProject(paint(project, 0, { roi: box([0, 0, 0, 0, 0], [1, 1, 1, 4, 4]), label: 2 }));
    await rest();
    expect([seen.samples.length, tiles.length, models.length]).toEqual([1, 2, 1]);
    await live.close();
  });

  it('hands over a model again for a project that comes back without it', async () => {
    const { seen, services } = watchedServices();
    const { live, rest, models } = startLive(services);
    const project = stripeProject(stripes(flat));
    live.setProject(project);
    live.setView(tilesOf(flat, flat));
    live.setLive(true);
    await rest();
    live.setProject(renameClass(project, 0, 'undone'));
    await live.updateOnce();
    live.setView(tilesOf(flat, [1, 1, 1, 25, 32]));
    await live.updateOnce();
    expect(seen.samples).toHaveLength(1);
    expect(models.map(({ model }) => model)).toEqual([models[0]!.model, models[0]!.model]);
    await live.close();
  });

  it('computes other features for another selection or other intensities', async () => {
    const { services } = watchedServices();
    const { live, rest, models } = startLive(services);
    const project = stripeProject(stripes(flat));
    live.setView(tilesOf(flat, [1, 1, 1, 25, 32]));
    live.setLive(true);
    const { features } = project;
    const fewer = { ...features, selected: features.selected.map((row, i) => row.map((_, j) => i + j > 0)) };
    for (const next of [
      project,
      { ...project, features: fewer },
      setNormalization(project, { method: 'percentile', low: 1, high: 99 }),
    ]) {
      live.setProject(next);
      expect(await rest()).toMatchObject({ phase: 'settled' });
      const { project: trained } = await runTraining(next, { services });
      expect(models.at(-1)!.model).toEqual(trained.classifier.model);
    }
    await live.close();
  });

  it('says what the user has to do first', async () => {
    const { services } = watchedServices();
    const { live, rest, states } = startLive(services);
    live.setLive(true);
    expect((await rest()).reason).toMatch(/Open a project/);
    const project = stripeProject(stripes(flat));
    const empty = withLane(project, 0, { ...project.lanes[0]!, labels: emptyLabels(flat) });
    for (const [next, reason] of [
      [{ ...empty, lanes: [] }, /Add an image/],
      [{ ...project, features: { ...project.features, selected: [[false]] } }, /Select some features/],
      [empty, /Nothing is labelled/],
      [clearClass(project, 0), /Only "bright" is labelled/],
    ] as const) {
      live.setProject(next);
      const state = await rest();
      expect(state).toMatchObject({ phase: 'waiting', reason: expect.stringMatching(reason) });
      expect(state.error).toBeUndefined();
    }
    expect(states.some(({ error }) => error)).toBe(false);
    await live.close();
  });

  it('computes nothing while it is off, but once on demand', async () => {
    const { seen, services } = watchedServices();
    const { live, rest, tiles } = startLive(services);
    live.setProject(stripeProject(stripes(flat)));
    live.setView(tilesOf(flat, flat));
    expect(await rest()).toMatchObject({ phase: 'off' });
    expect([seen.blocks, tiles.length]).toEqual([0, 0]);
    await live.updateOnce();
    expect(tiles).toHaveLength(1);
    live.setProject(clearClass(stripeProject(stripes(flat)), 0));
    await expect(live.updateOnce()).rejects.toMatchObject({ code: 'one-class' });
    await live.close();
  });

  it('predicts new tiles of a view with the model it has', async () => {
    const { seen, services } = watchedServices();
    const { live, rest, tiles } = startLive(services);
    const [first, second, third] = tilesOf(flat, [1, 1, 1, 25, 32]);
    live.setProject(stripeProject(stripes(flat)));
    live.setView([first!]);
    live.setLive(true);
    await rest();
    live.setView([third!, second!, first!]);
    await rest();
    const found = tiles.map(({ tile }) => tile.roi);
    expect(found).toHaveLength(3); // two workers share the last two, in whatever order they come
    expect(found).toEqual(expect.arrayContaining([first, third, second].map((tile) => tile!.roi)));
    expect(seen.samples).toHaveLength(1);
    await live.close();
  });

  it('predicts nothing where the mask is 0, as the command does', async () => {
    const { services } = watchedServices();
    const mask = allocateTensor('uint8', flat);
    (mask.data as Uint8Array).fill(1, 20 * 90, 45 * 90);
    const plain = paintedProject(flat);
    const lane = { ...plain.lanes[0]!, predictionMask: tensorReference('mask', mask) };
    const project = withLane(plain, 0, lane);
    const trained = (await runTraining(project, { services })).project;
    let sink: MemorySink | undefined;
    const output = {
      sourceId: 'probabilities',
      openSink: async (spec: MemorySink['spec']) => (sink = createMemorySink(spec)),
    };
    const [image, maskImage] = [lane.rawData, lane.predictionMask].map((reference) => requestOf(reference));
    await runPrediction(trained, { services, image: image!, mask: maskImage, outputs: [output] });

    const { live, rest, tiles } = startLive(services);
    live.setProject(project);
    live.setView(tilesOf(flat, [1, 1, 1, 25, 32]));
    live.setLive(true);
    await rest();
    expect(tiles.length).toBeGreaterThan(5);
    for (const { tile, probabilities } of tiles) {
      const { start, stop } = tile.roi;
      const roi = box([start[0], 0, start[2], start[3], start[4]], [stop[0], 2, stop[2], stop[3], stop[4]]);
      expect(bytesOf(probabilities).equals(bytesOf(cropTensor(sink!.tensor, roi).data))).toBe(true);
    }
    expect(tiles.some(({ probabilities }) => probabilities.includes(0) && probabilities.some((p) => p > 0))).toBe(true);
    await live.close();
  });

  it('shows a feature as the export has it', async () => {
    const { services } = watchedServices();
    const project = stripeProject(stripes(flat));
    let sink: MemorySink | undefined;
    const output = {
      sourceId: 'features',
      openSink: async (spec: MemorySink['spec']) => (sink = createMemorySink(spec)),
    };
    await runPrediction(project, { services, image: requestOf(project.lanes[0]!.rawData), outputs: [output] });
    const { live } = startLive(services);
    live.setProject(project);
    const tile = tilesOf(flat, [1, 1, 1, 25, 32])[4]!;
    const { start, stop } = tile.roi;
    const roi = box([0, 3, 0, start[3], start[4]], [1, 4, 1, stop[3], stop[4]]);
    expect([...(await live.feature(tile, 3))]).toEqual([...cropTensor(sink!.tensor, roi).data]);
    await expect(live.feature(tile, 99)).rejects.toMatchObject({ code: 'invalid-parameter' });
    await live.close();
    await expect(live.feature(tile, 3)).rejects.toMatchObject({ code: 'closed' });
  });

  it('keeps no more than it may, and goes on with tiles that find no room', async () => {
    const { seen, services } = watchedServices(1);
    const view = tilesOf(flat, [1, 1, 1, 30, 45]);
    const tileBytes = 8 * 30 * 45 * 4;
    const { live, rest, tiles } = startLive(services, { cacheBytes: 3 * tileBytes });
    const project = stripeProject(stripes(flat));
    live.setProject(project);
    live.setView(view);
    live.setLive(true);
    await rest();
    const before = seen.blocks;
    live.setProject(paint(project, 0, { roi: box([0, 0, 0, 0, 0], [1, 1, 1, 2, 2]), label: 2 }));
    await rest();
    expect(view).toHaveLength(4);
    expect(tiles).toHaveLength(8);
    expect(seen.blocks - before).toBe(1); // three were kept
    await live.close();
  });
});
