import { join } from 'node:path';
import type { Hdf5Writer } from '../hdf5-writer.ts';
import { ilpStore } from '../ilp/ilp-store.ts';
import { readNodes, rebuildHdf5, writeNodes, type Edits } from './rebuild-hdf5.ts';
import { fixturePath } from './temporary-folder.node.ts';

export const gray2d = fixturePath('ilp/gray2d.ilp');
export const rawData = 'Input Data/infos/lane0000/Raw Data';
export const labelSet = 'PixelClassification/LabelSets/labels000';
export const forests = 'PixelClassification/ClassifierForests';

export interface SmallProject {
  /** Writes the project with changes and gives its path. */
  edited(edits: Edits): Promise<string>;
  /** The project with changes, loaded. */
  loadEdited(edits: Edits): ReturnType<typeof ilpStore.load>;
}

/** The fixture with two forests of two trees, which is quick to copy with changes. */
export function smallProject(folder: string): SmallProject {
  let made = 0;
  const small = makeSmall(join(folder, 'small.ilp')).then(readNodes);
  const edited = async (edits: Edits) => writeNodes(await small, join(folder, `edited-${made++}.ilp`), edits);
  return { edited, loadEdited: async (edits) => ilpStore.load({ path: await edited(edits) }) };
}

function makeSmall(path: string): Promise<string> {
  const trees = Array.from({ length: 48 }, (_, i) => `Tree_${String(i + 2).padStart(2, '0')}`);
  const names = ['Forest0000', 'Forest0001'].map((name) => `${forests}/${name}`);
  return rebuildHdf5(gray2d, path, {
    drop: names.flatMap((name) => trees.map((tree) => `${name}/${tree}`)),
    set: Object.fromEntries(names.map((name) => [`${name}/_options/tree_count_`, Float64Array.of(2)])),
  });
}

export interface NewBlock {
  readonly shape: readonly number[];
  readonly slice: string;
  readonly fill?: number;
  readonly data?: Uint8Array;
}

/** Adds a block of labels to the first lane. */
export function addBlock(writer: Hdf5Writer, name: string, { shape, slice, fill = 1, data }: NewBlock): void {
  const size = shape.reduce((product, n) => product * n, 1);
  writer.write(`${labelSet}/${name}`, data ?? new Uint8Array(size).fill(fill), shape);
  writer.attribute(`${labelSet}/${name}`, 'blockSlice', slice);
}
