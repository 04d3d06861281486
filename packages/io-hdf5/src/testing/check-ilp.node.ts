import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const python = '/usr/bin/python3';
const script = fileURLToPath(new URL('../../../../scripts/check_ilp.py', import.meta.url));

export const hasH5py = spawnSync(python, ['-c', 'import h5py']).status === 0;
export const hasVigra = hasH5py && spawnSync(python, ['-c', 'import vigra']).status === 0;

/** What `scripts/check_ilp.py` says of a project: its last line counts the problems. */
export function checkIlp(path: string, ...options: string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(python, [script, path, ...options], (_, stdout, stderr) => resolve(stdout + stderr));
  });
}
