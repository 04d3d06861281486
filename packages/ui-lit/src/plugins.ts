import { classifiers } from '@brushwood/classifiers';
import type { Plugin } from '@brushwood/core';
import { features } from '@brushwood/features';
import { ioHdf5 } from '@brushwood/io-hdf5';
import { ioNumpy } from '@brushwood/io-numpy';
import { ioTiff } from '@brushwood/io-tiff';
import { ioZarr } from '@brushwood/io-zarr';

/** What the app can do. The page and its workers import this one list. */
export const plugins: readonly Plugin[] = [features, classifiers, ioTiff, ioHdf5, ioZarr, ioNumpy];
