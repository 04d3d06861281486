import { createTensor, type NumberArray } from '@brushwood/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SampleFolder } from '../testing/sample-folder.ts';
import { readImage, readProject, sampleImage, writeImage, writeProject } from '../testing/sample-project.ts';

const shape = [1, 1, 1, 3, 4] as const;
const first = [1, 1, 0, 0, 2, 2, 0, 0, 0, 0, 0, 0];
const second = [0, 2, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2];

let folder: SampleFolder;
beforeAll(async () => {
  folder = await SampleFolder.make();
  await writeImage(folder.at('gray.png'), sampleImage([1, 1, 1, 3, 4]));
  await writeImage(folder.at('volume.npy'), sampleImage([1, 1, 2, 3, 5]));
  await put('first.npy', Uint8Array.from(first));
  await put('second.npy', Uint16Array.from(second));
  await put(
    'mask.npy',
    Uint8Array.from(first, (value) => [7, 0, 255][value]!),
  );
  await put(
    'fifth.npy',
    Uint8Array.from(first, (value) => (value === 2 ? 5 : value)),
  );
  await writeProject(folder.at('p.ilp'), { image: folder.at('gray.png'), labels: null, features: [] });
  await writeProject(folder.at('volume.ilp'), { image: folder.at('volume.npy'), labels: null, features: [] });
});
afterAll(() => folder.remove());

function put(name: string, data: NumberArray) {
  return writeImage(folder.at(name), createTensor(data, shape));
}

async function labelsOf(project: string): Promise<number[]> {
  await folder.run(`label ${project} --export ${project}.npy --force`);
  return folder.values(`${project}.npy`);
}

describe('brushwood label', () => {
  it('imports values as labels and tells how many there are', async () => {
    const project = await folder.copyOf('p.ilp');
    expect(await folder.json(`label ${project} --labels first.npy`)).toEqual({
      lane: 0,
      labelled: { background: 2, object: 2 },
    });
    expect(await labelsOf(project)).toEqual(first);
  });

  it('replaces the labels of the image, or merges into them', async () => {
    const project = await folder.copyOf('p.ilp');
    await folder.run(`label ${project} --labels first.npy`);
    await folder.run(`label ${project} --labels second.npy --merge`);
    expect(await labelsOf(project)).toEqual(first.map((value, i) => second[i] || value));
    await folder.run(`label ${project} --labels second.npy`);
    expect(await labelsOf(project)).toEqual(second);
  });

  it('maps other values to labels', async () => {
    const project = await folder.copyOf('p.ilp');
    await folder.run(`label ${project} --labels mask.npy --map 7=0,0=1,255=2`);
    expect(await labelsOf(project)).toEqual(first);
  });

  it('adds classes for higher values', async () => {
    const project = await folder.copyOf('p.ilp');
    await folder.run(`label ${project} --labels fifth.npy`);
    const { classes } = await readProject(folder.at(project));
    expect(classes.map((item) => item.name)).toEqual(['background', 'object', 'Label 3', 'Label 4', 'Label 5']);
  });

  it('reads the colours of classes, and adds classes for others', async () => {
    const colors = [
      [0, 0, 0],
      [255, 225, 25],
      [0, 130, 200],
      [9, 8, 7],
    ];
    const painted = [1, 1, 0, 3, 2, 2, 0, 0, 0, 3, 3, 0];
    const planes = [0, 1, 2].flatMap((channel) => painted.map((value) => colors[value]![channel]!));
    await writeImage(folder.at('colours.png'), createTensor(Uint8Array.from(planes), [1, 3, 1, 3, 4]));
    const project = await folder.copyOf('p.ilp');
    await folder.run(`label ${project} --labels colours.png`);
    expect(await labelsOf(project)).toEqual(painted);
    expect((await readProject(folder.at(project))).classes[2]).toMatchObject({ name: 'Label 3', color: [9, 8, 7] });
  });

  it.each(['out.png', 'out.tif', 'out.h5', 'out.npy'])('exports to %s what imports again', async (file) => {
    const project = await folder.copyOf('p.ilp');
    await folder.run(`label ${project} --labels first.npy`);
    await folder.run(`label ${project} --export made/${file}`);
    const again = await folder.copyOf('p.ilp');
    await folder.run(`label ${again} --labels made/${file}`);
    expect(await labelsOf(again)).toEqual(first);
  });

  it('labels one of several images, by number or nickname', async () => {
    const project = await folder.copyOf('p.ilp');
    await writeImage(folder.at('other.png'), sampleImage([1, 1, 1, 3, 4], 2));
    await folder.run(`lanes ${project} add other.png`);
    await folder.run(`label ${project} --labels first.npy --lane 1`);
    await folder.run(`label ${project} --labels second.npy --lane gray`);
    await folder.run(`label ${project} --export one.npy --lane other`);
    expect(await folder.values('one.npy')).toEqual(first);
    expect(await labelsOf(project)).toEqual(second);
  });

  it('labels a volume, slice by slice', async () => {
    const values = Uint8Array.from({ length: 30 }, (_, i) => i % 3);
    await writeImage(folder.at('slices.npy'), createTensor(values, [1, 1, 2, 3, 5]));
    await folder.run('label volume.ilp --labels slices.npy');
    await folder.run('label volume.ilp --export volume-labels.tif');
    const { data, shape: found } = await readImage(folder.at('volume-labels.tif'));
    expect([found, [...(data as Uint8Array)]]).toEqual([[1, 1, 2, 3, 5], [...values]]);
  });
});
