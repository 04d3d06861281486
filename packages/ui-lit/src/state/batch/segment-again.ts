import {
  checkSmallestObject,
  createMemorySink,
  emptyLabels,
  findById,
  objectFilterSink,
  openImage,
  plannedRoi,
  requestOf,
  wholeRoi,
  withAxis,
  writeLabels,
  type ImageReference,
  type ImageSink,
  type Labels,
  type MemorySink,
  type PipelineServices,
} from '@brushwood/core';
import type { MadeWith } from './batch.ts';

/**
 * The segmentation of an image as a run has made it: 0 outside of the part that was written. It is kept in memory.
 * @throws what predicting throws, 'invalid-roi' for a part that leaves the image
 */
export async function segmentAgain(
  services: PipelineServices,
  rawData: ImageReference,
  { made, signal }: { readonly made: MadeWith; readonly signal: AbortSignal },
): Promise<Labels> {
  const { project, plan } = made;
  const { postprocessing, smallestObject } = plan.steps;
  const roi = withAxis(plannedRoi(plan, rawData.shape) ?? wholeRoi(rawData.shape), 1, 0, 1);
  let sink: MemorySink | undefined;
  await findById(services.catalog.workflows, project.workflowId, 'workflow').predict(project, {
    services,
    image: requestOf(rawData),
    roi,
    postprocessing,
    outputs: [
      {
        sourceId: 'segmentation',
        openSink: async (spec) => {
          sink = createMemorySink(spec);
          return smallestObject === undefined ? sink : withoutSmall(sink, smallestObject, { services, signal });
        },
      },
    ],
    signal,
  });
  const values = Uint8Array.from(sink!.tensor.data as Uint8Array);
  return writeLabels(emptyLabels(rawData.shape), roi, values);
}

function withoutSmall(
  target: MemorySink,
  smallest: number,
  { services, signal }: { services: PipelineServices; signal: AbortSignal },
): ImageSink {
  checkSmallestObject(target, smallest);
  const scratch = createMemorySink(target.spec);
  const location = { path: 'scratch', tensor: scratch.tensor };
  const open = () => openImage(services.catalog.formats, { location, axes: 'tczyx' });
  return objectFilterSink(target, { smallest, scratch: { sink: scratch, open, remove: async () => {} }, signal });
}
