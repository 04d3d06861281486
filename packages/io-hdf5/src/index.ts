export { ioHdf5 } from './plugin.ts';
export { compressedHdf5, hdf5 } from './format.ts';
export { ilpStore } from './ilp/ilp-store.ts';
