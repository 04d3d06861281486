import {
  addLane,
  createMemorySink,
  describeImage,
  findById,
  newProject,
  selectFeature,
  type MemorySink,
  type PipelineServices,
  type Tensor,
} from '@brushwood/core';
import { blobsPhantom, strokesOn } from '@brushwood/core/testing';

/** Trains on a synthetic image in memory and predicts it: the same wherever the services work. Runs in pages and in Node. */
export async function predictPhantom(services: PipelineServices): Promise<Tensor> {
  const { formats, workflows } = services.catalog;
  const { image, truth } = blobsPhantom();
  const location = { path: 'blobs', tensor: image };
  const { reference } = await describeImage(formats, location, { nickname: 'blobs', storage: 'absolute' });
  const empty = addLane(newProject(services.catalog, ['ground', 'blob']), reference);
  const features = ['GaussianSmoothing', 'HessianOfGaussianEigenvalues'].reduce(
    (selection, id) => selectFeature(selection, id, 1.6),
    empty.features,
  );
  const lanes = [{ ...empty.lanes[0]!, labels: strokesOn(truth) }];
  const workflow = findById(workflows, empty.workflowId, 'workflow');
  const { project } = await workflow.train({ ...empty, features, lanes }, { services });
  let sink: MemorySink | undefined;
  await workflow.predict(project, {
    services,
    image: { location },
    outputs: [{ sourceId: 'probabilities', openSink: async (spec) => (sink = createMemorySink(spec)) }],
  });
  return sink!.tensor;
}
