import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Nx inference: every `packages/*` gets `build` (and `wasm` where kernel sources lie) and the tag of its kind. */
export const createNodesV2 = [
  'packages/*/package.json',
  (files, _options, { workspaceRoot }) =>
    files.map((file) => {
      const root = dirname(file);
      const { name, brushwood } = JSON.parse(readFileSync(join(workspaceRoot, file), 'utf8'));
      const targets = { build: { command: 'node ../../scripts/build-package.mjs', options: { cwd: root } } };
      if (existsSync(join(workspaceRoot, root, 'wasm'))) {
        targets.wasm = { command: 'node ../../scripts/build-wasm.mjs', options: { cwd: root } };
      }
      return [file, { projects: { [root]: { name, root, tags: [`type:${brushwood.type}`], targets } } }];
    }),
];
