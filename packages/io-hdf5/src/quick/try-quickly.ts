import type { ImageLocation } from '@brushwood/core';
import { runtime } from '#hdf5-runtime';
import { QuickHdf5File } from './quick-hdf5-file.ts';

/** A project of ordinary size, which is read as a whole anyway. */
const maxProjectBytes = 64 << 20;

/**
 * What `read` finds in a file, without loading the HDF5 library; undefined if the file is not plain enough or `read` fails
 * in any way. The library then reads it from the start, so that it alone decides what a file holds and what is wrong with it.
 */
export async function tryQuickly<T>(
  location: ImageLocation,
  read: (file: QuickHdf5File) => T | Promise<T>,
  maxBytes = maxProjectBytes,
): Promise<T | undefined> {
  try {
    return await read(
      await QuickHdf5File.open(location, (start, length) => runtime.readBytes(location, start, length), maxBytes),
    );
  } catch {
    return undefined; // whatever it was, the library meets it too and says what it is
  }
}
