import { BrushwoodError, isAbortError, messageOf, type ErrorCode, type ErrorDetails } from '@brushwood/core';
import { CommanderError } from 'commander';
import { composeServices } from './composition-root.ts';
import { createProgram } from './program.ts';
import { Report, type ReportOptions } from './report.ts';
import { isoTime } from './statistics.ts';

/** Errors that say the command was used wrongly. */
const usageCodes: readonly ErrorCode[] = ['invalid-parameter', 'not-registered', 'class-missing', 'lane-missing'];

/** 0 done, 1 failed or incomplete, 2 bad usage. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  return error instanceof BrushwoodError && usageCodes.includes(error.code) ? 2 : 1;
}

function reportError(error: unknown): void {
  const { argv, env, stdout, stderr } = process;
  // Commander throws for --help and --version too, and has said on standard error what is wrong.
  if (error instanceof CommanderError && error.exitCode === 0) return;
  if (argv.includes('--json')) stdout.write(`${JSON.stringify({ error: errorFacts(error) }, null, 2)}\n`);
  if (error instanceof CommanderError) return;
  const isKnown = error instanceof BrushwoodError;
  if (argv.includes('--log-json')) {
    const { code, message } = errorFacts(error);
    stderr.write(`${JSON.stringify({ time: isoTime(), event: 'failure', code, message })}\n`);
    return;
  }
  const hint = isKnown ? '' : ' This is a fault of the program: please report it, with what BRUSHWOOD_DEBUG=1 prints.';
  stderr.write(`brushwood: ${isAbortError(error) ? 'cancelled.' : messageOf(error)}${hint}\n`);
  if (env['BRUSHWOOD_DEBUG'] && error instanceof Error) stderr.write(`${error.stack}\n`);
}

function errorFacts(error: unknown): { code: ErrorCode; message: string; details?: ErrorDetails } {
  if (error instanceof BrushwoodError) {
    const { code, message, details } = error;
    return { code, message, details };
  }
  const code: ErrorCode = error instanceof CommanderError ? 'invalid-parameter' : 'internal';
  return { code, message: messageOf(error) };
}

/** Runs the command line of this process. Returns the exit code. */
export async function runCommand(): Promise<number> {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());
  const reports: Report[] = [];
  const report = (options: ReportOptions) => {
    reports.push(new Report(options));
    return reports.at(-1)!;
  };
  try {
    await createProgram({ services: composeServices, report, signal: stop.signal }).parseAsync();
    return reports.some(({ isIncomplete }) => isIncomplete) ? 1 : 0;
  } catch (error) {
    // A bar that is not ended hides the cursor and keeps the process alive.
    for (const open of reports) open.endProgress();
    reportError(error);
    return exitCodeOf(error);
  }
}
