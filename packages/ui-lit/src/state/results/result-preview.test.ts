import {
  createContainer,
  createInlinePool,
  createMemorySink,
  objectFilterSink,
  openImage,
  pipelineServices,
  registerWorkers,
  requestOf,
  runPrediction,
  selectFeature,
  withLane,
  writeLabels,
  type MemorySink,
  type ResultSteps,
  type Roi,
} from '@brushwood/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { plugins } from '../../plugins.ts';
import { addImages } from '../add-images.ts';
import { createExampleImage } from '../example-image.ts';
import { Labeling } from '../labeling.ts';
import { ResultPreview } from './result-preview.ts';

const size = 300; // more than a tile
const plane = { axis: 'z', t: 0, index: 0 } as const;
const box = { left: 0, top: 0, right: size, bottom: size };

const container = createContainer(plugins);
registerWorkers(container, ({ catalog }) => createInlinePool(catalog, { size: 2 }));
const services = pipelineServices(container);
const labeling = new Labeling({ services });

function stroke(label: number, roi: Roi): void {
  const lane = labeling.project.lanes[0]!;
  const voxels = (roi.stop[3] - roi.start[3]) * (roi.stop[4] - roi.start[4]);
  const labels = writeLabels(lane.labels, roi, new Uint8Array(voxels).fill(label));
  labeling.session.editLabels(withLane(labeling.project, 0, { ...lane, labels }));
}

/** The segmentation a run writes. */
async function predicted({ postprocessing, smallestObject }: ResultSteps): Promise<Uint8Array> {
  let memory: MemorySink | undefined;
  await runPrediction(labeling.project, {
    services,
    image: requestOf(labeling.project.lanes[0]!.rawData),
    postprocessing,
    outputs: [
      {
        sourceId: 'segmentation',
        async openSink(spec) {
          memory = createMemorySink(spec);
          if (!smallestObject) return memory;
          const kept = createMemorySink(spec);
          const open = () => openImage([], { location: { path: 'labels', tensor: kept.tensor } });
          const scratch = { sink: kept, open, remove: async () => undefined };
          return objectFilterSink(memory, { smallest: smallestObject, scratch });
        },
      },
    ],
  });
  return memory!.tensor.data as Uint8Array;
}

function nextOf(preview: ResultPreview, act: () => void): Promise<void> {
  return new Promise((resolve) => {
    preview.addEventListener('change', () => resolve(), { once: true });
    act();
  });
}

describe('the preview of results', () => {
  beforeAll(async () => {
    const tensor = createExampleImage(size);
    await addImages(labeling, [{ name: 'example', path: 'example', tensor }]);
    labeling.setFeatures(selectFeature(labeling.project.features, 'GaussianSmoothing', 1));
    stroke(1, { start: [0, 0, 0, 0, 0], stop: [1, 1, 1, 30, 30] });
    stroke(2, { start: [0, 0, 0, 120, 100], stop: [1, 1, 1, 220, 200] });
    labeling.setView([{ plane, box }]);
    await labeling.updateOnce();
  }, 30_000);

  it.each<ResultSteps>([
    { postprocessing: { smoothing: 2 } },
    { postprocessing: { thresholds: [0.8, 0.7] }, smallestObject: 12 },
    { postprocessing: { combine: [[0, 1]] } },
  ])('has the shares of the segmentation that a run writes: %j', async (steps) => {
    const preview = new ResultPreview(labeling);
    labeling.setResultSteps(steps);
    await nextOf(preview, () => preview.start());
    const labels = await predicted(steps);
    const share = (label: number) => labels.filter((value) => value === label).length / labels.length;
    expect(preview.isWhole).toBe(true);
    const { combine, thresholds } = steps.postprocessing!;
    const count = combine?.length ?? 2;
    expect(preview.areas!.map(({ after }) => after)).toEqual([
      ...Array.from({ length: count }, (_, i) => share(i + 1)),
      ...(thresholds ? [share(0)] : []),
    ]);
    expect(preview.areas!.reduce((sum, { before }) => sum + before, 0)).toBeCloseTo(1, 9);
    expect(labeling.layers.at(-2)!.id).toBe('overlay result');
    preview.stop();
    expect(labeling.layers.some(({ id }) => id === 'overlay result')).toBe(false);
  });

  it('follows steps that are tried out, and the project when they are not kept', async () => {
    labeling.setResultSteps({});
    const preview = new ResultPreview(labeling);
    await nextOf(preview, () => preview.start());
    const plain = preview.areas!;
    expect(plain.map(({ after }) => after)).toEqual(plain.map(({ before }) => before));
    await nextOf(preview, () => preview.setSteps({ postprocessing: { thresholds: [1, 0] } }));
    expect(preview.areas!.map(({ name }) => name)).toEqual(['Label 1', 'Label 2', 'No class']);
    await nextOf(preview, () => preview.setSteps(undefined));
    expect(preview.areas).toEqual(plain);
    preview.stop();
  });

  it('says when nothing in view is predicted, or too much is in view', async () => {
    const preview = new ResultPreview(labeling);
    labeling.setView([]);
    await nextOf(preview, () => preview.start());
    expect([preview.obstacle, preview.areas]).toEqual(['no-prediction', undefined]);
    await nextOf(preview, () => labeling.setView([{ plane, box }]));
    expect(preview.obstacle).toBeUndefined();
    preview.stop();
  });
});
