import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './command-line.ts';

/** One broken input or wrong use, and what the command must say to it. */
export interface FailedCommand {
  /** What is wrong; the title of the test. */
  readonly what: string;
  readonly args: readonly string[];
  readonly exitCode: 1 | 2;
  /** Fragments of the message: what is wrong, and what to do. */
  readonly says: readonly (string | RegExp)[];
  /** Code in the answer to `--json`. */
  readonly code?: string;
}

/** A row of a table: what is wrong, the words of the command line, its exit code, what is said, the code with --json. */
export type FailedRow = readonly [
  what: string,
  line: string,
  exitCode: 1 | 2,
  says: readonly (string | RegExp)[],
  code?: string,
];

export function failedCommands(rows: readonly FailedRow[]): FailedCommand[] {
  return rows.map(([what, line, exitCode, says, code]) => ({ what, args: line.split(' '), exitCode, says, code }));
}

/** A failed command must be done within it. */
const limitSeconds = 20;

/** Words of a fault of the program, not of the user. */
const faults = [/^\s+at /m, /^\w*Error:/m, /fault of the program/, /node:internal/, /\[object /, /undefined/];

/**
 * Runs a command that must fail in a folder, with and without `--json`, and tells what is wrong with how it failed:
 * exit code, message, JSON, time, and every file of the folder as it was, none added.
 */
export async function complaintsAbout(
  row: FailedCommand,
  cwd: string,
  { mayRemove = /^$/ }: { mayRemove?: RegExp } = {},
): Promise<string[]> {
  const before = filesOf(cwd, mayRemove);
  const { exitCode, stdout, stderr, seconds } = await runCommand([...row.args, ...(row.code ? ['--json'] : [])], {
    cwd,
    timeoutMs: 1000 * limitSeconds,
  });
  const complaints: string[] = [];
  if (exitCode !== row.exitCode) complaints.push(`exit code ${exitCode ?? 'none: killed'}, expected ${row.exitCode}`);
  if (seconds > limitSeconds) complaints.push(`took ${seconds.toFixed(1)} s`);
  for (const part of row.says) {
    const isSaid = typeof part === 'string' ? stderr.includes(part) : part.test(stderr);
    if (!isSaid) complaints.push(`does not say ${String(part)}`);
  }
  for (const fault of faults) if (fault.test(stderr)) complaints.push(`shows ${String(fault)}`);
  if (row.code === undefined && stdout !== '') complaints.push(`prints a result: ${stdout}`);
  if (row.code !== undefined) complaints.push(...jsonComplaints(stdout, row.code));
  complaints.push(...fileComplaints(before, filesOf(cwd, mayRemove)));
  return complaints.length === 0 ? [] : [...complaints, `stderr: ${stderr}`];
}

function jsonComplaints(stdout: string, code: string): string[] {
  try {
    const found = (JSON.parse(stdout) as { error?: { code?: string } }).error?.code;
    return found === code ? [] : [`error.code is ${found}, expected ${code}`];
  } catch {
    return [`--json prints no JSON: ${stdout}`];
  }
}

/** Every file below a folder with a hash of its bytes. */
function filesOf(folder: string, except: RegExp): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (except.test(entry)) continue;
    const path = join(folder, entry);
    const isFile = statSync(path).isFile();
    files.set(entry, isFile ? createHash('sha1').update(readFileSync(path)).digest('hex') : 'folder');
  }
  return files;
}

function fileComplaints(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const added = [...after.keys()].filter((path) => !before.has(path)).map((path) => `leaves "${path}" behind`);
  const changed = [...before].filter(([path, hash]) => after.get(path) !== hash);
  return [...added, ...changed.map(([path]) => `${after.has(path) ? 'changes' : 'removes'} "${path}"`)];
}
