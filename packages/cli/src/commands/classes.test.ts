import { createTensor } from '@brushwood/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SampleFolder } from '../testing/sample-folder.ts';
import { readProject, sampleImage, writeImage, writeProject } from '../testing/sample-project.ts';

/** Labels of a picture of 4 × 6. */
const painted = [0, 1, 1, 2, 2, 2, 3, 3, 3, 3, 0, 0, 0, 0, 0, 0, 1, 0, 0, 2, 0, 0, 3, 0];

interface ClassFacts {
  readonly classes: readonly { label: number; name: string; color: readonly number[]; labelled: number }[];
}

let folder: SampleFolder;
beforeAll(async () => {
  folder = await SampleFolder.make();
  await writeImage(folder.at('gray.png'), sampleImage([1, 1, 1, 4, 6]));
  const labels = createTensor(Uint8Array.from(painted), [1, 1, 1, 4, 6]);
  await writeProject(folder.at('p.ilp'), {
    image: folder.at('gray.png'),
    classes: ['sky', 'leaf', 'wood'],
    labels,
    isTrained: false,
  });
});
afterAll(() => folder.remove());

/** Edits a fresh project; returns its classes and the labels as `label --export` writes them. */
async function edit(action: string) {
  const project = await folder.copyOf('p.ilp');
  const { classes } = await folder.json<ClassFacts>(`classes ${project} ${action}`);
  await folder.run(`label ${project} --export ${project}.npy`);
  return { project, classes, labels: await folder.values(`${project}.npy`) };
}

const relabel = (map: Readonly<Record<number, number>>) => painted.map((value) => map[value] ?? value);

describe('brushwood classes', () => {
  it('lists names, colours and labelled voxels without changing the project', async () => {
    const text = await folder.run('classes p.ilp');
    expect(text.split('\n').map((line) => line.trim().split(/ {2,}/))).toEqual([
      ['label', 'name', 'colour', 'labelled'],
      ['1', 'sky', '255,225,25', '3'],
      ['2', 'leaf', '0,130,200', '4'],
      ['3', 'wood', '230,25,75', '5'],
      [''],
    ]);
  });

  it('adds a class with the next colour of the palette, or with its own', async () => {
    const { classes, project, labels } = await edit('add root');
    expect(classes[3]).toEqual({ label: 4, name: 'root', color: [70, 240, 240], labelled: 0 });
    expect(labels).toEqual(painted);
    const { classes: more } = await folder.json<ClassFacts>(`classes ${project} add bark #0a64ff`);
    expect(more[4]!.color).toEqual([10, 100, 255]);
  });

  it('renames a class by its name or its number', async () => {
    expect((await edit('rename leaf needle')).classes.map((item) => item.name)).toEqual(['sky', 'needle', 'wood']);
    expect((await edit('rename 3 bark')).classes.map((item) => item.name)).toEqual(['sky', 'leaf', 'bark']);
  });

  it('recolours a class and leaves its labels', async () => {
    const { classes, labels } = await edit('recolor sky 1,2,3');
    expect(classes[0]!.color).toEqual([1, 2, 3]);
    expect(labels).toEqual(painted);
  });

  it('deletes a class: its labels become 0, higher ones decrease by one', async () => {
    const { classes, labels } = await edit('delete leaf');
    expect(classes.map(({ name, labelled }) => [name, labelled])).toEqual([
      ['sky', 3],
      ['wood', 5],
    ]);
    expect(labels).toEqual(relabel({ 2: 0, 3: 2 }));
  });

  it('merges a class into a higher one, which moves down', async () => {
    const { classes, labels } = await edit('merge sky wood');
    expect(classes.map((item) => item.name)).toEqual(['leaf', 'wood']);
    expect(labels).toEqual(relabel({ 1: 2, 2: 1, 3: 2 }));
  });

  it('merges a class into a lower one', async () => {
    const { classes, labels } = await edit('merge wood sky');
    expect(classes.map((item) => item.name)).toEqual(['sky', 'leaf']);
    expect(labels).toEqual(relabel({ 3: 1 }));
  });

  it('clears a class and keeps its number', async () => {
    const { classes, labels } = await edit('clear 2');
    expect(classes.map(({ name, labelled }) => [name, labelled])).toEqual([
      ['sky', 3],
      ['leaf', 0],
      ['wood', 5],
    ]);
    expect(labels).toEqual(relabel({ 2: 0 }));
  });

  it('keeps the last generation of the project', async () => {
    const { project } = await edit('delete sky');
    expect((await readProject(folder.at(project))).classes).toHaveLength(2);
    expect((await readProject(folder.at(`${project}.bak`))).classes).toHaveLength(3);
  });
});
