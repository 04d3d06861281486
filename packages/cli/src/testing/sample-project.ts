import {
  createContainer,
  createPipeline,
  createTensor,
  elementCount,
  openImage,
  requestOf,
  writableFormats,
  type Dtype,
  type ImageSpec,
  type NumberArray,
  type Project,
  type Shape5,
  type Tensor,
} from '@brushwood/core';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { plugins } from '../plugins.ts';

const { catalog } = createContainer(plugins);

/** A picture of two textures: the left half around 60, the right half around 180, both noisy. Seeded. */
export function sampleImage(shape: Shape5, seed = 1): Tensor {
  const data = new Uint8Array(elementCount(shape));
  const width = shape[4];
  let state = seed;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    data[i] = (i % width < width / 2 ? 60 : 180) + ((state >>> 16) % 40) - 20;
  }
  return createTensor(data, shape);
}

/** Strokes for `sampleImage`: class 1 a column a quarter in, class 2 a column at three quarters; 0 elsewhere. */
export function sampleLabels([t, , z, y, x]: Shape5): Tensor {
  const data = new Uint8Array(t * z * y * x);
  const columns = [Math.floor(x / 4), Math.floor((3 * x) / 4)];
  for (let row = 0; row < t * z * y; row++) columns.forEach((column, k) => (data[row * x + column] = k + 1));
  return createTensor(data, [t, 1, z, y, x]);
}

/** Writes an image through the format its extension or `formatId` names. */
export async function writeImage(
  path: string,
  { data, shape }: Tensor,
  options: Partial<ImageSpec> & { innerPath?: string; formatId?: string } = {},
): Promise<void> {
  const { innerPath, formatId, ...spec } = options;
  const format = writableFormats(catalog.formats).find(({ id, extensions }) =>
    formatId === undefined ? extensions.some((extension) => path.endsWith(extension)) : id === formatId,
  )!;
  const dtype = data.constructor.name.replace('Array', '').toLowerCase() as Dtype;
  const axes = [...'tzyxc'].filter((axis) => shape['tczyx'.indexOf(axis)]! > 1 || 'yx'.includes(axis)).join('');
  const whole: ImageSpec = { axes, shape, dtype, content: 'intensity', ...spec };
  await mkdir(dirname(path), { recursive: true });
  const sink = await format.create!({ path, innerPath }, whole, { overwrite: true });
  await sink.write({ start: [0, 0, 0, 0, 0], stop: shape }, { data, shape });
  await sink.close();
}

/** A whole image, axes tczyx. `path` may name a dataset: `out.h5/exported_data`. */
export async function readImage(path: string, innerPath?: string): Promise<Tensor & { readonly fileAxes: string }> {
  const source = await openImage(catalog.formats, { location: { path, innerPath } });
  try {
    const { shape, fileAxes } = source.info;
    return { ...(await source.read({ start: [0, 0, 0, 0, 0], stop: shape })), fileAxes };
  } finally {
    await source.close();
  }
}

/** The numbers of a tensor in a plain array, so that tests can compare them. */
export function numbersOf({ data }: Tensor): number[] {
  return Array.from(data as NumberArray, Number);
}

export interface SampleProject {
  readonly image: string;
  readonly classes?: readonly string[];
  /** Default: `sampleLabels` of the image; null for none. */
  readonly labels?: Tensor | null;
  /** Cells like `GaussianSmoothing:1`; empty for none. */
  readonly features?: readonly string[];
  readonly isTrained?: boolean;
  readonly change?: (project: Project) => Project;
}

/** The features of sample projects: few, so that tests are quick, but of every kind of pass. */
export const sampleFeatures = ['GaussianSmoothing:0.7', 'HessianOfGaussianEigenvalues:1'];

/** Writes a project in this process, faster than by four commands. */
export async function writeProject(path: string, options: SampleProject): Promise<Project> {
  const { image, classes = ['background', 'object'], features = sampleFeatures, isTrained = true } = options;
  const pipeline = createPipeline(plugins);
  try {
    let project = await pipeline.addImage(pipeline.newProject(classes), image);
    const labels = options.labels === undefined ? sampleLabels(project.lanes[0]!.rawData.shape) : options.labels;
    if (labels) project = await pipeline.importLabels(project, labels);
    if (features.length > 0) project = pipeline.selectFeatures(project, features);
    if (isTrained && labels && features.length > 0)
      project = await pipeline.train(project, { options: { treeCount: 10 } });
    const changed = options.change?.(project) ?? project;
    const openReference: Parameters<(typeof catalog.projectStores)[0]['save']>[2]['openImage'] = (reference) =>
      openImage(catalog.formats, requestOf(reference));
    await catalog.projectStores[0]!.save(changed, { path }, { openImage: openReference });
    return changed;
  } finally {
    await pipeline.close();
  }
}

/** Reads a project back in this process. */
export async function readProject(path: string): Promise<Project> {
  return (await catalog.projectStores[0]!.load({ path })).project;
}

/** Holds a project's lock in this process, as an app does that edits it. */
export function lockProject(path: string): Promise<{ release(): Promise<void> }> {
  return catalog.projectStores[0]!.lock({ path });
}
