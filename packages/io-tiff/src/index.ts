export { ioTiff } from './plugin.ts';
export { bmp, gif, jpeg, png, webp } from './raster/formats.ts';
export { multipageTiff, multipageTiffSequence, pngSequence, tifSequence } from './sequence/formats.ts';
export { tiff } from './tiff/format.ts';
