import {
  addLane,
  createContainer,
  createLiveClassification,
  createMemorySink,
  cropTensor,
  newProject,
  pipelineServices,
  registerWorkers,
  requestOf,
  roiShape,
  runPrediction,
  runTraining,
  selectFeature,
  withLane,
  writeLabels,
  type LiveClassification,
  type LiveState,
  type LiveTileResult,
  type MemorySink,
  type PipelineServices,
  type Project,
  type Roi,
  type Shape5,
  type StoredModel,
  type Tensor,
} from '@brushwood/core';
import { memoryReference, seededRandom } from '@brushwood/core/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { createNodeWorkerPool } from './node-worker-pool.ts';
import { plugins } from './plugins.ts';

/** Threads run compiled code, so the entry is the built one. */
const entry = new URL('../dist/worker.js', import.meta.url);

const services: PipelineServices = (() => {
  const container = createContainer(plugins);
  registerWorkers(container, () => createNodeWorkerPool({ threads: 2, entry }));
  return pipelineServices(container);
})();
afterAll(() => services.pool.close());

/** Bright balls on a dark ground, other channels paler. */
function balls(shape: Shape5, seed: number): { image: Tensor; isBall(at: readonly number[]): boolean } {
  const random = seededRandom(seed);
  const centres = Array.from({ length: 8 }, () => shape.map((size) => random() * size));
  const isBall = ([, , z, y, x]: readonly number[]) =>
    centres.some((c) => (shape[2] > 1 ? z! - c[2]! : 0) ** 2 + (y! - c[3]!) ** 2 + (x! - c[4]!) ** 2 < 64);
  const [, nc, nz, ny, nx] = shape;
  const data = new Uint8Array(nc * nz * ny * nx);
  for (let i = 0; i < data.length; i++) {
    const c = Math.floor(i / (nz * ny * nx));
    const at = [0, c, Math.floor(i / (ny * nx)) % nz, Math.floor(i / nx) % ny, i % nx];
    data[i] = (isBall(at) ? 160 - 30 * c : 60) + Math.floor(40 * random());
  }
  return { image: { data, shape }, isBall };
}

/** A stroke: its voxels get the class of the ball or the ground they lie on, or are erased, or painted wrongly. */
function stroke(project: Project, lane: number, { roi, label }: { roi: Roi; label(at: number[]): number }): Project {
  const [, , nz, ny, nx] = roiShape(roi);
  const values = Uint8Array.from({ length: nz * ny * nx }, (_, i) =>
    label([
      0,
      0,
      roi.start[2] + Math.floor(i / (ny * nx)),
      roi.start[3] + (Math.floor(i / nx) % ny),
      roi.start[4] + (i % nx),
    ]),
  );
  const before = project.lanes[lane]!;
  return withLane(project, lane, { ...before, labels: writeLabels(before.labels, roi, values) });
}

interface Session {
  readonly live: LiveClassification;
  readonly tiles: LiveTileResult[];
  readonly models: StoredModel[];
  settled(): Promise<LiveState>;
}

function start(): Session {
  const tiles: LiveTileResult[] = [];
  const models: StoredModel[] = [];
  let resolve: (state: LiveState) => void = () => undefined;
  const live = createLiveClassification({
    services,
    onTile: (result) => tiles.push(result),
    onModel: (model) => models.push(model),
    onState: (state) => (state.phase === 'settled' || state.phase === 'waiting') && resolve(state),
  });
  return { live, tiles, models, settled: () => new Promise((settle) => (resolve = settle)) };
}

function tilesOf(shape: Shape5, size: number, z: number) {
  const tiles = [];
  for (let y = 0; y < shape[3]; y += size)
    for (let x = 0; x < shape[4]; x += size) {
      const stop: Shape5 = [1, shape[1], z + 1, Math.min(y + size, shape[3]), Math.min(x + size, shape[4])];
      tiles.push({ laneIndex: 0, roi: { start: [0, 0, z, y, x] as Shape5, stop } });
    }
  return tiles;
}

async function wholePrediction(project: Project): Promise<Tensor> {
  let sink: MemorySink | undefined;
  const output = {
    sourceId: 'probabilities',
    openSink: async (spec: MemorySink['spec']) => (sink = createMemorySink(spec)),
  };
  await runPrediction(project, { services, image: requestOf(project.lanes[0]!.rawData), outputs: [output] });
  return sink!.tensor;
}

const cases: { name: string; shape: Shape5; size: number; sigmas: number[] }[] = [
  { name: 'a flat image', shape: [1, 1, 1, 150, 170], size: 64, sigmas: [0.7, 1.6, 3.5] },
  { name: 'an RGB image', shape: [1, 3, 1, 140, 130], size: 128, sigmas: [1, 3.5] },
  { name: 'a volume', shape: [1, 1, 24, 70, 80], size: 32, sigmas: [1, 1.6] },
];

describe('live update on worker threads', () => {
  it.each(cases)(
    'settles on the forest and the probabilities of brushwood train and predict: $name',
    async ({ shape, size, sigmas }) => {
      const [first, second] = [balls(shape, 1), balls(shape, 2)];
      let project = newProject(services.catalog, ['ground', 'ball', 'unused']);
      project = addLane(project, memoryReference(first.image, 'first'));
      project = addLane(project, memoryReference(second.image, 'second'));
      for (const sigma of sigmas) {
        for (const id of ['GaussianSmoothing', 'StructureTensorEigenvalues', 'HessianOfGaussianEigenvalues']) {
          project = { ...project, features: selectFeature(project.features, id, sigma) };
        }
      }
      const z = Math.floor(shape[2] / 2);
      const { live, tiles, models, settled } = start();
      live.setView(tilesOf(shape, size, z));
      live.setLive(true);
      const random = seededRandom(7);
      for (let i = 0; i < 24; i++) {
        const lane = i % 2;
        const slice = shape[2] === 1 ? 0 : Math.floor(random() * shape[2]);
        const [y, x] = [Math.floor(random() * (shape[3] - 12)), Math.floor(random() * (shape[4] - 30))];
        const roi: Roi = { start: [0, 0, slice, y, x], stop: [1, 1, slice + 1, y + 12, x + 30] };
        const { isBall } = lane === 0 ? first : second;
        // Every fifth stroke erases, every seventh paints over whatever is there.
        const label = (at: number[]) => (i % 5 === 4 ? 0 : i % 7 === 6 ? 1 : isBall(at) ? 2 : 1);
        project = stroke(project, lane, { roi, label });
        live.setProject(project);
        if (i % 3 === 0) await new Promise((resolve) => setTimeout(resolve, 15)); // most are overtaken by the next
      }
      expect(await settled()).toMatchObject({ phase: 'settled' });
      await live.close();

      const trained = (await runTraining(project, { services })).project;
      const model = trained.classifier.model!;
      expect(models.at(-1)).toEqual(model);
      const whole = await wholePrediction(trained);
      const { generation } = tiles.at(-1)!;
      const last = tiles.filter((result) => result.generation === generation && !result.isPreliminary);
      expect(last).toHaveLength(tilesOf(shape, size, z).length);
      for (const { tile, probabilities } of last) {
        const { start: from, stop: to } = tile.roi;
        const roi: Roi = { start: from, stop: [1, 3, to[2], to[3], to[4]] };
        expect(Buffer.from(probabilities.buffer).equals(Buffer.from(cropTensor(whole, roi).data.buffer))).toBe(true);
      }
    },
    30_000,
  );

  it('paints by a few trees first', async () => {
    const shape: Shape5 = [1, 1, 1, 96, 96];
    const { image, isBall } = balls(shape, 3);
    let project = addLane(newProject(services.catalog, ['ground', 'ball']), memoryReference(image, 'image'));
    project = { ...project, features: selectFeature(project.features, 'GaussianSmoothing', 1) };
    const label = (at: number[]) => (isBall(at) ? 2 : 1);
    const { live, tiles, settled } = start();
    live.setView(tilesOf(shape, 48, 0));
    live.setLive(true);
    for (const y of [10, 40]) {
      project = stroke(project, 0, { roi: { start: [0, 0, 0, y, 0], stop: [1, 1, 1, y + 20, 96] }, label });
      tiles.length = 0;
      live.setProject(project);
      await settled();
    }
    // Both times all tiles by the whole forest; the second time, with features at hand, by a few trees before.
    expect(tiles.map(({ isPreliminary }) => isPreliminary)).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
    await live.close();
  });
});
