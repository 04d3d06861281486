import {
  abortError,
  BrushwoodError,
  type DatasetEntry,
  describeLocation,
  dtypes,
  type ImageLocation,
  type ImageSource,
  isAbortError,
  messageOf,
  type OpenImageOptions,
  type StorageFormat,
  throwIfAborted,
} from '@brushwood/core';
import { isUrl, openStore } from './store.ts';

/**
 * OME-Zarr 0.1 to 0.5 and plain Zarr arrays, v2 and v3, sharded or not, in folders, in zip files and behind http(s); writes
 * 0.5 in shards, or 0.4.
 * What decodes and encodes is imported on first use.
 */
export const omeZarr: StorageFormat = {
  id: 'ome-zarr',
  displayName: 'OME-Zarr',
  extensions: ['.zarr', '.ome.zarr'],
  supports: { read: true, write: true, innerPaths: true, writeDtypes: dtypes },
  probe,
  open,
  create: async (location, spec, options) => (await import('./write/create.ts')).createZarr(location, spec, options),
  join: async (ticket) => (await import('./write/zarr-sink.ts')).joinZarr(ticket),
  list,
};

async function probe(location: ImageLocation): Promise<boolean> {
  const opened = await openStore({ ...location, innerPath: undefined }).catch(() => undefined);
  if (!opened) return false;
  const { readNode } = await import('./zarr-node.ts');
  try {
    return (await readNode(opened.store, '', location.path)) !== undefined;
  } catch (error) {
    // Metadata in a folder is ours even if it is broken, and `open` says how; a web server may answer anything to any name.
    return !isUrl(location.path) || (error instanceof BrushwoodError && error.code !== 'broken-file');
  }
}

async function open(location: ImageLocation, options: OpenImageOptions = {}): Promise<ImageSource> {
  const { signal, axes } = options;
  throwIfAborted(signal);
  const { store, innerPath } = await openStore(location);
  const [{ findImage }, { ZarrSource }] = await Promise.all([import('./zarr-image.ts'), import('./zarr-source.ts')]);
  try {
    const image = await findImage(store, innerPath, { who: location.path, axes });
    throwIfAborted(signal);
    return await ZarrSource.open(store, image, { name: location.path });
  } catch (cause) {
    if (isAbortError(cause)) throw abortError(signal);
    if (cause instanceof BrushwoodError) throw cause;
    const reason = messageOf(cause);
    const message = `${describeLocation(location)} cannot be read as Zarr: ${reason}.`;
    throw new BrushwoodError('broken-file', message, { reason }, { cause });
  }
}

async function list(location: ImageLocation): Promise<readonly DatasetEntry[]> {
  const { store, innerPath } = await openStore(location);
  const { findArrays } = await import('./zarr-image.ts');
  const arrays = await findArrays(store, innerPath, location.path);
  return arrays.map(({ path, shape, dtype }) => ({ innerPath: path, shape, dtype }));
}
