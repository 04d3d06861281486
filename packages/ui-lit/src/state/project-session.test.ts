import {
  addLane,
  createContainer,
  deleteClass,
  emptyLabels,
  newProject,
  readLabels,
  renameClass,
  setResultSteps,
  writeLabels,
  type ImageReference,
  type Labels,
  type Project,
} from '@brushwood/core';
import { describe, expect, it } from 'vitest';
import { ProjectSession, undoLimit } from './project-session.ts';

const { catalog } = createContainer([]);
const image: ImageReference = {
  nickname: 'a',
  location: { path: '/a.png' },
  storage: 'absolute',
  axes: 'yx',
  shape: [1, 1, 1, 4, 4],
  dtype: 'uint8',
  channels: 'all',
};
const project = (): Project => addLane(newProject(catalog), image);

const dot = (labels: Labels, x: number, value = 1) =>
  writeLabels(labels, { start: [0, 0, 0, 0, x], stop: [1, 1, 1, 1, x + 1] }, Uint8Array.of(value));
const row = (session: ProjectSession) => [
  ...readLabels(session.project.lanes[0]!.labels, { start: [0, 0, 0, 0, 0], stop: [1, 1, 1, 1, 4] }),
];
/** A stroke of several pointer events. */
const paint = (session: ProjectSession, ...xs: number[]) => {
  for (const x of xs) session.paint(0, dot(session.project.lanes[0]!.labels, x));
  session.endStroke();
};

describe('a session', () => {
  it('takes back whole strokes, and does them again', () => {
    const session = new ProjectSession(project());
    paint(session, 0, 1);
    paint(session, 3);
    expect(row(session)).toEqual([1, 1, 0, 1]);
    session.undo();
    expect(row(session)).toEqual([1, 1, 0, 0]);
    session.undo();
    expect([row(session), session.canUndo]).toEqual([[0, 0, 0, 0], false]);
    session.redo();
    session.redo();
    expect([row(session), session.canRedo]).toEqual([[1, 1, 0, 1], false]);
  });

  it('takes back a stroke that has painted nothing yet, not the one before', () => {
    const session = new ProjectSession(project());
    paint(session, 0);
    session.beginStroke();
    session.undo();
    expect([row(session), session.isPainting]).toEqual([[1, 0, 0, 0], false]);
    session.undo();
    expect(row(session)).toEqual([0, 0, 0, 0]);
  });

  it('completes a stroke when another begins', () => {
    const session = new ProjectSession(project());
    session.beginStroke();
    session.paint(0, dot(session.project.lanes[0]!.labels, 0));
    const second = session.beginStroke();
    session.paint(0, dot(session.project.lanes[0]!.labels, 1));
    expect(session.stroke).toBe(second);
    session.undo();
    expect(row(session)).toEqual([1, 0, 0, 0]);
  });

  it.each(['endStroke', 'cancelStroke', 'undo'] as const)('makes edits that wait for a stroke at %s', (end) => {
    const session = new ProjectSession(project());
    session.beginStroke();
    session.paint(0, dot(session.project.lanes[0]!.labels, 0));
    session.editAfterStroke((now) => setResultSteps(now, { smallestObject: 4 }));
    session.paint(0, dot(session.project.lanes[0]!.labels, 1));
    expect([session.isPainting, session.canUndo, session.project.resultSteps]).toEqual([true, false, undefined]);
    session[end]();
    expect(session.project.resultSteps).toEqual({ smallestObject: 4 });
    expect(row(session)).toEqual(end === 'endStroke' ? [1, 1, 0, 0] : [0, 0, 0, 0]);
    expect(session.canUndo).toBe(end === 'endStroke'); // one step
    if (end === 'endStroke') session.undo();
    expect(row(session)).toEqual([0, 0, 0, 0]);
  });

  it('gives steps for results back with the classes they are about, and keeps newer ones otherwise', () => {
    const named = { ...project(), classes: newProject(catalog, ['a', 'b', 'c']).classes };
    const session = new ProjectSession(setResultSteps(named, { postprocessing: { combine: [[0, 2], [1]] } }));
    paint(session, 0);
    session.edit(setResultSteps(session.project, { postprocessing: { combine: [[0], [1, 2]] } }));
    expect(session.isDirty).toBe(true);
    session.editLabels(deleteClass(session.project, 0));
    expect(session.project.resultSteps?.postprocessing?.combine).toEqual([[0, 1]]);
    session.undo();
    expect(session.project.resultSteps?.postprocessing?.combine).toEqual([[0], [1, 2]]);
    session.undo();
    expect(session.project.resultSteps?.postprocessing?.combine).toEqual([[0], [1, 2]]);
  });

  it('forgets what could be done again when something new is painted', () => {
    const session = new ProjectSession(project());
    paint(session, 0);
    session.undo();
    paint(session, 2);
    expect([session.canRedo, row(session)]).toEqual([false, [0, 0, 1, 0]]);
  });

  it('makes no step of a stroke that changed nothing, or was cancelled', () => {
    const session = new ProjectSession(project());
    session.endStroke();
    session.paint(0, dot(session.project.lanes[0]!.labels, 1));
    session.cancelStroke();
    expect([session.canUndo, row(session), session.isDirty]).toEqual([false, [0, 0, 0, 0], false]);
  });

  it(`keeps ${undoLimit} steps`, () => {
    const session = new ProjectSession(project());
    for (let i = 0; i < undoLimit + 5; i++) session.editLabels(renameClass(session.project, 0, `name ${i}`));
    let steps = 0;
    for (; session.canUndo; steps++) session.undo();
    expect([steps, session.project.classes[0]!.name]).toEqual([undoLimit, 'name 4']);
  });

  it('knows what was not saved: strokes and edits, not a model', () => {
    const session = new ProjectSession(project());
    const { classifier } = session.project;
    session.setModel(session.project, { ...classifier, report: undefined });
    expect(session.isDirty).toBe(false);
    paint(session, 1);
    expect(session.isDirty).toBe(true);
    session.markSaved(session.project, session.project);
    expect(session.isDirty).toBe(false);
  });

  it('keeps strokes that were painted while a save was under way, and where saved images lie', () => {
    const session = new ProjectSession(project());
    const written = session.project;
    paint(session, 2);
    const moved = { ...image, location: { path: '/p.ilp', innerPath: 'x' }, storage: 'embedded' as const };
    session.markSaved(written, { ...written, lanes: [{ ...written.lanes[0]!, rawData: moved }] });
    expect([row(session), session.isDirty]).toEqual([[0, 0, 1, 0], true]);
    expect(session.project.lanes[0]!.rawData.location).toEqual(moved.location);
  });

  it('keeps what a save did not change as it is, whatever object the save gives back', () => {
    const session = new ProjectSession(project());
    paint(session, 2);
    const before = session.project;
    session.markSaved(before, structuredClone({ ...before, origin: '/p.ilp' }));
    const { lanes, classes, origin } = session.project;
    expect([lanes[0], classes, origin]).toEqual([before.lanes[0], before.classes, '/p.ilp']);
    expect([lanes[0] === before.lanes[0], classes === before.classes, session.isDirty]).toEqual([true, true, false]);
  });

  it('has saved all when only a model came while the save was under way', () => {
    const session = new ProjectSession(project());
    paint(session, 2);
    const written = session.project;
    session.setModel(written, { ...written.classifier, report: undefined });
    session.markSaved(written, structuredClone(written));
    expect(session.isDirty).toBe(false);
  });

  it('completes the stroke that is being painted before a step is taken back', () => {
    const session = new ProjectSession(project());
    paint(session, 0);
    session.paint(0, dot(session.project.lanes[0]!.labels, 1));
    session.undo();
    expect(row(session)).toEqual([1, 0, 0, 0]);
    session.redo();
    expect(row(session)).toEqual([1, 1, 0, 0]);
  });

  it('drops the history when an image has other labels: those of its steps would not fit', () => {
    const session = new ProjectSession(project());
    paint(session, 1);
    session.undo();
    const wide: ImageReference = { ...image, shape: [1, 1, 1, 4, 9] };
    session.edit({ ...session.project, lanes: [{ rawData: wide, labels: emptyLabels(wide.shape) }] });
    session.redo();
    expect(session.project.lanes[0]!.labels.shape).toEqual(wide.shape);
  });

  it('takes a model only for the labels it was trained on', () => {
    const session = new ProjectSession(project());
    const before = session.project;
    paint(session, 1);
    session.setModel(before, { ...before.classifier, seed: 99 });
    expect(session.project.classifier.seed).not.toBe(99);
  });

  it('drops the history when an image is removed: its steps would not fit', () => {
    const session = new ProjectSession(project());
    paint(session, 1);
    session.edit({ ...session.project, lanes: [] });
    expect(session.canUndo).toBe(false);
  });

  it('tells strokes while they are painted, and steps when they are complete', () => {
    const session = new ProjectSession({ ...project(), lanes: [{ rawData: image, labels: emptyLabels(image.shape) }] });
    const seen: string[] = [];
    session.addEventListener('change', (event) => seen.push((event as CustomEvent<string>).detail));
    paint(session, 0, 1);
    session.undo();
    expect(seen).toEqual(['labels', 'labels', 'project', 'project']);
  });
});
