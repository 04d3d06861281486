import { createTensor, selectFeature, type Project, type Shape5, type Tensor } from '@brushwood/core';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sampleImage, sampleLabels, writeImage, writeProject, type SampleProject } from './sample-project.ts';

const shape: Shape5 = [1, 1, 1, 40, 48];

/** Writes projects into a folder that lack something, or whose images are not what they were. */
export async function writeBrokenProjects(folder: string): Promise<void> {
  const at = (name: string) => join(folder, name);
  const project = (name: string, options: Partial<SampleProject> = {}) =>
    writeProject(at(name), { image: at('gray.png'), ...options });
  await writeSampleImages(at);
  await project('trained.ilp');
  await project('untrained.ilp', { isTrained: false });
  await project('no-labels.ilp', { labels: null });
  await project('no-features.ilp', { features: [], isTrained: false });
  await project('one-class.ilp', { labels: onlyClass(1), isTrained: false });
  await project('three.ilp', { classes: ['a', 'b', 'c'] });
  await project('no-lanes.ilp', { labels: null, change: (whole) => ({ ...whole, lanes: [] }) });
  await project('big-sigma.ilp', { features: ['GaussianSmoothing:10'] });
  await project('unknown-filter.ilp', { isTrained: false, change: withFilter('FrangiVesselness', 1) });
  await project('negative-sigma.ilp', { isTrained: false, change: withFilter('GaussianSmoothing', -1) });
  await project('volume.ilp', { image: at('volume.npy') });
  await project('grey-of-rgb.ilp', { image: at('grey-rgb.png'), change: asGray, features: ['GaussianSmoothing:1'] });
  await project('moved.ilp', { image: at('was-here.npy') });
  await rename(at('was-here.npy'), at('other-name.npy'));
  await writeDamagedFiles(at);
}

async function writeSampleImages(at: (name: string) => string): Promise<void> {
  const image = sampleImage(shape);
  await writeImage(at('gray.png'), image);
  await writeImage(at('labels.npy'), sampleLabels(shape));
  await writeImage(at('was-here.npy'), image);
  await writeImage(at('other.npy'), sampleImage(shape, 2));
  await writeImage(at('small.npy'), sampleImage([1, 1, 1, 30, 30]));
  await writeImage(at('volume.npy'), sampleImage([1, 1, 12, 20, 24]));
  await writeImage(at('colour.png'), sampleImage([1, 3, 1, 40, 48]));
  const grey = image.data as Uint8Array;
  const three = new Uint8Array(3 * grey.length);
  for (let channel = 0; channel < 3; channel++) three.set(grey, channel * grey.length);
  await writeImage(at('grey-rgb.png'), createTensor(three, [1, 3, 1, 40, 48]));
}

/** Files that are no projects, or are cut off, locked, or on a full disk. */
async function writeDamagedFiles(at: (name: string) => string): Promise<void> {
  const bytes = await readFile(at('trained.ilp'));
  await writeFile(at('text.ilp'), 'classes: nucleus, background\n');
  await writeFile(at('empty.ilp'), '');
  await writeFile(at('half.ilp'), bytes.subarray(0, bytes.length / 2));
  await writeFile(at('most.ilp'), bytes.subarray(0, bytes.length - 100));
  await writeFile(at('locked.ilp'), bytes);
  await mkdir(at('folder.ilp'));
  await mkdir(at('folder'));
  await writeImage(at('image.ilp'), sampleImage(shape), { formatId: 'hdf5' });
  await writeFile(at('future.ilp'), withText(bytes, '1.4.1', '2.0.0'));
  await writeFile(at('tracking.ilp'), withText(bytes, 'Pixel Classification', 'Manual Tracking only'));
}

/** The bytes with a text replaced by another of the same length. */
function withText(bytes: Buffer, from: string, to: string): Buffer {
  const at = bytes.indexOf(from);
  if (at < 0 || from.length !== to.length) throw new Error(`"${from}" cannot be replaced by "${to}".`);
  const changed = Buffer.from(bytes);
  changed.write(to, at, 'latin1');
  return changed;
}

function onlyClass(label: number): Tensor {
  const { data, shape: size } = sampleLabels(shape);
  return createTensor(
    (data as Uint8Array).map((value) => (value === label ? value : 0)),
    size,
  );
}

function withFilter(id: string, sigma: number): (project: Project) => Project {
  return (project) => ({ ...project, features: selectFeature(project.features, id, sigma) });
}

function asGray(project: Project): Project {
  const lanes = project.lanes.map((lane) => ({ ...lane, rawData: { ...lane.rawData, channels: 'gray' as const } }));
  return { ...project, lanes };
}
