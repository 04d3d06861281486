import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The command as it is installed: bundled. */
const packageUrl = new URL('../../package.json', import.meta.url);
const { bin } = JSON.parse(readFileSync(packageUrl, 'utf8')) as { bin: { brushwood: string } };
const main = fileURLToPath(new URL(bin.brushwood, packageUrl));

/** How a command ended. */
export interface CommandRun {
  /** Undefined if the process was ended by a signal. */
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

export interface RunOptions {
  /** Working folder, so that command lines can name files without their folder. */
  readonly cwd: string;
  /** The process is killed after it. */
  readonly timeoutMs?: number;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Called once the process runs, for example to send it a signal. */
  readonly onStart?: (child: ChildProcess) => void;
}

/** Runs the built command in a process of its own, as a shell would. */
export function runCommand(args: readonly string[], options: RunOptions): Promise<CommandRun> {
  const { cwd, timeoutMs = 20_000, onStart, env: more } = options;
  const started = performance.now();
  const { BRUSHWOOD_DEBUG: _, ...env } = process.env;
  const child = spawn(process.execPath, [main, ...args], {
    cwd,
    env: { ...env, ...more },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (part: string) => (text[stream] += part));
  }
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ exitCode: code ?? undefined, ...text, seconds: (performance.now() - started) / 1e3 });
    });
    if (onStart) child.once('spawn', () => onStart(child));
  });
}

/** Runs a command that must succeed, and returns its standard output. */
export async function runOk(args: readonly string[], cwd: string): Promise<string> {
  const run = await runCommand(args, { cwd, timeoutMs: 60_000 });
  if (run.exitCode !== 0) {
    throw new Error(`brushwood ${args.join(' ')} ended with ${run.exitCode}:\n${run.stderr}${run.stdout}`);
  }
  return run.stdout;
}

/** Runs a command with `--json` that must succeed, and returns what it printed. */
export async function runJson<T>(args: readonly string[], cwd: string): Promise<T> {
  return JSON.parse(await runOk([...args, '--json'], cwd)) as T;
}
