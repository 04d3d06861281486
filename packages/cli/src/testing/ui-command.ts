import type { ChildProcess } from 'node:child_process';
import { runCommand, type CommandRun } from './command-line.ts';

/** `brushwood ui` in a process of its own, as it is installed. */
export interface RunningUi {
  readonly origin: string;
  readonly token: string;
  /** What it printed when it was ready. */
  readonly printed: string;
  readonly child: ChildProcess;
  /** How it ended. */
  readonly ended: Promise<CommandRun>;
  /** With the token as a program sends it. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Ctrl-C. */
  stop(): Promise<CommandRun>;
}

/** Starts it without a browser, and waits until it is ready. Rejects with how it ended if it ends instead. */
export async function startUi(args: readonly string[], cwd: string): Promise<RunningUi> {
  let ended: Promise<CommandRun> | undefined;
  const [child, printed] = await new Promise<[ChildProcess, string]>((resolve, reject) => {
    ended = runCommand(['ui', ...args, '--no-open'], {
      cwd,
      timeoutMs: 60_000,
      onStart: (started) => started.stdout!.once('data', (part: string) => resolve([started, part])),
    });
    ended.then((run) => reject(new Error(`brushwood ui ended with ${run.exitCode}: ${run.stderr}`)), reject);
  });
  const address = new URL(/http:[^"\s]+/.exec(printed)![0]);
  const token = address.searchParams.get('token')!;
  return {
    origin: address.origin,
    token,
    printed,
    child,
    ended: ended!,
    fetch: (path, init = {}) =>
      fetch(`${address.origin}${path}`, { ...init, headers: { ...init.headers, Authorization: `Bearer ${token}` } }),
    stop() {
      child.kill('SIGINT');
      return ended!;
    },
  };
}
