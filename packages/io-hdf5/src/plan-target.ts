import { BrushwoodError, type Dtype } from '@brushwood/core';
import { runtime } from '#hdf5-runtime';
import { Hdf5File } from './hdf5-file.ts';

/** The dataset that is to be written. */
export interface PlannedDataset {
  /** Absolute path of the file. */
  readonly target: string;
  readonly innerPath: string;
  /** In the file's order of axes. */
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  readonly chunks: readonly number[];
  /** Has the caller named the dataset? */
  readonly isNamed: boolean;
  readonly overwrite: boolean;
}

/** A file of its own; a copy of the old file with the dataset added to it, or with its values replaced. */
export type TargetPlan = 'new' | 'add' | 'replace-values';

/**
 * What becomes of a file that exists already: its other datasets stay (spec §D.3). A named dataset is added to it without being
 * asked to overwrite; everything else needs `overwrite`. A file that cannot be read is replaced as a whole.
 * @throws 'already-exists' without `overwrite`; 'unsupported' for a project, and for a dataset of another kind beside others,
 * because HDF5's library in use here cannot remove one
 */
export async function planTarget(dataset: PlannedDataset): Promise<TargetPlan> {
  const { target, innerPath, overwrite, isNamed } = dataset;
  if (!(await runtime.exists({ path: target }))) return 'new';
  const file = await openIfReadable(target);
  if (!file) return overwrite ? 'new' : refuse('already-exists', target, 'exists already');
  try {
    if (file.has('ilastikVersion'))
      return refuse('unsupported', target, 'is a project, to which no results are written');
    const isThere = file.has(innerPath);
    if (!overwrite && isThere) return refuse('already-exists', target, `has a dataset "${innerPath}" already`);
    if (!overwrite && !isNamed) return refuse('already-exists', target, 'exists already');
    if (holdsOnly(file, innerPath)) return 'new';
    if (!isThere) return 'add';
    if (file.kind(innerPath) === 'dataset' && isAlike(file, dataset)) return 'replace-values';
    return refuse(
      'unsupported',
      target,
      `has a "${innerPath}" of another shape or type beside other datasets, and cannot lose it`,
    );
  } finally {
    await file.close();
  }
}

async function openIfReadable(path: string): Promise<Hdf5File | undefined> {
  try {
    return await Hdf5File.open({ path });
  } catch (error) {
    if (error instanceof BrushwoodError && error.code === 'broken-file') return undefined;
    throw error;
  }
}

/** Nothing would be lost with the file but what is at the path. */
function holdsOnly(file: Hdf5File, path: string): boolean {
  let group = '/';
  for (const part of path.split('/')) {
    if (file.children(group).some((name) => name !== part)) return false;
    group = group === '/' ? part : `${group}/${part}`;
  }
  return true;
}

function isAlike(file: Hdf5File, { innerPath, shape, dtype, chunks }: PlannedDataset): boolean {
  const found = file.dataset(innerPath);
  return found.dtype === dtype && `${found.shape}` === `${shape}` && `${found.chunks}` === `${chunks}`;
}

function refuse(code: 'already-exists' | 'unsupported', path: string, what: string): never {
  const next =
    code === 'unsupported'
      ? 'Choose another dataset (FILE.h5/NAME) or another file.'
      : 'Choose another name, or ask for it to be overwritten.';
  throw new BrushwoodError(code, `"${path}" ${what}. ${next}`, { path });
}
