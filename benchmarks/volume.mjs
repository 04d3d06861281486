// `npm run bench:volume [-- --size Z,Y,X] [--threads N] [--folder DIR] [--json FILE] [--keep]`
// A volume that does not fit into the memory it is given: a seeded OME-Zarr 0.5 (default 256×2048×2048 uint8, 1 GiB) is predicted by
// the command into another, as uint8; then one of twice the depth. Prints voxels per second beside the rate of the same project
// on a volume in memory, and the peak memory of both, which should be the same.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  createContainer,
  createMemorySink,
  createPipeline,
  findById,
  registerWorkers,
  pipelineServices,
} from '@brushwood/core';
import { createNodeWorkerPool, plugins } from '@brushwood/cli';
import { createRandom } from '../scripts/demo/synthetic-micrograph.mjs';

const { values } = parseArgs({
  options: {
    size: { type: 'string', default: '256,2048,2048' },
    threads: { type: 'string', default: '2' },
    folder: { type: 'string' },
    json: { type: 'string', default: 'reports/bench-volume.json' },
    keep: { type: 'boolean', default: false },
    once: { type: 'boolean', default: false },
  },
});
const main = fileURLToPath(new URL('../packages/cli/dist/bin/main.js', import.meta.url));
const size = values.size.split(',').map(Number);
const threads = Number(values.threads);
const folder = values.folder ?? mkdtempSync(join(tmpdir(), 'brushwood-volume-'));
mkdirSync(folder, { recursive: true });

/** Balls on a lattice that is pushed about, in noise: any box of it can be made by itself. */
function fillBox(data, [z0, y0, x0], [nz, ny, nx]) {
  const random = createRandom(1 + z0 + 3 * y0 + 7 * x0);
  const pitch = 40;
  const radiusOf = (a, b, c) => 7 + ((a * 73 + b * 151 + c * 283) % 9);
  let i = 0;
  for (let z = z0; z < z0 + nz; z++)
    for (let y = y0; y < y0 + ny; y++)
      for (let x = x0; x < x0 + nx; x++) {
        const [a, b, c] = [Math.floor(z / pitch), Math.floor(y / pitch), Math.floor(x / pitch)];
        const [dz, dy, dx] = [z - (a + 0.5) * pitch, y - (b + 0.5) * pitch, x - (c + 0.5) * pitch];
        const isInside = dz * dz + dy * dy + dx * dx < radiusOf(a, b, c) ** 2;
        data[i++] = (isInside ? 120 : 70) + 50 * random();
      }
}

async function writeVolume(path, shape) {
  const { formats } = createContainer(plugins).catalog;
  const zarr = findById(formats, 'ome-zarr', 'format');
  const voxelSize = { unit: 'micrometer', z: 0.5, y: 0.25, x: 0.25 };
  const spec = { axes: 'zyx', shape: [1, 1, ...shape], dtype: 'uint8', content: 'intensity', voxelSize };
  const sink = await zarr.create({ path }, spec, { overwrite: true });
  const unit = sink.unitShape.slice(2);
  for (let z = 0; z < shape[0]; z += unit[0])
    for (let y = 0; y < shape[1]; y += unit[1])
      for (let x = 0; x < shape[2]; x += unit[2]) {
        const box = [z, y, x].map((start, i) => Math.min(unit[i], shape[i] - start));
        const data = new Uint8Array(box[0] * box[1] * box[2]);
        fillBox(data, [z, y, x], box);
        const stop = [1, 1, z + box[0], y + box[1], x + box[2]];
        await sink.write({ start: [0, 0, z, y, x], stop }, { data, shape: [1, 1, ...box] });
      }
  await sink.close();
}

/** Learns from strokes along some rows of a small part, three filters at 1.0 and 1.6. */
async function trainProject() {
  const shape = [64, 128, 128];
  const data = new Uint8Array(64 * 128 * 128);
  fillBox(data, [0, 0, 0], shape);
  const strokes = new Uint8Array(data.length);
  for (let z = 4; z < 64; z += 16)
    for (let y = 6; y < 128; y += 14)
      for (let x = 0; x < 128; x += 2) {
        const i = (z * 128 + y) * 128 + x;
        const centre = (value) => (Math.floor(value / 40) + 0.5) * 40;
        const far = (z - centre(z)) ** 2 + (y - centre(y)) ** 2 + (x - centre(x)) ** 2;
        if (far < 36 || far > 300) strokes[i] = far < 36 ? 2 : 1;
      }
  const pipeline = createPipeline(plugins);
  let project = await pipeline.addImage(pipeline.newProject(['background', 'ball']), { data, shape: [1, 1, ...shape] });
  project = await pipeline.importLabels(project, { data: strokes, shape: [1, 1, ...shape] });
  const filters = ['GaussianSmoothing', 'HessianOfGaussianEigenvalues', 'StructureTensorEigenvalues'];
  project = pipeline.selectFeatures(
    project,
    filters.flatMap((id) => [`${id}:1`, `${id}:1.6`]),
  );
  project = { ...project, features: { ...project.features, computeIn2d: project.features.sigmas.map(() => false) } };
  return pipeline.train(project, { seed: 1 });
}

/** Voxels per second of a volume that is in memory, workers warm: the better of two runs after one. */
async function measureInMemory(project) {
  const shape = [128, 256, 256].map((n, i) => Math.min(n, size[i]));
  const data = new Uint8Array(new SharedArrayBuffer(shape[0] * shape[1] * shape[2]));
  fillBox(data, [0, 0, 0], shape);
  const container = createContainer(plugins);
  registerWorkers(container, () => createNodeWorkerPool({ threads }));
  const services = pipelineServices(container);
  const workflow = findById(services.catalog.workflows, project.workflowId, 'workflow');
  const image = { location: { path: 'volume', tensor: { data, shape: [1, 1, ...shape] } } };
  const outputs = [{ sourceId: 'probabilities', dtype: 'uint8', openSink: async (spec) => createMemorySink(spec) }];
  const rates = [];
  for (let i = 0; i < 3; i++) {
    const started = performance.now();
    await workflow.predict(project, { services, image, outputs });
    rates.push((data.length / (performance.now() - started)) * 1e3);
  }
  await services.pool.close();
  return Math.max(...rates.slice(1));
}

function predict(project, input, output) {
  const started = performance.now();
  const args = [
    main,
    'predict',
    project,
    input,
    '-o',
    output,
    '--dtype',
    'uint8',
    '--threads',
    threads,
    '--stats',
    '--json',
    '--force',
  ];
  const { status, stdout, stderr } = spawnSync(process.execPath, args.map(String), {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(stderr);
  const seconds = (performance.now() - started) / 1e3;
  const { stats } = JSON.parse(stdout).outputs[0];
  return { seconds, peakMiB: Number(stats.peakMiB), computeSeconds: stats.seconds, blockShape: stats.blockShape };
}

const trained = await trainProject();
const projectPath = join(folder, 'volume.ilp');
const store = findById(createContainer(plugins).catalog.projectStores, 'ilp', 'store');
await store.save(
  { ...trained, lanes: [] },
  { path: projectPath },
  { openImage: () => Promise.reject(new Error('none')) },
);
const inMemory = await measureInMemory(trained);
console.log(`in memory, ${threads} thread(s)          ${(inMemory / 1e6).toFixed(2)} million voxels/s`);
const rows = [];
for (const factor of values.once ? [1] : [1, 2]) {
  const shape = [size[0] * factor, size[1], size[2]];
  const [input, output] = ['in', 'out'].map((name) => join(folder, `${name}${factor}.zarr`));
  const writing = performance.now();
  await writeVolume(input, shape);
  const written = (performance.now() - writing) / 1e3;
  const result = predict(projectPath, input, output);
  const rate = (shape[0] * shape[1] * shape[2]) / result.seconds;
  rows.push({ shape, rate, share: rate / inMemory, ...result });
  console.log(
    `${shape.join('×').padEnd(24)} ${result.seconds.toFixed(1)} s, ${(rate / 1e6).toFixed(2)} million voxels/s = ${((100 * rate) / inMemory).toFixed(0)} % of that in memory, ` +
      `peak ${result.peakMiB} MiB (made in ${written.toFixed(0)} s)`,
  );
  if (!values.keep) for (const path of [input, output]) rmSync(path, { recursive: true, force: true });
}
mkdirSync(dirname(values.json), { recursive: true });
writeFileSync(values.json, JSON.stringify({ inMemory, rows }, null, 2));
if (!values.keep && !values.folder) rmSync(folder, { recursive: true });
