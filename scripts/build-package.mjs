// Builds the package in the current folder: TypeScript to dist/. Nx calls it, after the packages it depends on.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
const { status } = spawnSync(process.execPath, [tsc, '-b', '.'], { stdio: 'inherit' });
process.exit(status ?? 1);
