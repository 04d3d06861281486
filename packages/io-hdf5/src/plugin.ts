import type { Plugin } from '@brushwood/core';
import { compressedHdf5, hdf5 } from './format.ts';
import { ilpStore } from './ilp/ilp-store.ts';

/** HDF5 images and ilastik's project files. */
export const ioHdf5 = {
  name: '@brushwood/io-hdf5',
  formats: [hdf5, compressedHdf5],
  projectStores: [ilpStore],
} satisfies Plugin;
