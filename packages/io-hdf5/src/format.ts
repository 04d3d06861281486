import {
  BrushwoodError,
  dtypes,
  throwIfAborted,
  type DatasetEntry,
  type ImageLocation,
  type StorageFormat,
} from '@brushwood/core';
import { Hdf5File, isHdf5 } from './hdf5-file.ts';
import { checkHdf5, Hdf5Sink } from './hdf5-sink.ts';
import { Hdf5Source } from './hdf5-source.ts';
import { datasetsOf } from './list-datasets.ts';

const openDataset: StorageFormat['open'] = async (location, options = {}) => {
  throwIfAborted(options.signal);
  const file = await Hdf5File.open(location);
  try {
    const innerPath = location.innerPath?.replace(/^\/+|\/+$/g, '') || onlyImage(file);
    if (file.kind(innerPath) === undefined) throw missingDataset(file, `has no dataset "${innerPath}"`);
    return new Hdf5Source(file, innerPath, options);
  } catch (error) {
    await file.close();
    throw error;
  }
};

/** HDF5 images; `.ilp` projects too, as containers of the images embedded in them. Written without compression unless asked for. */
export const hdf5: StorageFormat = {
  id: 'hdf5',
  displayName: 'HDF5',
  extensions: ['.h5', '.hdf5', '.ilp'],
  supports: { read: true, write: true, innerPaths: true, writeDtypes: dtypes },
  probe: isHdf5,
  open: openDataset,
  create: (location, spec, options = {}) => Hdf5Sink.create(location, spec, { ...options, compression: 'none' }),
  check: checkHdf5,
  list: listDatasets,
};

/** The same with gzip level 1 unless asked otherwise. Reading is the other format's. */
export const compressedHdf5: StorageFormat = {
  id: 'compressed-hdf5',
  displayName: 'Compressed HDF5',
  extensions: ['.h5'],
  supports: { read: false, write: true, innerPaths: true, writeDtypes: dtypes },
  probe: async () => false,
  open: openDataset,
  create: (location, spec, options = {}) => Hdf5Sink.create(location, spec, { ...options, compression: 'gzip' }),
  check: checkHdf5,
  list: listDatasets,
};

async function listDatasets(location: ImageLocation): Promise<readonly DatasetEntry[]> {
  const file = await Hdf5File.open(location);
  try {
    return datasetsOf(file);
  } finally {
    await file.close();
  }
}

function onlyImage(file: Hdf5File): string {
  const images = datasetsOf(file).filter(isImage);
  if (images.length === 1) return images[0]!.innerPath;
  throw missingDataset(file, images.length === 0 ? 'holds no image' : 'holds several datasets: name one');
}

function isImage({ shape, dtype }: DatasetEntry): boolean {
  return shape.length >= 2 && shape.length <= 5 && (dtypes as readonly string[]).includes(dtype);
}

function missingDataset(file: Hdf5File, problem: string): BrushwoodError {
  const all = datasetsOf(file);
  const shown = all.slice(0, 20).map((entry) => `${entry.innerPath} (${entry.shape.join(', ')}) ${entry.dtype}`);
  const more = all.length > shown.length ? ` and ${all.length - shown.length} more` : '';
  return new BrushwoodError(
    'not-found',
    `"${file.location.path}" ${problem}. Its datasets: ${shown.join('; ') || 'none'}${more}. ` +
      `Write "${file.location.path}/DATASET".`,
    { path: file.location.path, datasets: all.slice(0, 20).map((entry) => entry.innerPath) },
  );
}
