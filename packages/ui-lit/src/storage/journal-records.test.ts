import { addLane, createContainer, newProject, type ImageReference, type Project } from '@brushwood/core';
import { expect, it } from 'vitest';
import { JournalPacker, unpackJournal } from './journal-records.ts';

const { catalog } = createContainer([]);

function image(blob: Blob): ImageReference {
  const location = { path: 'p.ilp', innerPath: 'Input Data/local_data/1', blob };
  return { nickname: 'a', location, storage: 'embedded', axes: 'yx', shape: [1, 1, 1, 4, 4], channels: 'all' };
}
/** What the journal has on disk after each of these states. */
function keep(packer: JournalPacker, states: readonly Project[]) {
  const stored = new Map<number, unknown>();
  let journal = packer.pack({ project: states[0]!, undo: [], redo: [] });
  for (const project of states) {
    journal = packer.pack({ project, undo: [], redo: [] });
    for (const [number, value] of packer.unstored) stored.set(number, value);
    packer.unstored.clear();
    for (const number of packer.drop(journal)) stored.delete(number);
  }
  return { stored, journal };
}

it('keeps of a project that is saved again and again only the last file its images lie in', () => {
  const project = addLane(newProject(catalog), image(new Blob(['0'])));
  const saves = ['1', '2', '3'].map((text) => ({
    ...project,
    lanes: [{ ...project.lanes[0]!, rawData: image(new Blob([text])) }],
  }));
  const { stored, journal } = keep(new JournalPacker(1000), [project, ...saves]);
  const blobs = [...stored.values()].filter((value) => value instanceof Blob);
  expect(blobs).toEqual([saves[2]!.lanes[0]!.rawData.location.blob]);
  expect(unpackJournal(journal, stored).project.lanes).toEqual(saves[2]!.lanes);
});

it('stores an image again that was given up before', () => {
  const [first, second] = ['1', '2'].map((text) => addLane(newProject(catalog), image(new Blob([text]))));
  const { stored, journal } = keep(new JournalPacker(1000), [first!, second!, first!]);
  expect(unpackJournal(journal, stored).project.lanes).toEqual(first!.lanes);
});

it('stores voxels in memory once, however often their image is shown in another way', () => {
  const data = Uint8Array.of(1, 2, 3, 4);
  const { blob: _, ...location } = image(new Blob()).location;
  const given = { ...image(new Blob()), location: { ...location, tensor: { data, shape: [1, 1, 1, 2, 2] as const } } };
  const project = addLane(newProject(catalog), given);
  const packer = new JournalPacker(1000);
  const voxels: unknown[] = [];
  for (const high of [1, 2, 3]) {
    const lanes = [{ ...project.lanes[0]!, rawData: { ...given, displayRange: [0, high] as const } }];
    const shown = { ...project, lanes };
    const { stored, journal } = keep(packer, [shown]);
    voxels.push(
      ...[...stored.values()].filter((value) => value !== null && typeof value === 'object' && 'data' in value),
    );
    if (high === 1) expect(unpackJournal(journal, stored).project.lanes).toEqual(shown.lanes);
  }
  expect(voxels).toEqual([{ data, shape: [1, 1, 1, 2, 2] }]);
});
