// Builds the package in the current folder: TypeScript to dist/, then what its own bundle.mjs makes of that, if it has one.
// Nx calls it, after the packages it depends on.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
const steps = [[tsc, '-b', '.'], ...(existsSync('bundle.mjs') ? [['bundle.mjs']] : [])];
for (const step of steps) {
  const { status } = spawnSync(process.execPath, step, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
