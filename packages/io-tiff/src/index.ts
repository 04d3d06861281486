export { ioTiff } from './plugin.ts';
export { tiff } from './tiff/format.ts';
