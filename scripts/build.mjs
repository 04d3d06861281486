// Builds all packages in the order of their dependencies, with Nx's cache.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const nx = fileURLToPath(new URL('../node_modules/nx/dist/bin/nx.js', import.meta.url));
const { status } = spawnSync(
  process.execPath,
  [nx, 'run-many', '-t', 'build', '--output-style=static', ...process.argv.slice(2)],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, NX_ISOLATE_PLUGINS: 'false' },
  },
);
process.exit(status ?? 1);
