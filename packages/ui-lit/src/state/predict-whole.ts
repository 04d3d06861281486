import { createMemorySink, requestOf, type MemorySink, type Tensor } from '@brushwood/core';
import type { Labeling } from './labeling.ts';
import { trainedProject } from './trained-project.ts';

/**
 * One export source of the whole shown image, in memory, by the same run as the command's.
 * @returns axes tczyx
 */
export async function predictWhole(
  labeling: Labeling,
  { sourceId = 'probabilities', signal }: { sourceId?: string; signal?: AbortSignal } = {},
): Promise<Tensor> {
  const { services, laneIndex } = labeling;
  const { project, workflow } = await trainedProject(labeling, signal);
  let sink: MemorySink | undefined;
  const outputs = [{ sourceId, openSink: async (spec: MemorySink['spec']) => (sink = createMemorySink(spec)) }];
  const { rawData, predictionMask } = project.lanes[laneIndex]!;
  const image = requestOf(rawData);
  const mask = predictionMask && requestOf(predictionMask);
  await workflow.predict(project, { services, image, mask, outputs, signal });
  return sink!.tensor;
}
