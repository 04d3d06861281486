import {
  createContainer,
  createPipeline,
  createTensor,
  pipelineServices,
  registerWorkers,
  type Lane,
  type Project,
  type Shape5,
} from '@brushwood/core';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { plugins } from '../../plugins.ts';
import { sampleFolder, writeImage } from '../../testing/sample-images.ts';
import { classifierChoice, setClassifier, setClassifierOptions } from '../classifier-choice.ts';
import type { Labeling } from '../labeling.ts';
import type { Overlay } from '../layer-stack.ts';
import { ProjectSession } from '../project-session.ts';
import { QualityCheck } from './quality-check.ts';

const [width, height] = [48, 40];
const folder = await sampleFolder();

/** Dark on the left, bright on the right. */
const image = createTensor(
  Uint8Array.from({ length: width * height }, (_, i) => (i % width < 24 ? 40 : 200) + ((i * 7) % 11)),
  [1, 1, 1, height, width],
);
/** Strokes of both classes in three rows. */
const labels = createTensor(
  Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return [2, 18, 34].includes(y) ? (x >= 4 && x < 12 ? 1 : x >= 34 && x < 42 ? 2 : 0) : 0;
  }),
  [1, 1, 1, height, width],
);

/** What a labeling is to the check. */
class Host extends EventTarget {
  readonly services;
  readonly session: ProjectSession;
  readonly overlays = new Map<string, Overlay>();
  laneIndex = 0;

  constructor(project: Project) {
    super();
    const container = createContainer(plugins);
    registerWorkers(container);
    this.services = pipelineServices(container);
    this.session = new ProjectSession(project);
  }

  get project(): Project {
    return this.session.project;
  }

  setOverlay(id: string, overlay: Overlay | undefined): void {
    if (overlay) this.overlays.set(id, overlay);
    else this.overlays.delete(id);
  }
}

let project: Project;
beforeAll(async () => {
  const pipeline = createPipeline(plugins);
  const empty = await pipeline.addImage(pipeline.newProject(['dark', 'bright']), image, { nickname: 'halves' });
  const labelled = await pipeline.importLabels(empty, labels);
  project = await pipeline.train(pipeline.selectFeatures(labelled, ['GaussianSmoothing:0.7']), {
    options: { treeCount: 10 },
  });
  await pipeline.close();
});

async function fileOf(name: string, data: Uint8Array, shape: Shape5 = [1, 1, 1, height, width]): Promise<File> {
  const path = await writeImage(join(folder, name), { data, shape });
  return new File([await readFile(path)], name);
}

/** 1 on the left, 2 on the right, but 2 in the first rows of the left. */
const truth = (rows: number) =>
  Uint8Array.from({ length: width * height }, (_, i) => (i % width >= 24 || i < rows * width ? 2 : 1));

describe('the quality check', () => {
  it('cross-validates the labels, warns, and notes the figures with the model', async () => {
    const host = new Host(project);
    const quality = new QualityCheck(host);
    await quality.validate();
    expect(quality.problems.labels).toBeUndefined();
    expect(quality.validation!.result).toMatchObject({ folds: 5, groupCounts: [3, 3], scores: { accuracy: 1 } });
    expect(quality.validation!.warnings).toEqual([]);
    expect(host.project.classifier.report!.crossValidation).toEqual({ folds: 5, accuracy: 1, deviation: 0 });
    expect(quality.work).toBeUndefined();
  });

  it('knows when its figures are of before, and stops measuring what is edited', async () => {
    const host = new Host(project);
    const quality = new QualityCheck(host);
    await quality.validate();
    expect(quality.isStale(quality.validation!)).toBe(false);
    const running = quality.validate();
    host.session.edit({ ...project, classifier: { ...project.classifier, seed: 8 } });
    await running;
    expect(quality.problems.labels).toContain('Stopped');
    expect(quality.isStale(quality.validation!)).toBe(true);
  });

  it('knows that its figures are of another image of the same size, or mask, and keeps them for one that was only moved', async () => {
    const host = new Host(project);
    const quality = new QualityCheck(host);
    await quality.validate();
    const [lane] = project.lanes;
    const isStaleWith = (change: Partial<Lane>) => {
      host.session.edit({ ...project, lanes: [{ ...lane!, ...change }] });
      return quality.isStale(quality.validation!);
    };
    const { rawData } = lane!;
    expect(isStaleWith({ rawData: { ...rawData, location: { path: '/moved.tif' }, displayRange: [0, 9] } })).toBe(
      false,
    );
    expect(isStaleWith({ rawData: { ...rawData, fingerprint: 'another' } })).toBe(true);
    expect(isStaleWith({ predictionMask: rawData })).toBe(true);
  });

  it('forgets everything when the project is left', async () => {
    const host = new Host(project);
    const quality = new QualityCheck(host);
    await quality.validate();
    await quality.loadTruth(await fileOf('left.tif', truth(2)));
    const running = quality.validate();
    host.dispatchEvent(new CustomEvent('change', { detail: 'leave' }));
    await running;
    expect([quality.validation, quality.truth, quality.comparison, quality.work]).toEqual(Array(4).fill(undefined));
    expect([quality.problems, host.overlays.size]).toEqual([{}, 0]);
  });

  it('compares the whole image with a truth, and shows the errors while their image is shown', async () => {
    const host = new Host(project);
    const quality = new QualityCheck(host);
    await quality.loadTruth(await fileOf('truth.tif', truth(2)));
    expect(quality.problems.truth).toBeUndefined();
    const { scores, kinds } = quality.comparison!;
    // Two rows of 24 pixels are said to be bright and are dark.
    expect(scores.confusion).toEqual([
      [24 * (height - 2), 0],
      [48, 24 * height],
    ]);
    expect(kinds).toMatchObject([{ truth: 1, predicted: 0, voxels: 48 }]);
    expect(host.overlays.get('errors')).toMatchObject({ name: 'Errors' });
    quality.forgetTruth();
    expect(host.overlays.size).toBe(0);
    expect(quality.comparison).toBeUndefined();
  });

  it('says which size a truth has to have', async () => {
    const quality = new QualityCheck(new Host(project));
    await quality.loadTruth(await fileOf('small.tif', new Uint8Array(30), [1, 1, 1, 5, 6]));
    expect(quality.problems.truth).toMatch(/"small\.tif" is 6 × 5 pixels, but "halves" is 48 × 40 pixels/);
    expect(quality.truth).toBeUndefined();
  });
});

describe('the choice of a classifier', () => {
  it('offers all there are with their options, and how long they take', () => {
    const host = new Host(project);
    const choice = classifierChoice(host as unknown as Labeling);
    expect(choice.all.map(({ id }) => id)).toEqual(['random-forest', 'ml-random-forest', 'ml-cart']);
    expect(choice).toMatchObject({ id: 'random-forest', seed: 0, options: { treeCount: 10, maxDepth: 0 } });
    expect(choice.seconds).toBeUndefined();
  });

  it('drops the model with every change and keeps the seed for another classifier', () => {
    const host = new Host(project) as unknown as Labeling;
    setClassifierOptions(host, { options: { treeCount: 20 }, seed: 5 });
    expect(host.session.project.classifier).toEqual({
      classifierId: 'random-forest',
      options: { treeCount: 20 },
      seed: 5,
    });
    setClassifier(host, 'ml-cart');
    expect(host.session.project.classifier).toEqual({ classifierId: 'ml-cart', options: {}, seed: 5 });
    expect(() => setClassifierOptions(host, { options: { maxDepth: -1 } })).toThrow('from 0 to 1000');
  });
});
