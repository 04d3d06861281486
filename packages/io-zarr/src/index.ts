export { omeZarr } from './format.ts';
export { ioZarr } from './plugin.ts';
export { writtenFingerprint } from './written-fingerprint.ts';
export { verifyZarr, type ZarrReport } from './verify-image.ts';
