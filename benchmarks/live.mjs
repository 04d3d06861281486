// The app's live update, in Node: node benchmarks/live.mjs [THREADS] [REPEATS]
// cells, 1024², in 16 tiles of 256², 10,000 labelled voxels, features kept. Prints JSON: milliseconds from a stroke (some new
// voxels) to the first tile repainted, to the whole view by the preliminary forest, and to the settled one.
import {
  createContainer,
  createLiveClassification,
  createMemorySink,
  emptyLabels,
  findById,
  pipelineServices,
  registerWorkers,
  writeLabels,
} from '@brushwood/core';
import { createNodeWorkerPool, plugins } from '@brushwood/cli';
import { loadImage, loadProject } from './cases.mjs';
import { summary } from './statistics.mjs';

const [threads, repeats] = [Number(process.argv[2] ?? 2), Number(process.argv[3] ?? 7)];
const container = createContainer(plugins);
registerWorkers(container, () => createNodeWorkerPool({ threads }));
const services = pipelineServices(container);
const image = await loadImage('cells');
const loaded = await loadProject('cells');
const [, , , height, width] = image.shape;

let random = 1;
const next = (below) => (random = (random * 1103515245 + 12345) % 2 ** 31) % below;

// Whoever paints knows the classes: what the project's own forest says, where it says it of a whole stroke.
let sink;
await findById(services.catalog.workflows, loaded.workflowId, 'workflow').predict(loaded, {
  services,
  image: { location: { path: 'cells', tensor: image } },
  outputs: [{ sourceId: 'segmentation', openSink: async (spec) => (sink = createMemorySink(spec)) }],
});
const truth = sink.tensor.data;

/** Strokes of 5 × 21 voxels inside of a class. */
function paint(labels, strokes) {
  let result = labels;
  for (let painted = 0; painted < strokes; ) {
    const [y, x] = [next(height - 5), next(width - 21)];
    const roi = { start: [0, 0, 0, y, x], stop: [1, 1, 1, y + 5, x + 21] };
    const label = truth[y * width + x];
    const isInside = Array.from({ length: 105 }, (_, i) => truth[(y + Math.floor(i / 21)) * width + x + (i % 21)]);
    if (!isInside.every((value) => value === label)) continue;
    result = writeLabels(result, roi, new Uint8Array(105).fill(label));
    painted++;
  }
  return result;
}

const count = (labels) => [...labels.chunks.values()].reduce((n, chunk) => n + chunk.filter((v) => v > 0).length, 0);
const rawData = { ...loaded.lanes[0].rawData, location: { path: 'cells', tensor: image } };
let labels = loaded.lanes[0]?.labels ?? emptyLabels(rawData.shape);
while (count(labels) < 10_000) labels = paint(labels, 10);
const { model: _, report: __, ...classifier } = loaded.classifier;
const base = { ...loaded, classifier: { ...classifier, classifierId: 'random-forest', options: {}, seed: 1 } };
const projectOf = (current) => ({ ...base, lanes: [{ rawData, labels: current }] });

const tiles = [];
for (let y = 0; y < height; y += 256)
  for (let x = 0; x < width; x += 256)
    tiles.push({ laneIndex: 0, roi: { start: [0, 0, 0, y, x], stop: [1, image.shape[1], 1, y + 256, x + 256] } });

let marks;
const live = createLiveClassification({
  services,
  onTile({ isPreliminary }) {
    const now = performance.now() - marks.from;
    marks.first ??= now;
    if (isPreliminary && ++marks.preliminary === tiles.length) marks.whole = now;
  },
  onState({ phase, error }) {
    if (error) throw error;
    if (process.env.TRACE) console.error((performance.now() - marks.from).toFixed(1), phase);
    if (phase === 'settled') marks.done(performance.now() - marks.from);
  },
});
async function measure(action) {
  const settled = new Promise((resolve) => (marks = { from: performance.now(), preliminary: 0, done: resolve }));
  const started = performance.now();
  action();
  const call = performance.now() - started;
  return { settled: await settled, first: marks.first, whole: marks.whole, call };
}

/** Longest time in which this thread did not answer. */
let [longest, last] = [0, performance.now()];
const watch = setInterval(() => {
  const now = performance.now();
  longest = Math.max(longest, now - last - 1);
  last = now;
}, 1);

const opening = await measure(() => {
  live.setProject(projectOf(labels));
  live.setView(tiles);
  live.setLive(true);
});
const runs = [];
for (let i = 0; i < repeats + 2; i++) {
  const painted = paint(labels, 3);
  if (i === 2) longest = 0;
  runs.push(await measure(() => live.setProject(projectOf(painted))));
  await new Promise((resolve) => setTimeout(resolve, 50));
}
clearInterval(watch);
const of = (key) => summary(runs.slice(2).map((run) => run[key]));
console.log(
  JSON.stringify(
    {
      threads,
      labelled: count(labels),
      opening: opening.settled,
      firstTile: of('first'),
      wholePreliminary: of('whole'),
      settled: of('settled'),
      mainThreadLongest: longest,
    },
    null,
    1,
  ),
);
await live.close();
await services.pool.close();
