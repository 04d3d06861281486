// How the scripts here start other programs: builtins only, so that they work before anything is installed.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The repository root. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** Prints a heading, so that a long log can be read by its steps. */
export function heading(text) {
  console.log(`\n=== ${text}`);
}

/** Runs a Node program of node_modules or scripts in the repository root. Returns its exit status. */
export function runNode(script, args = [], env = {}) {
  const { status, error } = spawnSync(process.execPath, [script, ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  if (error) console.error(`${script}: ${error.message}`);
  return status ?? 1;
}

/** Runs npm, which is a script with a shell wrapper on Windows. Returns its exit status. */
export function runNpm(args) {
  const isWindows = process.platform === 'win32';
  const { status, error } = spawnSync(isWindows ? 'npm.cmd' : 'npm', args, {
    cwd: root,
    stdio: 'inherit',
    shell: isWindows,
  });
  if (error) console.error(`npm ${args.join(' ')}: ${error.message}`);
  return status ?? 1;
}
