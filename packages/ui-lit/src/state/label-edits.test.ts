import {
  addLane,
  createContainer,
  emptyLabels,
  findLabelStrokes,
  newProject,
  readLabels,
  wholeRoi,
  withLane,
  writeLabels,
  type Labels,
  type Project,
  type Shape5,
} from '@brushwood/core';
import { describe, expect, it } from 'vitest';
import { StrokeHostDouble } from '../testing/stroke-host-double.ts';
import type { SlicePlane } from '../view/layer.ts';
import { copyLabels, copyTarget, deleteStroke, interpolateSlices, type EditedLabeling } from './label-edits.ts';
import { LabelStrokeList, pickStrokes, totalsOf, type ListedStroke } from './label-stroke-list.ts';
import { ProjectSession } from './project-session.ts';
import { Toolbox } from './toolbox.ts';

const { catalog } = createContainer([]);
const shape: Shape5 = [2, 1, 7, 5, 5];

/** A square of a label on some slices of the first frame. */
function squares(label: number, ...slices: readonly number[]): Labels {
  return slices.reduce(
    (labels, z) =>
      writeLabels(labels, { start: [0, 0, z, 1, 1], stop: [1, 1, z + 1, 4, 4] }, new Uint8Array(9).fill(label)),
    emptyLabels(shape),
  );
}

function projectOf(...labels: readonly Labels[]): Project {
  return labels.reduce((project, own, i) => {
    const added = addLane(project, {
      nickname: `image ${i}`,
      location: { path: `/${i}.png` },
      storage: 'absolute',
      axes: 'tzyx',
      shape,
      channels: 'all',
    });
    return withLane(added, i, { ...added.lanes[i]!, labels: own });
  }, newProject(catalog));
}

/** A labeling that works on a slice. */
function labelingOn(plane: SlicePlane, ...labels: readonly Labels[]) {
  const session = new ProjectSession(projectOf(...labels));
  const went: unknown[] = [];
  const labeling: EditedLabeling = {
    session,
    get project() {
      return session.project;
    },
    laneIndex: 0,
    image: { shape, levels: [] },
    slices: [{ plane, box: { left: 0, top: 0, right: 5, bottom: 5 } }],
    tools: new Toolbox({ host: () => new StrokeHostDouble(shape), onChange: () => {} }),
    goTo: async (place) => void went.push(place),
  };
  const values = (laneIndex = 0) => {
    const own = session.project.lanes[laneIndex]!.labels;
    return readLabels(own, wholeRoi(own.shape));
  };
  return { labeling, session, went, values };
}

const onSlice = (index: number, t = 0): SlicePlane => ({ axis: 'z', t, index });
const valuesOf = (labels: Labels) => readLabels(labels, wholeRoi(shape));

describe('interpolateSlices', () => {
  it('fills the slices in between in one step of undo', () => {
    const before = squares(1, 1, 5);
    const { labeling, session, values } = labelingOn(onSlice(3), before);
    interpolateSlices(labeling);
    expect(values()).toEqual(valuesOf(squares(1, 1, 2, 3, 4, 5)));
    session.undo();
    expect(session.project.lanes[0]!.labels).toBe(before);
    expect(session.canUndo).toBe(false);
  });

  it('says what to paint where there is nothing to fill', () => {
    const { labeling, session } = labelingOn(onSlice(3), squares(1, 1));
    expect(() => interpolateSlices(labeling)).toThrow(/paint "Label 1" on a slice before this one and on one after it/);
    const full = labelingOn(onSlice(3), squares(1, 1, 2, 3, 4));
    expect(() => interpolateSlices(full.labeling)).toThrow(/Nothing to fill/);
    expect(session.canUndo).toBe(false);
  });
});

describe('copyLabels', () => {
  it('copies to the next slice or frame and goes there, in one step of undo', () => {
    const before = squares(2, 3);
    const { labeling, session, went, values } = labelingOn(onSlice(3), before);
    copyLabels(labeling, { along: 'slice', step: -1 });
    expect(values()).toEqual(valuesOf(squares(2, 2, 3)));
    copyLabels(labeling, { along: 'frame', step: 1 });
    expect(went).toEqual([onSlice(2), onSlice(3, 1)]);
    session.undo();
    session.undo();
    expect(session.project.lanes[0]!.labels).toBe(before);
  });

  it('goes on where there is nothing to copy, and stops at the ends of the image', () => {
    const { labeling, session, went } = labelingOn(onSlice(6), squares(1, 2));
    copyLabels(labeling, { along: 'slice', step: 1 });
    expect(went).toEqual([]);
    copyLabels(labeling, { along: 'slice', step: -1 });
    expect(went).toEqual([onSlice(5)]);
    expect(session.canUndo).toBe(false);
    expect(copyTarget(labeling, { along: 'frame', step: -1 })).toBeUndefined();
    expect(copyTarget(labeling, { along: 'frame', step: 1 })).toEqual(onSlice(6, 1));
  });

  it('replaces labels only when told to, and never protected ones', () => {
    const both = writeLabels(
      squares(1, 3),
      { start: [0, 0, 4, 1, 1], stop: [1, 1, 5, 4, 4] },
      Uint8Array.of(2, 0, 3, 2, 0, 3, 2, 0, 3),
    );
    const copied = (overwrites: boolean) => {
      const { labeling, values } = labelingOn(onSlice(3), both);
      labeling.tools.toggleLock(3);
      copyLabels(labeling, { along: 'slice', step: 1 }, { overwrites });
      return [...values().subarray(4 * 25, 5 * 25)].filter((value) => value !== 0).join('');
    };
    expect(copied(false)).toBe('213213213');
    expect(copied(true)).toBe('113113113');
  });
});

describe('LabelStrokeList', () => {
  const listed = async (labels: readonly Labels[]) => {
    const list = new LabelStrokeList({ project: projectOf(...labels) }, () => {});
    await list.update();
    return list.strokes;
  };

  it('lists the strokes of all images, by size or place, of one class or image', async () => {
    const small = writeLabels(squares(1, 0), { start: [1, 0, 6, 0, 0], stop: [2, 1, 7, 1, 1] }, Uint8Array.of(2));
    const strokes = await listed([small, squares(1, 2, 3)]);
    const sizes = (picked: readonly ListedStroke[]) =>
      picked.map(({ laneIndex, voxelCount }) => `${laneIndex}: ${voxelCount}`);
    expect(sizes(pickStrokes(strokes, { order: 'largest' }))).toEqual(['1: 18', '0: 9', '0: 1']);
    expect(sizes(pickStrokes(strokes, { order: 'smallest' }))).toEqual(['0: 1', '0: 9', '1: 18']);
    expect(sizes(pickStrokes(strokes, { order: 'place' }))).toEqual(['0: 9', '0: 1', '1: 18']);
    expect(sizes(pickStrokes(strokes, { order: 'place', label: 1 }))).toEqual(['0: 9', '1: 18']);
    expect(sizes(pickStrokes(strokes, { order: 'place', laneIndex: 0, label: 2 }))).toEqual(['0: 1']);
    expect(totalsOf(strokes, 3)).toEqual([
      { voxels: 27, strokes: 2 },
      { voxels: 1, strokes: 1 },
      { voxels: 0, strokes: 0 },
    ]);
  });
});

describe('deleteStroke', () => {
  it('takes one stroke of another image away, in one step of undo', () => {
    const other = squares(1, 0, 4);
    const { labeling, session, values } = labelingOn(onSlice(0), squares(1, 0), other);
    const stroke = findLabelStrokes(other).find(({ at }) => at[2] === 4)!;
    deleteStroke(labeling, 1, stroke);
    expect(values(1)).toEqual(valuesOf(squares(1, 0)));
    session.undo();
    expect(session.project.lanes[1]!.labels).toBe(other);
  });
});
