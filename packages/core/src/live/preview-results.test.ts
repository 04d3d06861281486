import { describe, expect, it } from 'vitest';
import type { Shape5 } from '../grid/axes.ts';
import { createMemorySink, type MemorySink } from '../pipeline/memory-sink.ts';
import { objectFilterSink } from '../pipeline/object-filter-sink.ts';
import { gaussianRadius } from '../pipeline/gaussian-taps.ts';
import { requestOf } from '../pipeline/open-image.ts';
import { runPrediction } from '../pipeline/run-prediction.ts';
import { runTraining } from '../pipeline/run-training.ts';
import type { ResultSteps } from '../project/result-steps.ts';
import { fakeServices, stripeProject, stripes } from '../test-doubles/phantoms.ts';
import { memoryImageSource } from '../testing/memory-image.ts';
import { seededRandom } from '../testing/random.ts';
import { forgetPreviews, previewResults, unknownResult, type ResultView } from './preview-results.ts';

const shape: Shape5 = [1, 1, 1, 60, 80];
const [rows, columns] = [60, 80];
const services = fakeServices(2);
const { pool } = services;

/** Noise over the stripes, so that there are objects of all sizes. */
function noisy() {
  const random = seededRandom(7);
  const image = stripes(shape);
  return { ...image, data: (image.data as Uint8Array).map((value) => (random() < 0.12 ? 220 - value : value)) };
}
const { project } = await runTraining(stripeProject(noisy()), { services });

/** One output of the whole image, as the command makes it. */
async function whole(sourceId: string, { postprocessing, smallestObject }: ResultSteps = {}) {
  let memory: MemorySink | undefined;
  const output = {
    sourceId,
    async openSink(spec: MemorySink['spec']) {
      memory = createMemorySink(spec);
      if (!smallestObject) return memory;
      const kept = createMemorySink(spec);
      const scratch = { sink: kept, open: async () => memoryImageSource(kept.tensor), remove: async () => undefined };
      return objectFilterSink(memory, { smallest: smallestObject, scratch });
    },
  };
  const image = requestOf(project.lanes[0]!.rawData);
  await runPrediction(project, { services, image, outputs: [output], postprocessing });
  return memory!.tensor;
}
const probabilities = (await whole('probabilities')).data as Float32Array;

const everyEdge = { top: true, bottom: true, left: true, right: true };
const wholeView: ResultView = { shape: [rows, columns], classCount: 2, probabilities, isEdge: everyEdge };

/** A part of the image, as if nothing else of it were predicted. */
function partView({ top, left, height, width }: { top: number; left: number; height: number; width: number }) {
  const part = new Float32Array(2 * height * width);
  for (let k = 0, i = 0; k < 2; k++)
    for (let y = top; y < top + height; y++)
      for (let x = left; x < left + width; x++) part[i++] = probabilities[(k * rows + y) * columns + x]!;
  const isEdge = { top: top === 0, bottom: top + height === rows, left: left === 0, right: left + width === columns };
  return { shape: [height, width], classCount: 2, probabilities: part, isEdge } satisfies ResultView;
}

const steps: ResultSteps[] = [
  {},
  { postprocessing: { smoothing: 1.3 } },
  { postprocessing: { thresholds: [0.6, 0.7] } },
  { postprocessing: { combine: [[1], [0]], smoothing: 0.8, thresholds: [0.55, 0.55] }, smallestObject: 6 },
  { smallestObject: 9 },
  { postprocessing: { combine: [[0, 1]] } },
];

describe('the preview of results', () => {
  it.each(steps)('of a whole image is the segmentation that a run writes: %j', async (step) => {
    const { labels, counts } = await previewResults(pool, wholeView, { steps: step });
    const expected = (await whole('segmentation', step)).data as Uint8Array;
    expect(labels).toEqual(expected);
    expect(counts).toEqual(counts.map((_, label) => expected.filter((value) => value === label).length));
    expect(counts).toHaveLength(1 + (step.postprocessing?.combine?.length ?? 2));
  });

  it('of a part equals it away from sides inside the image, for smoothing from its radius on', async () => {
    const sigma = 1.3;
    const radius = gaussianRadius(sigma, 3);
    const step = { postprocessing: { smoothing: sigma, thresholds: [0.6, 0.6] } };
    const expected = (await whole('segmentation', step)).data;
    const place = { top: 0, left: 20, height: 40, width: 50 };
    const { labels } = await previewResults(pool, partView(place), { steps: step });
    for (let y = 0; y < 40 - radius; y++) {
      for (let x = radius; x < 50 - radius; x++) expect(labels[y * 50 + x]).toBe(expected[y * columns + x + 20]);
    }
  });

  it('removes the small objects that are wholly seen, and keeps those that may go on beyond what is known', async () => {
    const view = (known?: Uint8Array, isEdge = everyEdge): ResultView => ({
      // 1 1 1 1 1 1
      // 2 1 1 2 1 1
      // 1 1 1 1 1 2
      shape: [3, 6],
      classCount: 2,
      probabilities: Float32Array.from(
        [1, 1, 1, 1, 1, 1, 0, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 0]
          .flatMap((p) => [p])
          .concat([0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1]),
      ),
      known,
      isEdge,
    });
    const seen = async (of: ResultView) => [
      ...(await previewResults(pool, of, { steps: { smallestObject: 2 } })).labels,
    ];
    expect(await seen(view())).toEqual(Array(18).fill(1));
    const open = await seen(view(undefined, { ...everyEdge, left: false }));
    expect([open[6], open[9], open[17]]).toEqual([2, 1, 1]);
    const known = Uint8Array.from({ length: 18 }, (_, i) => (i === 11 ? 0 : 1));
    const partly = await seen(view(known));
    expect([partly[6], partly[9], partly[11], partly[17]]).toEqual([1, 1, unknownResult, 2]);
    const { counts } = await previewResults(pool, view(known), { steps: {} });
    expect(counts).toEqual([0, 14, 3]);
  });

  it('stops when asked to, and comes again from a worker that has forgotten the view', async () => {
    const signal = AbortSignal.abort();
    await expect(previewResults(pool, wholeView, { steps: {}, signal })).rejects.toMatchObject({ code: 'aborted' });
    const before = await previewResults(pool, wholeView, { steps: {} });
    const others = Array.from({ length: 6 }, () => partView({ top: 3, left: 3, height: 9, width: 9 }));
    for (const other of others) await previewResults(pool, other, { steps: {} });
    expect(await previewResults(pool, wholeView, { steps: {} })).toEqual(before);
    await forgetPreviews(pool);
    expect(await previewResults(pool, wholeView, { steps: {} })).toEqual(before);
  });
});
