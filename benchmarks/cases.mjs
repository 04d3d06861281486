// What is measured: the bench data if BRUSHWOOD_DATA names it, else seeded images of the same sizes with a forest of our own.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createContainer, createPipeline, findById, openImage, parseImagePath, wholeRoi } from '@brushwood/core';
import { plugins } from '@brushwood/cli';
import { createRandom, syntheticMicrograph } from '../scripts/demo/synthetic-micrograph.mjs';

/** `goal` and `mustReach` are seconds and MiB of the whole. Two threads, as the figures of ilastik beside them. */
export const cases = {
  cells: {
    image: 'cells1024.npy',
    voxels: 1024 * 1024,
    ilastik: 1.17,
    mustReach: 0.2,
    goal: 0.12,
    process: { ilastik: 3.5, mustReach: 0.6, goal: 0.35, mib: [530, 200, 150] },
  },
  blobs: {
    image: 'blobs128.h5/data',
    voxels: 128 * 256 * 256,
    ilastik: 35,
    mustReach: 6,
    goal: 3.5,
    process: { ilastik: 35, mustReach: 6, goal: 3.5, mib: [3000, 500, 400] },
  },
};

export function benchFolder() {
  const folder = process.env.BRUSHWOOD_DATA && join(process.env.BRUSHWOOD_DATA, 'bench');
  return folder && existsSync(folder) ? folder : undefined;
}

/** The image in shared memory, so that handing it to workers costs nothing. */
export async function loadImage(name) {
  const folder = benchFolder();
  if (!folder) return share(syntheticImage(name).image);
  const { formats } = createContainer(plugins).catalog;
  const source = await openImage(formats, { location: parseImagePath(join(folder, cases[name].image), formats) });
  const tensor = await source.read(wholeRoi(source.info.shape));
  await source.close();
  return share(tensor);
}

/** The bench project; without data one that is trained here on strokes. */
export async function loadProject(name) {
  const folder = benchFolder();
  if (folder) {
    const store = findById(createContainer(plugins).catalog.projectStores, 'ilp', 'store');
    return (await store.load({ path: join(folder, `${name}.ilp`) })).project;
  }
  const { image, strokes } = syntheticImage(name);
  const pipeline = createPipeline(plugins);
  let project = await pipeline.addImage(pipeline.newProject(['background', 'foreground']), image);
  project = pipeline.selectFeatures(await pipeline.importLabels(project, strokes), 'all');
  return pipeline.train(project, { seed: 1 });
}

function share({ data, shape }) {
  const shared = new data.constructor(new SharedArrayBuffer(data.byteLength));
  shared.set(data);
  return { data: shared, shape };
}

function syntheticImage(name) {
  if (name === 'cells') {
    const { image, strokes } = syntheticMicrograph(1024, 1);
    return {
      image: { data: image, shape: [1, 1, 1, 1024, 1024] },
      strokes: { data: strokes, shape: [1, 1, 1, 1024, 1024] },
    };
  }
  return syntheticBlobs([1, 1, 128, 256, 256]);
}

/** Bright balls in noise, with strokes along some rows through them. */
function syntheticBlobs(shape) {
  const [, , nz, ny, nx] = shape;
  const random = createRandom(5);
  const balls = Array.from({ length: 120 }, () => ({
    z: nz * random(),
    y: ny * random(),
    x: nx * random(),
    r: 6 + 8 * random(),
  }));
  const data = new Uint8Array(nz * ny * nx);
  const strokes = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) data[i] = 60 + 40 * random();
  for (const { z: cz, y: cy, x: cx, r } of balls)
    for (let z = Math.max(0, Math.ceil(cz - r)); z < Math.min(nz, cz + r); z++)
      for (let y = Math.max(0, Math.ceil(cy - r)); y < Math.min(ny, cy + r); y++)
        for (let x = Math.max(0, Math.ceil(cx - r)); x < Math.min(nx, cx + r); x++)
          if ((z - cz) ** 2 + (y - cy) ** 2 + (x - cx) ** 2 < r * r) data[(z * ny + y) * nx + x] = 120 + 60 * random();
  for (let z = 40; z < 60; z += 10)
    for (let y = 20; y < ny; y += 50)
      for (let x = 0; x < nx; x++) {
        const i = (z * ny + y) * nx + x;
        strokes[i] = balls.some((ball) => (z - ball.z) ** 2 + (y - ball.y) ** 2 + (x - ball.x) ** 2 < ball.r ** 2)
          ? 2
          : 1;
      }
  return { image: { data, shape }, strokes: { data: strokes, shape } };
}
