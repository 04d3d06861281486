export { omeZarr } from './format.ts';
export { ioZarr } from './plugin.ts';
