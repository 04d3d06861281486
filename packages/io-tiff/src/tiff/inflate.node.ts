import { inflateSync } from 'node:zlib';
import type { Inflate } from './inflate.ts';

export const inflate: Inflate = (stored, mostBytes) => {
  try {
    return inflateSync(stored, { maxOutputLength: mostBytes });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') return undefined;
    throw error;
  }
};
