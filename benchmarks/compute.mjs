// One measurement in a process of its own: node benchmarks/compute.mjs cells|blobs|train THREADS REPEATS
// Prints JSON. Compute is decoded input in memory → probabilities in memory, workers warm (one run goes unmeasured).
import { createContainer, createMemorySink, findById, pipelineServices, registerWorkers } from '@brushwood/core';
import { createNodeWorkerPool, plugins } from '@brushwood/cli';
import { loadImage, loadProject } from './cases.mjs';
import { summary } from './statistics.mjs';

const [what, threads, repeats] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const container = createContainer(plugins);
registerWorkers(container, () => createNodeWorkerPool({ threads }));
const services = pipelineServices(container);

async function measurePrediction(name) {
  const [project, tensor] = [await loadProject(name), await loadImage(name)];
  const workflow = findById(services.catalog.workflows, project.workflowId, 'workflow');
  const voxels = tensor.shape.reduce((product, size) => product * size, 1);
  const predict = async () => {
    const started = performance.now();
    const outputs = [{ sourceId: 'probabilities', openSink: async (spec) => createMemorySink(spec) }];
    const result = await workflow.predict(project, { services, image: { location: { path: name, tensor } }, outputs });
    return { ...result, wall: (performance.now() - started) / 1e3 };
  };
  await predict();
  const runs = [];
  for (let i = 0; i < repeats; i++) runs.push(await predict());
  const { model } = project.classifier;
  const trees = model.forests.reduce((sum, forest) => sum + forest.trees.length, 0);
  const [features, forest] = ['featureSeconds', 'predictSeconds'].map((key) => summary(runs.map((run) => run[key])));
  return {
    name,
    threads,
    wall: summary(runs.map((run) => run.wall)),
    featureSeconds: features,
    forestSeconds: forest,
    nsPerVoxelAndChannel: (features.median / voxels / model.featureCount) * 1e9,
    nsPerVoxelAndTree: (forest.median / voxels / trees) * 1e9,
    blockShape: runs[0].blockShape,
    arenaMiB: runs[0].arenaBytes / 2 ** 20,
    peakMiB: process.resourceUsage().maxRSS / 1024,
  };
}

async function measureTraining() {
  const project = await loadProject('cells');
  const image = await loadImage('cells');
  const lanes = project.lanes.map((lane) => ({
    ...lane,
    rawData: { ...lane.rawData, location: { path: 'cells', tensor: image } },
  }));
  const workflow = findById(services.catalog.workflows, project.workflowId, 'workflow');
  const train = () => workflow.train({ ...project, lanes }, { services, seed: 1 });
  await train();
  const runs = [];
  for (let i = 0; i < repeats; i++) runs.push(await train());
  return {
    name: 'train',
    threads,
    samples: runs[0].report.sampleCount,
    features: runs[0].report.featureCount,
    outOfBagError: runs[0].report.outOfBagError,
    wall: summary(runs.map((run) => run.trainSeconds)),
    featureSeconds: summary(runs.map((run) => run.featureSeconds)),
  };
}

const result = what === 'train' ? await measureTraining() : await measurePrediction(what);
await services.pool.close();
console.log(JSON.stringify(result));
