import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../..', import.meta.url));

/**
 * Runs a script in a process that may write no file beyond a size, as on a full disk. Imports resolve as in the
 * workspace's root.
 */
export function runWithFileLimit(script: string, kilobytes: number): string {
  const prepared = `process.on('SIGXFSZ', () => undefined);\n${script}`;
  const command = `ulimit -f ${kilobytes}; exec "$0" --input-type=module -e "$1"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', command, process.execPath, prepared], {
    cwd: root,
    encoding: 'utf8',
  });
  return stdout + stderr;
}
