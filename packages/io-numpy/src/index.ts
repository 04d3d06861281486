export { npy } from './format.ts';
export { ioNumpy } from './plugin.ts';
