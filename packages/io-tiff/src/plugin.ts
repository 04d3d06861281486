import type { Plugin } from '@brushwood/core';
import { tiff } from './tiff/format.ts';

/** TIFF. */
export const ioTiff = {
  name: '@brushwood/io-tiff',
  formats: [tiff],
} satisfies Plugin;
