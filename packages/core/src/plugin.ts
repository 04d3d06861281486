import type { Plugin } from './contracts/plugin.ts';

/** What core brings itself. */
export const corePlugin = { name: '@brushwood/core' } satisfies Plugin;
