import { rename } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SampleFolder } from '../testing/sample-folder.ts';
import { readImage, readProject, sampleImage, writeImage, writeProject } from '../testing/sample-project.ts';

interface LaneFacts {
  readonly lanes: readonly {
    nickname: string;
    path: string;
    storage: string;
    shape: readonly number[];
    channels: unknown;
    mask?: string;
    labelled: readonly number[];
  }[];
}

let folder: SampleFolder;
beforeAll(async () => {
  folder = await SampleFolder.make();
  await writeImage(folder.at('gray.png'), sampleImage([1, 1, 1, 20, 24]));
  await writeImage(folder.at('same-size.npy'), sampleImage([1, 1, 1, 20, 24], 2));
  await writeImage(folder.at('larger.tif'), sampleImage([1, 1, 1, 30, 40], 3));
  await writeImage(folder.at('mask.npy'), sampleImage([1, 1, 1, 20, 24], 4));
  await writeImage(folder.at('in.h5'), sampleImage([1, 1, 1, 20, 24], 5), { innerPath: 'volume/data' });
  await writeProject(folder.at('p.ilp'), { image: folder.at('gray.png') });
});
afterAll(() => folder.remove());

async function edit(project: string, action: string) {
  return (await folder.json<LaneFacts>(`lanes ${project} ${action}`)).lanes;
}
const isTrained = async (project: string) => (await readProject(folder.at(project))).classifier.model !== undefined;

describe('brushwood create', () => {
  it('makes a project of several images with named classes, and nothing selected', async () => {
    await folder.run('create made.ilp --image gray.png --image larger.tif --class sky --class leaf');
    const project = await readProject(folder.at('made.ilp'));
    expect(project.lanes.map(({ rawData }) => [rawData.nickname, rawData.shape])).toEqual([
      ['gray', [1, 1, 1, 20, 24]],
      ['larger', [1, 1, 1, 30, 40]],
    ]);
    expect(project.classes.map((item) => item.name)).toEqual(['sky', 'leaf']);
    expect(project.features.selected.flat()).not.toContain(true);
  });

  it('starts with two classes as ilastik does, and replaces a project only by --force', async () => {
    await folder.run('create two.ilp --image gray.png');
    expect((await folder.try('create two.ilp --image larger.tif')).exitCode).toBe(1);
    await folder.run('create two.ilp --image larger.tif --force');
    const { lanes, classes } = await readProject(folder.at('two.ilp'));
    expect([lanes[0]!.rawData.nickname, classes.map((item) => item.name)]).toEqual(['larger', ['Label 1', 'Label 2']]);
  });

  it('keeps images inside the project with --copy', async () => {
    await writeImage(folder.at('leaves.npy'), sampleImage([1, 1, 1, 20, 24], 6));
    await folder.run('create inside.ilp --image leaves.npy --copy');
    await rename(folder.at('leaves.npy'), folder.at('gone.npy'));
    const { location } = (await readProject(folder.at('inside.ilp'))).lanes[0]!.rawData;
    expect((await readImage(location.path, location.innerPath)).data).toEqual(sampleImage([1, 1, 1, 20, 24], 6).data);
  });

  it('takes some channels, and one of a grey picture stored as RGB after telling of it', async () => {
    const grey = (await readImage(folder.at('gray.png'))).data as Uint8Array;
    const planes = Uint8Array.from([...grey, ...grey, ...grey]);
    await writeImage(folder.at('rgb.png'), { data: planes, shape: [1, 3, 1, 20, 24] });
    const { stderr } = await folder.try('create all.ilp --image rgb.png');
    expect(stderr).toContain('rgb.png is a grey picture stored as RGB. With --channels gray');
    await folder.run('create gray.ilp --image rgb.png --channels gray');
    await folder.run('create some.ilp --image rgb.png --channels 0,2');
    const channels = async (name: string) => (await readProject(folder.at(name))).lanes[0]!.rawData.channels;
    expect([await channels('all.ilp'), await channels('gray.ilp'), await channels('some.ilp')]).toEqual([
      'all',
      'gray',
      [0, 2],
    ]);
  });

  it('reads axes as told', async () => {
    await writeImage(folder.at('odd.npy'), sampleImage([1, 1, 5, 6, 7]));
    await folder.run('create time.ilp --image odd.npy --input-axes tyx');
    expect((await readProject(folder.at('time.ilp'))).lanes[0]!.rawData.shape).toEqual([5, 1, 1, 6, 7]);
  });
});

describe('brushwood lanes', () => {
  it('lists the images', async () => {
    const [head, row] = (await folder.run('lanes p.ilp')).split('\n').map((line) => line.trim().split(/ {2,}/));
    expect(head).toEqual(['lane', 'nickname', 'shape tczyx', 'dtype', 'storage', 'labelled', 'path']);
    expect(row).toEqual(['0', 'gray', '1×1×1×20×24', 'uint8', expect.any(String), '40', folder.at('gray.png')]);
  });

  it('adds images, datasets of a file too, and keeps the classifier', async () => {
    const project = await folder.copyOf('p.ilp');
    const lanes = await edit(project, 'add larger.tif in.h5/volume/data');
    expect(lanes.map((lane) => lane.nickname)).toEqual(['gray', 'larger', 'in-volume-data']);
    expect(await isTrained(project)).toBe(true);
  });

  it('removes an image with its labels, and the classifier that learnt from them', async () => {
    const project = await folder.copyOf('p.ilp');
    await edit(project, 'add larger.tif');
    expect((await edit(project, 'remove gray')).map((lane) => lane.nickname)).toEqual(['larger']);
    expect(await isTrained(project)).toBe(false);
  });

  it('replaces an image below its labels', async () => {
    const project = await folder.copyOf('p.ilp');
    const [lane] = await edit(project, 'replace 0 same-size.npy');
    expect(lane).toMatchObject({ nickname: 'same-size', labelled: [20, 20] });
    expect(await isTrained(project)).toBe(false);
  });

  it('says where a moved image lies now; labels and classifier stay', async () => {
    await writeImage(folder.at('here.npy'), sampleImage([1, 1, 1, 20, 24], 8));
    await writeProject(folder.at('moving.ilp'), { image: folder.at('here.npy') });
    await rename(folder.at('here.npy'), folder.at('there.npy'));
    const [lane] = await edit('moving.ilp', 'relink 0 there.npy');
    expect(lane).toMatchObject({ path: folder.at('there.npy'), labelled: [20, 20] });
    expect(await isTrained('moving.ilp')).toBe(true);
  });

  it('copies an image into the project', async () => {
    const project = await folder.copyOf('p.ilp');
    expect((await edit(project, 'copy 0'))[0]!.storage).toBe('embedded');
    const { location } = (await readProject(folder.at(project))).lanes[0]!.rawData;
    expect(location.path).toBe(folder.at(project));
    expect((await readImage(location.path, location.innerPath)).data).toEqual(sampleImage([1, 1, 1, 20, 24]).data);
  });

  it('sets and removes the mask of an image', async () => {
    const project = await folder.copyOf('p.ilp');
    expect((await edit(project, 'mask 0 mask.npy'))[0]!.mask).toBe(folder.at('mask.npy'));
    expect((await edit(project, 'unmask 0'))[0]!.mask).toBeUndefined();
  });
});
