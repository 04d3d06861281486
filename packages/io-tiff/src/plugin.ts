import type { Plugin } from '@brushwood/core';
import { bmp, gif, jpeg, png, webp } from './raster/formats.ts';
import { multipageTiff, multipageTiffSequence, pngSequence, tifSequence } from './sequence/formats.ts';
import { tiff } from './tiff/format.ts';

/**
 * TIFF in its microscopy dialects, and the raster images of the web. What is only written comes last, so that an extension means
 * the plain format.
 */
export const ioTiff = {
  name: '@brushwood/io-tiff',
  formats: [tiff, png, jpeg, webp, gif, bmp, tifSequence, pngSequence, multipageTiff, multipageTiffSequence],
} satisfies Plugin;
