import { readLabels, wholeRoi, writeLabels, type Project } from '@brushwood/core';
import { ProjectSession } from '../state/project-session.ts';
import { StrokeJournal } from '../storage/stroke-journal.ts';
import { makeProject, type ImageFile } from './projects.page.ts';

export { makeProject, ProjectSession, StrokeJournal };

/** A session on one small image in a file. */
export async function newSession(image: ImageFile): Promise<ProjectSession> {
  return new ProjectSession(await makeProject([image]));
}

/** Paints a short line along x with the label, as one step. */
export function stroke(session: ProjectSession, y: number, label: number): void {
  const { labels } = session.project.lanes[0]!;
  const roi = { start: [0, 0, 0, y, 0], stop: [1, 1, 1, y + 1, 8] } as const;
  session.paint(0, writeLabels(labels, roi, new Uint8Array(8).fill(label)));
  session.endStroke();
}

/** The state of a session for its journal. */
export function stateOf(session: ProjectSession): Parameters<StrokeJournal['note']>[0] {
  const { undo, redo } = session.history;
  return { project: session.project, undo: [...undo], redo: [...redo] };
}

/** Label at the start of each of the first rows. */
export function rows({ lanes }: Project, count: number): number[] {
  const { labels } = lanes[0]!;
  const values = readLabels(labels, wholeRoi(labels.shape));
  return Array.from({ length: count }, (_, y) => values[y * labels.shape[4]]!);
}
