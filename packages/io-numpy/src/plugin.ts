import type { Plugin } from '@brushwood/core';
import { npy } from './format.ts';

export const ioNumpy = { name: '@brushwood/io-numpy', formats: [npy] } satisfies Plugin;
