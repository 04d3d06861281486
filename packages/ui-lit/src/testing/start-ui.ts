import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The command as it is installed, with the app it ships. */
export const command = fileURLToPath(new URL('../../../cli/bin/brushwood.js', import.meta.url));

export interface RunningUi {
  readonly child: ChildProcess;
  /** With its token. */
  readonly url: string;
}

/** Starts `brushwood ui` in a folder, on a port that is free. */
export function startUi(folder: string, args: readonly string[]): Promise<RunningUi> {
  const child = spawn(process.execPath, [command, 'ui', ...args, '--no-open', '--port', '0'], { cwd: folder });
  let told = '';
  child.stderr.on('data', (part: Buffer) => (told += part.toString()));
  return new Promise((resolve, reject) => {
    child.stdout.once('data', (part: Buffer) => resolve({ child, url: part.toString().trim() }));
    child.once('exit', (code) => reject(new Error(`brushwood ui ended with ${code}: ${told}`)));
  });
}
