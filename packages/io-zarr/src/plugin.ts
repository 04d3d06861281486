import type { Plugin } from '@brushwood/core';
import { omeZarr } from './format.ts';

export const ioZarr = { name: '@brushwood/io-zarr', formats: [omeZarr] } satisfies Plugin;
