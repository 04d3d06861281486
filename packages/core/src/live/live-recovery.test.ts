import { describe, expect, it } from 'vitest';
import type { Classifier } from '../contracts/classifier.ts';
import type { PixelFilter } from '../contracts/pixel-filter.ts';
import type { StorageFormat } from '../contracts/storage-format.ts';
import type { WorkerPool } from '../contracts/worker-pool.ts';
import { createContainer } from '../container.ts';
import { BrushwoodError } from '../errors.ts';
import type { Shape5 } from '../grid/axes.ts';
import { pipelineServices, registerWorkers } from '../pipeline/services.ts';
import { emptyLabels, writeLabels } from '../project/labels.ts';
import { replaceLane, withLane } from '../project/lanes.ts';
import type { Project } from '../project/project.ts';
import { fakeFilters } from '../test-doubles/filters.ts';
import { startLive, tilesOf } from '../test-doubles/live-session.ts';
import { nearestMean } from '../test-doubles/nearest-mean.ts';
import { stripeProject, stripes } from '../test-doubles/phantoms.ts';
import { imageReference, tensorReference } from '../test-doubles/projects.ts';
import { createGate } from '../test-doubles/tasks.ts';
import { memoryFormat } from '../testing/memory-format.ts';
import { MemoryStore } from '../testing/memory-store.ts';
import { createInlinePool } from '../workers/inline-pool.ts';
import { liveTileTask } from './live-tile.task.ts';

const flat: Shape5 = [1, 1, 1, 40, 60];
const view = tilesOf(flat, [1, 1, 1, 20, 20]);

/** Core with parts that can be made to fail. */
function brokenServices(parts: { size?: number; classifier?: Classifier; formats?: readonly StorageFormat[] } = {}) {
  const faults = { memory: 0, crash: 0, tiles: 0 };
  const filters: PixelFilter[] = fakeFilters.map((filter, i) => ({
    ...filter,
    apply(input, sigma, out) {
      if (i === 0 && faults.memory > 0 && faults.memory--) throw new RangeError('Array buffer allocation failed');
      filter.apply(input, sigma, out);
    },
  }));
  const { size = 1, classifier = nearestMean, formats } = parts;
  const container = createContainer([{ name: 'doubles', filters, classifiers: [classifier], formats }]);
  registerWorkers(container, ({ catalog }) => {
    let inner = createInlinePool(catalog, { size });
    const pool: WorkerPool = {
      size,
      run(task, input, options) {
        if (task.id === liveTileTask.id) faults.tiles++;
        if (task.id !== liveTileTask.id || faults.crash === 0) return inner.run(task, input, options);
        faults.crash--;
        inner = createInlinePool(catalog, { size }); // and all it held is gone
        return Promise.reject(new BrushwoodError('worker-crashed', 'A worker ended.'));
      },
      close: () => inner.close(),
    };
    return pool;
  });
  return { faults, services: pipelineServices(container) };
}

function painted(project: Project, x: number): Project {
  const lane = project.lanes[0]!;
  const roi = { start: [0, 0, 0, 4, x] as Shape5, stop: [1, 1, 1, 8, x + 3] as Shape5 };
  return withLane(project, 0, { ...lane, labels: writeLabels(lane.labels, roi, new Uint8Array(12).fill(1)) });
}

describe('live classification', () => {
  it('lets go of a training that a new stroke has overtaken', async () => {
    const gate = createGate();
    const signals: AbortSignal[] = [];
    const slow: Classifier = {
      ...nearestMean,
      isParallel: true, // it occupies no worker while it waits
      async train(samples, context) {
        signals.push(context.signal!);
        if (signals.length === 1) await gate.opened;
        return nearestMean.train(samples, context);
      },
    };
    const { services } = brokenServices({ classifier: slow });
    const { live, rest, tiles, models } = startLive(services);
    const project = stripeProject(stripes(flat));
    live.setProject(project);
    live.setView(view);
    live.setLive(true);
    while (signals.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    live.setProject(painted(project, 8));
    expect(signals[0]!.aborted).toBe(true);
    await rest();
    gate.open();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    expect(models).toHaveLength(1);
    expect(new Set(tiles.map(({ generation }) => generation)).size).toBe(1);
    expect(tiles).toHaveLength(view.length);
    await live.close();
  });

  it('paints by a rough model first where features are at hand, and goes on when that is done', async () => {
    const order: string[] = [];
    const rough: Classifier = {
      ...nearestMean,
      async trainProgressively(samples, context, onPartial) {
        const model = await nearestMean.train(samples, context);
        order.push('rough');
        await onPartial(model);
        order.push('rest');
        return model;
      },
    };
    const { services } = brokenServices({ classifier: rough });
    const { live, rest, tiles } = startLive(services);
    const project = stripeProject(stripes(flat));
    live.setProject(project);
    live.setView(view.slice(0, 2));
    live.setLive(true);
    await rest();
    const before = tiles.length;
    live.setView(view.slice(0, 3)); // the third has no features yet
    live.setProject(painted(project, 8));
    await rest();
    expect(tiles.slice(before).map(({ isPreliminary }) => isPreliminary)).toEqual([true, true, false, false, false]);
    expect(order).toEqual(['rough', 'rest', 'rough', 'rest']);
    await live.close();
  });

  it('drops tiles that are not wanted any more', async () => {
    const { faults, services } = brokenServices();
    const last = view.at(-1)!;
    const { live, tiles } = startLive(services, { onTile: () => live.setView([last]) });
    live.setProject(stripeProject(stripes(flat)));
    live.setView(view);
    await live.updateOnce();
    expect(tiles.map(({ tile }) => tile)).toContain(last);
    expect(tiles.length).toBeLessThanOrEqual(3); // the first, the one that was begun, the last
    await live.close();
    expect(faults.tiles).toBeLessThanOrEqual(view.length + 3); // the features of all were computed for their labels
  });

  it('stops when it is switched off, and goes on where it was', async () => {
    const { services } = brokenServices();
    const firstTile = createGate();
    const { live, rest, tiles } = startLive(services, { onTile: () => firstTile.open() });
    live.setProject(stripeProject(stripes(flat)));
    live.setView(view);
    live.setLive(true);
    await firstTile.opened;
    live.setLive(false);
    expect(await rest()).toMatchObject({ phase: 'off' });
    const stopped = tiles.length;
    expect(stopped).toBeLessThan(view.length);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(tiles).toHaveLength(stopped);
    live.setLive(true);
    expect(await rest()).toMatchObject({ phase: 'settled' });
    expect(tiles).toHaveLength(view.length);
    await live.close();
  });

  it.each([1, 2])('recovers when a worker ends %i time(s)', async (times) => {
    const { faults, services } = brokenServices({ size: 2 });
    const { live, rest, tiles } = startLive(services);
    const project = stripeProject(stripes(flat));
    live.setProject(project);
    live.setView(view);
    live.setLive(true);
    await rest();
    const expected = tiles.splice(0);
    faults.crash = times;
    live.setProject(painted(project, 8));
    expect(await rest()).toMatchObject({ phase: 'settled' });
    expect(tiles).toHaveLength(view.length);
    live.setProject(project);
    tiles.length = 0;
    expect(await rest()).toMatchObject({ phase: 'settled' });
    const byPlace = (a: { tile: { roi: { start: Shape5 } } }, b: typeof a) =>
      `${a.tile.roi.start}`.localeCompare(`${b.tile.roi.start}`);
    expect(tiles.sort(byPlace).map(({ probabilities }) => probabilities)).toEqual(
      expected.sort(byPlace).map(({ probabilities }) => probabilities),
    );
    await live.close();
  });

  it('says so when workers keep ending, and tries again with the next change', async () => {
    const { faults, services } = brokenServices();
    const { live, rest } = startLive(services);
    const project = stripeProject(stripes(flat));
    faults.crash = 1000;
    live.setProject(project);
    live.setView(view);
    live.setLive(true);
    expect(await rest()).toMatchObject({ phase: 'waiting', error: { code: 'worker-crashed' } });
    faults.crash = 0;
    live.setProject(painted(project, 8));
    expect(await rest()).toMatchObject({ phase: 'settled' });
    await live.close();
  });

  it('gives up kept features when memory runs out, and goes on', async () => {
    const { faults, services } = brokenServices();
    const { live, rest, tiles } = startLive(services);
    const project = stripeProject(stripes(flat));
    live.setProject(project);
    live.setView(view.slice(0, 5));
    live.setLive(true);
    await rest();
    faults.memory = 1;
    live.setView(view);
    expect(await rest()).toMatchObject({ phase: 'settled' });
    expect(tiles).toHaveLength(view.length);
    faults.memory = 2; // nor is there enough without them
    live.setView(tilesOf(flat, [1, 1, 1, 40, 60]));
    const state = await rest();
    expect(state).toMatchObject({ phase: 'waiting', error: { code: 'out-of-memory' } });
    expect(state.reason).toMatch(/not enough memory.*Select fewer features/);
    live.setProject(painted(project, 8));
    expect(await rest()).toMatchObject({ phase: 'settled' });
    await live.close();
  });

  it('says which image is gone, and goes on with another one', async () => {
    const store = new MemoryStore();
    const { services } = brokenServices({ formats: [memoryFormat(store)] });
    const { live, rest } = startLive(services);
    const project = stripeProject(stripes(flat));
    live.setProject(replaceLane(project, 0, imageReference('gone', flat, { location: { path: 'gone.memory' } })));
    live.setView(view);
    live.setLive(true);
    const state = await rest();
    expect(state).toMatchObject({ phase: 'waiting', error: { code: 'not-found' } });
    expect(state.reason).toMatch(/gone\.memory/);
    live.setProject(project);
    expect(await rest()).toMatchObject({ phase: 'settled' });
    await live.close();
  });

  it('refuses an image of another size than its labels', async () => {
    const { services } = brokenServices();
    const { live, rest } = startLive(services);
    const project = stripeProject(stripes(flat));
    const lane = project.lanes[0]!;
    const rawData = tensorReference('smaller', stripes([1, 1, 1, 40, 50]));
    live.setProject(withLane(project, 0, { ...lane, rawData }));
    live.setView(view);
    live.setLive(true);
    const state = await rest();
    expect(state).toMatchObject({ phase: 'waiting', error: { code: 'shape-mismatch' } });
    expect(state.reason).toMatch(/"smaller".*\(1, 1, 1, 40, 50\).*\(1, 1, 1, 40, 60\)/);
    await live.close();
  });

  it('computes features while it waits for labels, and answers nothing once it is closed', async () => {
    const { faults, services } = brokenServices();
    const { live, rest, states } = startLive(services);
    const project = stripeProject(stripes(flat));
    live.setProject(withLane(project, 0, { ...project.lanes[0]!, labels: emptyLabels(flat) }));
    live.setView(view);
    live.setLive(true);
    expect(await rest()).toMatchObject({ phase: 'waiting' });
    expect(faults.tiles).toBe(view.length);
    const told = states.length;
    await live.close();
    live.setProject(project);
    await expect(live.updateOnce()).rejects.toMatchObject({ code: 'closed' });
    expect(states).toHaveLength(told);
  });
});
