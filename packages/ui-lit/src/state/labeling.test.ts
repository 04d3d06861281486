import {
  createPipeline,
  createTensor,
  deleteClass,
  newProject,
  renameClass,
  writeLabels,
  type Project,
} from '@brushwood/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plugins } from '../plugins.ts';
import { Labeling } from './labeling.ts';
import { changeNormalization } from './results/normalization-preview.ts';

const [height, width] = [8, 12];
const pipeline = createPipeline(plugins);
afterAll(() => pipeline.close());

let project: Project;
beforeAll(async () => {
  project = pipeline.newProject(['a', 'b']);
  for (const [i, nickname] of ['first', 'second', 'third'].entries()) {
    const values = createTensor(new Uint8Array(height * width).fill(10 * i), [1, 1, 1, height, width]);
    project = await pipeline.addImage(project, values, { nickname });
  }
});

async function begin() {
  const labeling = new Labeling({ services: pipeline.services });
  await labeling.openProject(project);
  return labeling;
}
const shownOver = (labeling: Labeling, laneIndex: number) => labeling.project.lanes[laneIndex]!.rawData.displayRange;
const over = (labeling: Labeling, low: number, high: number) =>
  labeling.channels.map((channel) => ({ ...channel, range: [low, high] as const }));

describe('the brightness of an image', () => {
  it('is not given to another that is being opened', async () => {
    const labeling = await begin();
    const channels = over(labeling, 3, 9);
    const opening = labeling.showLane(1);
    expect(labeling.channels).toEqual([]);
    labeling.setChannels(channels); // of a panel that still shows the first
    await opening;
    expect([0, 1].map((laneIndex) => shownOver(labeling, laneIndex))).toEqual([undefined, undefined]);
    expect(labeling.channels.map(({ range }) => range)).toEqual([[0, 255]]);
    await labeling.close();
  });

  it('does not end a stroke, and is kept after it', async () => {
    const labeling = await begin();
    const { session } = labeling;
    const dot = (x: number) =>
      writeLabels(
        session.project.lanes[0]!.labels,
        { start: [0, 0, 0, 0, x], stop: [1, 1, 1, 1, x + 1] },
        Uint8Array.of(1),
      );
    session.beginStroke();
    session.paint(0, dot(0));
    labeling.setChannels(over(labeling, 3, 9));
    session.paint(0, dot(1));
    expect([session.isPainting, shownOver(labeling, 0)]).toEqual([true, undefined]);
    expect(labeling.channels[0]!.range).toEqual([3, 9]);
    session.endStroke();
    expect(shownOver(labeling, 0)).toEqual([3, 9]);
    session.undo();
    expect([session.canUndo, session.project.lanes[0]!.labels.chunks.size]).toEqual([false, 0]);
    await labeling.close();
  });
});

describe('going to a place', () => {
  it('is given up when another image is wanted meanwhile', async () => {
    const labeling = await begin();
    const going = labeling.goTo({ t: 0, z: 0, y: 4, x: 4 }, 1);
    await Promise.all([labeling.showLane(2), going]);
    expect([labeling.laneIndex, labeling.place]).toEqual([2, undefined]);
    await labeling.close();
  });

  it('is the last place that was asked for', async () => {
    const labeling = await begin();
    await Promise.all([labeling.goTo({ t: 0, z: 0, y: 4, x: 4 }, 1), labeling.goTo({ t: 0, z: 0, y: 1, x: 1 }, 1)]);
    expect(labeling.place).toEqual({ t: 0, z: 0, y: 1, x: 1 });
    await labeling.close();
  });
});

describe('what is set of the tools', () => {
  it('protects the classes it was set for when others are deleted or renamed', async () => {
    const labeling = await begin();
    const { session, tools } = labeling;
    session.edit({ ...session.project, classes: newProject(pipeline.services.catalog, ['a', 'b', 'c']).classes });
    tools.toggleLock(1);
    tools.toggleLock(3);
    tools.selectLabel(3);
    session.editLabels(renameClass(session.project, 2, 'last'));
    expect([[...tools.lockedLabels], tools.activeLabel]).toEqual([[1, 3], 3]);
    session.editLabels(deleteClass(session.project, 1));
    expect([[...tools.lockedLabels], tools.activeLabel]).toEqual([[1, 2], 2]);
    session.editLabels(deleteClass(session.project, 0));
    expect([[...tools.lockedLabels], tools.activeLabel]).toEqual([[1], 1]);
    await labeling.close();
  });

  it('is not that of another project, nor a range of intensities that of another kind of image', async () => {
    const labeling = await begin();
    const { tools } = labeling;
    tools.toggleLock(2);
    tools.setIntensityRange([20, 40]);
    const values = createTensor(new Float32Array(height * width), [1, 1, 1, height, width]);
    labeling.session.edit(await pipeline.addImage(labeling.project, values, { nickname: 'floats' }));
    await labeling.showLane(3);
    expect(tools.intensityRange).toBeUndefined();
    await labeling.showLane(1);
    expect(tools.intensityRange).toEqual([20, 40]);
    await labeling.openProject(project);
    expect([tools.lockedLabels.size, tools.intensityRange]).toEqual([0, undefined]);
    await labeling.close();
  });
});

describe('normalising', () => {
  it('takes away the feature that is shown, as it is of other intensities', async () => {
    const labeling = await begin();
    labeling.setFeatures(pipeline.selectFeatures(project, ['GaussianSmoothing:1']).features);
    labeling.setPreview(0);
    expect(labeling.hasOverlay('feature')).toBe(true);
    expect(() => changeNormalization(labeling, { method: 'percentile', low: 99, high: 1 })).toThrow();
    expect(labeling.hasOverlay('feature')).toBe(true);
    changeNormalization(labeling, { method: 'z-score' });
    expect([labeling.previewIndex, labeling.hasOverlay('feature')]).toEqual([undefined, false]);
    await labeling.close();
  });
});
