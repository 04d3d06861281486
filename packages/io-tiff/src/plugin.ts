import type { Plugin } from '@brushwood/core';
import { bmp, gif, jpeg, png, webp } from './raster/formats.ts';
import { tiff } from './tiff/format.ts';

/** TIFF in its microscopy dialects, and the raster images of the web. */
export const ioTiff = {
  name: '@brushwood/io-tiff',
  formats: [tiff, png, jpeg, webp, gif, bmp],
} satisfies Plugin;
