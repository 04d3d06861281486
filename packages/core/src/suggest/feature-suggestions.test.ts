import { beforeAll, describe, expect, it } from 'vitest';
import type { SuggestionMethod } from '../contracts/suggestion-method.ts';
import type { PipelineServices } from '../pipeline/services.ts';
import { countLabels } from '../project/labels.ts';
import { defaultClassifierId } from '../project/new-project.ts';
import type { Project } from '../project/project.ts';
import { nearestMean } from '../test-doubles/nearest-mean.ts';
import { fakeServices, stripeLabels, stripeProject, stripes } from '../test-doubles/phantoms.ts';
import { allOf, tensorReference, withLabelledLane } from '../test-doubles/projects.ts';
import { tickedCells, withCells } from './candidate-features.ts';
import { openSuggestions, type FeatureSuggestions } from './feature-suggestions.ts';

/** Chooses the columns it is told. */
const given: SuggestionMethod = {
  id: 'given',
  displayName: 'Given',
  parameters: [{ key: 'column', description: 'A column.', kind: 'integer', default: 0, min: 0, max: 99 }],
  nameOf: ({ column }) => `Given ${column}`,
  choose: async (_samples, { parameters }) => [Number(parameters['column'])],
};

const shape = [1, 1, 1, 40, 48] as const;
const servicesOf = (size = 1): PipelineServices =>
  fakeServices(size, [
    { name: 'forest', classifiers: [{ ...nearestMean, id: defaultClassifierId }] },
    { name: 'given', suggestionMethods: [given] },
  ]);

let project: Project;
let suggestions: FeatureSuggestions;
beforeAll(async () => {
  const one = stripeProject(stripes(shape), [0.7, 1]);
  project = withLabelledLane(one, tensorReference('more', stripes(shape, 7)), stripeLabels(shape, 8));
  suggestions = await openSuggestions(project, { services: servicesOf() });
});

describe('openSuggestions', () => {
  it('learns from the labels of all images', () => {
    const labelled = project.lanes.flatMap(({ labels }) => countLabels(labels, 2));
    expect(suggestions.sampleCount).toBe(labelled.reduce((sum, count) => sum + count, 0));
    expect(project.lanes).toHaveLength(2);
  });

  it('refuses a project with one painted class, as training does', async () => {
    const dark = { ...project, lanes: [] };
    const labels = stripeLabels(shape).map((label) => (label === 2 ? 0 : label));
    const painted = withLabelledLane(dark, tensorReference('dark', stripes(shape)), labels);
    await expect(openSuggestions(painted, { services: servicesOf() })).rejects.toMatchObject({ code: 'one-class' });
  });

  it('stops when it is told to', async () => {
    const signal = AbortSignal.abort();
    await expect(openSuggestions(project, { services: servicesOf(), signal })).rejects.toMatchObject({
      code: 'aborted',
    });
  });
});

describe('a suggested set', () => {
  it('has the whole box of every channel that was chosen', async () => {
    // Rows smoothing and gradient have one channel at each of two sigmas: column 5 is the second eigenvalue of the first tensor.
    const set = await suggestions.suggest('given', { parameters: { column: 5 } });
    expect(project.features.filterIds.slice(0, 3)).toEqual(['smoothing', 'gradient', 'tensor']);
    expect(tickedCells(set.selection)).toEqual([{ row: 2, column: 0 }]);
    expect(set).toMatchObject({ cellCount: 1, channelCount: 2, name: 'Given 5' });
  });

  it('is judged by errors and by the time it takes', async () => {
    const { crossValidatedError, secondsPerMegavoxel } = await suggestions.suggest('filter', {
      parameters: { count: 2 },
    });
    expect(crossValidatedError).toBeLessThan(0.1); // stripes are bright or dark
    expect(secondsPerMegavoxel).toBeGreaterThan(0);
    expect(secondsPerMegavoxel).toBeLessThan(100);
  });

  it('is judged on other parts of the labels than the sets that a method tries', async () => {
    const seeds = new Set<number>();
    const watched: typeof nearestMean = {
      ...nearestMean,
      train: (samples, context) => {
        seeds.add(context.seed);
        return nearestMean.train(samples, context);
      },
    };
    const services = fakeServices(1, [
      { name: 'forest', classifiers: [{ ...nearestMean, id: defaultClassifierId }] },
      { name: 'watched', classifiers: [{ ...watched, id: 'watched' }] },
    ]);
    const watchedProject = { ...project, classifier: { classifierId: 'watched', options: {}, seed: 4 } };
    await (await openSuggestions(watchedProject, { services })).suggest('filter', { parameters: { count: 1 } });
    expect([...seeds]).toEqual([4, 5]); // the model, and those of the cross-validation
  });

  it('needs more than a voxel of each class', async () => {
    const labels = new Uint8Array(40 * 48);
    [labels[100], labels[900]] = [1, 2];
    const few = withLabelledLane({ ...project, lanes: [] }, tensorReference('few', stripes(shape)), labels);
    const opened = await openSuggestions(few, { services: servicesOf() });
    for (const method of ['filter', 'wrapper']) {
      await expect(opened.suggest(method)).rejects.toMatchObject({ code: 'no-labels' });
    }
  });

  it('is the same on any number of workers', async () => {
    const chosen = async (size: number) => {
      const own = await openSuggestions(project, { services: servicesOf(size) });
      const sets = [await own.suggest('filter', { parameters: { count: 0 } }), await own.suggest('wrapper')];
      return sets.map(({ selection, crossValidatedError }) => ({ selection, crossValidatedError }));
    };
    expect(await chosen(3)).toEqual(await chosen(1));
  });

  it('reports progress of choosing and of judging', async () => {
    const phases = new Set<string>();
    const own = await openSuggestions(project, { services: servicesOf() });
    await own.suggest('wrapper', { onProgress: ({ phase }) => phases.add(phase) });
    expect([...phases]).toEqual(expect.arrayContaining(['Trying sets', 'Cross-validation']));
  });

  it('is not waited for when it is not wanted any more', async () => {
    const stop = new AbortController();
    const own = await openSuggestions(project, { services: servicesOf() });
    const run = own.suggest('wrapper', { signal: stop.signal, onProgress: () => stop.abort() });
    await expect(run).rejects.toMatchObject({ code: 'aborted' });
  });

  it('needs a method and parameters that exist', async () => {
    await expect(suggestions.suggest('best')).rejects.toMatchObject({ code: 'not-registered' });
    await expect(suggestions.suggest('wrapper', { parameters: { count: 3 } })).rejects.toThrow(
      'Suggestion method "wrapper" has no option "count"; it has penalty',
    );
    await expect(suggestions.suggest('filter', { parameters: { count: 1.5 } })).rejects.toThrow('whole number');
  });

  it('needs a forest for Gini importance', async () => {
    await expect(suggestions.suggest('gini')).rejects.toMatchObject({ code: 'unsupported' });
  });
});

describe('sets to compare with', () => {
  it('are all features, and those of the project', async () => {
    const all = await suggestions.allFeatures();
    expect(all.cellCount).toBe(2 * project.features.filterIds.length);
    const own = withCells(project.features, [{ row: 1, column: 1 }]);
    const opened = await openSuggestions({ ...project, features: own }, { services: servicesOf() });
    expect((await opened.projectFeatures())?.selection.selected).toEqual(own.selected);
  });

  it('leave out the project’s own where nothing is ticked', async () => {
    const features = withCells(project.features, []);
    const opened = await openSuggestions({ ...project, features }, { services: servicesOf() });
    expect(await opened.projectFeatures()).toBeUndefined();
    expect((await opened.suggest('filter', { parameters: { count: 1 } })).cellCount).toBe(1);
  });

  it('keep features of the project that no method would choose', async () => {
    // Sigma 0.3 is below what the gradient offers.
    const all = allOf(project.features.filterIds, [0.3, 1]);
    const features = withCells(all, [{ row: 1, column: 0 }]);
    const opened = await openSuggestions({ ...project, features }, { services: servicesOf() });
    expect(tickedCells((await opened.projectFeatures())!.selection)).toEqual([{ row: 1, column: 0 }]);
    expect((await opened.allFeatures()).selection.selected[1]).toEqual([false, true]);
  });
});
