import {
  addLane,
  createPipeline,
  createTensor,
  hasSelectedFeatures,
  type FeatureSelection,
  type PipelineServices,
  type Project,
  type SuggestionMethod,
} from '@brushwood/core';
import { features } from '@brushwood/features';
import { classifiers } from '@brushwood/classifiers';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { FeatureSuggestion } from './feature-suggestion.ts';
import type { Labeling } from './labeling.ts';
import type { Overlay } from './layer-stack.ts';

/** Left half dark, right half bright, with a stroke in each. */
async function sampleProject(): Promise<{ project: Project; services: PipelineServices }> {
  const [height, width] = [24, 32];
  const isRight = (i: number) => i % width >= width / 2;
  const values = Uint8Array.from({ length: height * width }, (_, i) => (isRight(i) ? 180 : 60) + ((i * 37) % 19));
  const strokes = Uint8Array.from({ length: height * width }, (_, i) =>
    i % width === 8 ? 1 : i % width === 24 ? 2 : 0,
  );
  const pipeline = createPipeline([features, classifiers]);
  const added = await pipeline.addImage(
    pipeline.newProject(['dark', 'bright']),
    createTensor(values, [1, 1, 1, height, width]),
  );
  const labelled = await pipeline.importLabels(added, createTensor(strokes, [1, 1, 1, height, width]));
  const project = pipeline.selectFeatures(labelled, ['GaussianSmoothing:1']);
  const classifier = { ...project.classifier, options: { treeCount: 5 } };
  return { project: { ...project, classifier }, services: pipeline.services };
}

/** As much of a labeling as a suggestion needs. */
class FakeLabeling extends EventTarget {
  readonly services: PipelineServices;
  readonly overlays = new Map<string, Overlay>();
  readonly slices = [];
  readonly laneIndex = 0;
  readonly info = undefined;
  readonly image = {};
  project: Project;

  constructor(parts: { project: Project; services: PipelineServices }) {
    super();
    this.project = parts.project;
    this.services = parts.services;
  }

  setOverlay(id: string, overlay: Overlay | undefined): void {
    if (overlay) this.overlays.set(id, overlay);
    else this.overlays.delete(id);
  }

  setFeatures(selection: FeatureSelection): void {
    this.project = { ...this.project, features: selection };
  }
}

let parts: Awaited<ReturnType<typeof sampleProject>>;
beforeAll(async () => {
  parts = await sampleProject();
});

const opened: FeatureSuggestion[] = [];
afterEach(() => Promise.all(opened.splice(0).map((suggestion) => suggestion.close())));

function begin(given = parts) {
  const labeling = new FakeLabeling(given);
  const suggestion = new FeatureSuggestion(labeling as unknown as Labeling);
  opened.push(suggestion);
  return { labeling, suggestion };
}
const namesOf = ({ sets }: FeatureSuggestion) => sets.map(({ name }) => name);

describe('FeatureSuggestion', () => {
  it('adds a set per run to all features and those of the project, and shows the new one', async () => {
    const { labeling, suggestion } = begin();
    await suggestion.run('filter', { count: 2 });
    expect(suggestion.problem).toBeUndefined();
    expect(namesOf(suggestion)).toEqual(['All features', 'Your features', 'Filter method, 2 features']);
    expect(suggestion.selected).toBe(2);
    await suggestion.run('filter', { count: 1 });
    expect(namesOf(suggestion)).toHaveLength(4);
    expect([...labeling.overlays.values()].map(({ name }) => name)).toEqual(['dark', 'bright']);
  });

  it('leaves the project alone until a set is taken over', async () => {
    const { labeling, suggestion } = begin();
    await suggestion.run('filter', { count: 1 });
    expect(labeling.project).toBe(parts.project);
    suggestion.use();
    expect(labeling.project.features).toBe(suggestion.sets[2]!.selection);
    expect(hasSelectedFeatures(labeling.project.features)).toBe(true);
  });

  it('takes its layers away when it is closed', async () => {
    const { labeling, suggestion } = begin();
    await suggestion.run('filter', { count: 1 });
    await suggestion.close();
    expect(labeling.overlays.size).toBe(0);
  });

  it('does not lie over the image of another project', async () => {
    const { labeling, suggestion } = begin();
    await suggestion.run('filter', { count: 1 });
    const [lane] = labeling.project.lanes;
    const rawData = { ...lane!.rawData, nickname: 'another', fingerprint: 'another' };
    labeling.overlays.clear(); // as another image is shown
    labeling.dispatchEvent(new CustomEvent('change', { detail: 'lane' }));
    expect(labeling.overlays.size).toBe(2);
    labeling.project = { ...labeling.project, lanes: [{ ...lane!, rawData }] };
    labeling.overlays.clear();
    labeling.dispatchEvent(new CustomEvent('change', { detail: 'lane' }));
    expect(labeling.overlays.size).toBe(0);
  });

  it('begins anew when strokes have changed', async () => {
    const { labeling, suggestion } = begin();
    await suggestion.run('filter', { count: 1 });
    expect(suggestion.isStale).toBe(false);
    const [lane] = labeling.project.lanes;
    labeling.project = { ...labeling.project, lanes: [{ ...lane!, labels: { ...lane!.labels } }] };
    expect(suggestion.isStale).toBe(true);
    await suggestion.run('filter', { count: 2 });
    expect(suggestion.isStale).toBe(false);
    expect(namesOf(suggestion)).toEqual(['All features', 'Your features', 'Filter method, 2 features']);
  });

  it('tells what is missing', async () => {
    const { labeling, suggestion } = begin();
    const { project } = labeling;
    labeling.project = addLane({ ...project, lanes: [] }, project.lanes[0]!.rawData);
    await suggestion.run('filter', {});
    expect(suggestion.problem).toMatch(/No voxel is labelled/);
    expect(suggestion.isRunning).toBe(false);
  });

  it('shows nothing of a run that was ended, though its method went on', async () => {
    const { services } = parts;
    let finish = (_: readonly number[]) => {};
    const deaf: SuggestionMethod = {
      id: 'deaf',
      displayName: 'Deaf',
      parameters: [],
      nameOf: () => 'Deaf',
      choose: () => new Promise((resolve) => (finish = resolve)),
    };
    const catalog = { ...services.catalog, suggestionMethods: [deaf] };
    const { labeling, suggestion } = begin({ ...parts, services: { ...services, catalog } });
    const run = suggestion.run('deaf', {});
    await vi.waitFor(() => expect(namesOf(suggestion)).toHaveLength(2));
    await suggestion.close();
    finish([0]);
    await run;
    expect([namesOf(suggestion).length, suggestion.selected, labeling.overlays.size]).toEqual([2, undefined, 0]);
  });

  it('forgets its sets when the project is left', async () => {
    const { labeling, suggestion } = begin();
    await suggestion.run('filter', { count: 1 });
    labeling.dispatchEvent(new CustomEvent('change', { detail: 'leave' }));
    expect([suggestion.sets, suggestion.selected, labeling.overlays.size]).toEqual([[], undefined, 0]);
  });

  it('ends a run without a complaint', async () => {
    const { suggestion } = begin();
    const run = suggestion.run('wrapper', {});
    suggestion.addEventListener('change', () => suggestion.progress && suggestion.abort());
    await run;
    expect(suggestion.isRunning).toBe(false);
    expect(suggestion.problem).toBeUndefined();
  });
});
