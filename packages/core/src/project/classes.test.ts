import { describe, expect, it } from 'vitest';
import { wholeRoi } from '../grid/roi.ts';
import { asTrained, emptyProject, imageReference, withLabelledLane } from '../test-doubles/projects.ts';
import {
  addClass,
  classPalette,
  clearClass,
  deleteClass,
  findClass,
  mergeClasses,
  newClass,
  recolorClass,
  renameClass,
} from './classes.ts';
import { readLabels } from './labels.ts';
import type { Project } from './project.ts';

/** Four classes; one lane with each label once, one without labels. */
function fourClasses(): Project {
  const project = emptyProject(['sky', 'tree', 'rock', 'water']);
  const painted = withLabelledLane(project, imageReference('a', [1, 1, 1, 1, 5]), Uint8Array.of(0, 1, 2, 3, 4));
  return asTrained(withLabelledLane(painted, imageReference('b', [1, 1, 1, 1, 5]), new Uint8Array(5)));
}
const labelsOf = ({ lanes: [lane] }: Project) => [...readLabels(lane!.labels, wholeRoi(lane!.labels.shape))];
const namesOf = (project: Project) => project.classes.map(({ name }) => name);

describe('editing classes (spec §G)', () => {
  it('deleting one turns its labels to 0 and moves the higher ones down', () => {
    const project = deleteClass(fourClasses(), 1);
    expect(namesOf(project)).toEqual(['sky', 'rock', 'water']);
    expect(labelsOf(project)).toEqual([0, 1, 0, 2, 3]);
  });

  it('merging into a lower one keeps that one and moves the labels above the removed one down', () => {
    const project = mergeClasses(fourClasses(), 2, 0);
    expect(namesOf(project)).toEqual(['sky', 'tree', 'water']);
    expect(labelsOf(project)).toEqual([0, 1, 2, 1, 3]);
  });

  it('merging into a higher one: that one itself moves down with its new voxels', () => {
    const project = mergeClasses(fourClasses(), 1, 3);
    expect(namesOf(project)).toEqual(['sky', 'rock', 'water']);
    expect(labelsOf(project)).toEqual([0, 1, 3, 2, 3]);
  });

  it('refuses to merge a class into itself', () => {
    expect(() => mergeClasses(fourClasses(), 1, 1)).toThrow(expect.objectContaining({ code: 'invalid-parameter' }));
  });

  it('clearing one turns its labels to 0 and leaves all numbers', () => {
    const project = clearClass(fourClasses(), 1);
    expect(namesOf(project)).toEqual(['sky', 'tree', 'rock', 'water']);
    expect(labelsOf(project)).toEqual([0, 1, 0, 3, 4]);
  });

  it('drops the model when labels or the number of classes change, and only then', () => {
    const model = (project: Project) => project.classifier.model;
    const project = fourClasses();
    expect(model(project)).toBeDefined();
    for (const changed of [
      deleteClass(project, 0),
      mergeClasses(project, 0, 1),
      clearClass(project, 0),
      addClass(project, 'snow'),
    ]) {
      expect(model(changed)).toBeUndefined();
    }
    expect(model(renameClass(project, 0, 'air'))).toBe(model(project));
    expect(model(recolorClass(project, 0, [1, 2, 3]))).toBe(model(project));
  });

  it('leaves the project it was given as it was', () => {
    const project = fourClasses();
    const before = structuredClone(project);
    deleteClass(project, 0);
    mergeClasses(project, 0, 1);
    clearClass(project, 2);
    recolorClass(project, 0, [1, 2, 3]);
    expect(project).toEqual(before);
  });
});

describe('names and colours of classes', () => {
  it("are given in the order of ilastik's palette", () => {
    const project = fourClasses();
    expect(project.classes.map(({ color }) => color)).toEqual([
      [255, 225, 25],
      [0, 130, 200],
      [230, 25, 75],
      [70, 240, 240],
    ]);
    expect(project.classes[0]!.probabilityColor).toEqual([255, 225, 25]);
    expect(classPalette).toHaveLength(15);
  });

  it('take the first free palette colour, and distinct valid colours beyond the palette', () => {
    expect(newClass('new', fourClasses().classes.slice(1)).color).toEqual([255, 225, 25]);
    const project = emptyProject(Array.from({ length: 99 }, (_, i) => `class ${i}`));
    const colors = project.classes.map(({ color }) => color);
    for (const value of colors.flat()) {
      expect(Number.isInteger(value) && value >= 0 && value <= 255, String(value)).toBe(true);
    }
    expect(new Set(colors.slice(0, 40).map(String)).size).toBe(40);
  });

  it('can be chosen', () => {
    const project = recolorClass(addClass(fourClasses(), 'snow', [9, 9, 9]), 0, [1, 2, 3]);
    expect(project.classes[4]).toEqual({ name: 'snow', color: [9, 9, 9], probabilityColor: [9, 9, 9] });
    expect(project.classes[0]).toEqual({ name: 'sky', color: [1, 2, 3], probabilityColor: [1, 2, 3] });
  });

  it('must be new and not empty', () => {
    expect(() => addClass(fourClasses(), 'sky')).toThrow(expect.objectContaining({ code: 'already-exists' }));
    expect(() => renameClass(fourClasses(), 1, 'sky')).toThrow(expect.objectContaining({ code: 'already-exists' }));
    expect(() => addClass(fourClasses(), '  ')).toThrow(expect.objectContaining({ code: 'invalid-parameter' }));
    expect(namesOf(renameClass(fourClasses(), 0, 'sky'))[0]).toBe('sky');
    expect(namesOf(renameClass(fourClasses(), 0, 'air'))[0]).toBe('air');
  });

  it('end at 99 classes', () => {
    const project = emptyProject(Array.from({ length: 99 }, (_, i) => `class ${i}`));
    expect(() => addClass(project, 'hundredth')).toThrow(/at most 99/);
  });

  it('are found by name first, then by label; a miss names those there are', () => {
    const project = emptyProject(['2', 'tree', 'rock']);
    expect(findClass(project, 'tree')).toBe(1);
    expect(findClass(project, '2')).toBe(0);
    expect(findClass(project, '3')).toBe(2);
    for (const miss of ['4', '0', 'moss', '']) {
      expect(() => findClass(project, miss)).toThrow(
        expect.objectContaining({ code: 'class-missing', message: expect.stringContaining('2 "tree"') }),
      );
    }
  });

  it('are never renumbered for a class that does not exist', () => {
    const edits = [
      (index: number) => deleteClass(fourClasses(), index),
      (index: number) => clearClass(fourClasses(), index),
      (index: number) => mergeClasses(fourClasses(), index, 0),
      (index: number) => mergeClasses(fourClasses(), 0, index),
      (index: number) => renameClass(fourClasses(), index, 'new'),
      (index: number) => recolorClass(fourClasses(), index, [1, 2, 3]),
    ];
    for (const edit of edits) {
      for (const index of [-1, 4, 0.5, Number.NaN]) {
        expect(() => edit(index)).toThrow(expect.objectContaining({ code: 'class-missing' }));
      }
    }
  });
});
