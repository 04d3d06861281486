import { BrushwoodError, isAbortError, messageOf, type ErrorCode } from '@brushwood/core';
import { CommanderError } from 'commander';
import { composeServices } from './composition-root.ts';
import { createProgram } from './program.ts';

/** Errors that say the command was used wrongly. */
const usageCodes: readonly ErrorCode[] = ['invalid-parameter', 'not-registered', 'class-missing', 'lane-missing'];

/** 0 done, 1 failed or incomplete, 2 bad usage. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  return error instanceof BrushwoodError && usageCodes.includes(error.code) ? 2 : 1;
}

function reportError(error: unknown): void {
  if (error instanceof CommanderError) return;
  const { argv, env, stdout, stderr } = process;
  const isKnown = error instanceof BrushwoodError;
  if (argv.includes('--json')) {
    const facts = isKnown
      ? { code: error.code, message: error.message, details: error.details }
      : { code: 'internal', message: messageOf(error) };
    stdout.write(`${JSON.stringify({ error: facts }, null, 2)}\n`);
  }
  const hint = isKnown ? '' : ' This is a fault of the program: please report it, with what BRUSHWOOD_DEBUG=1 prints.';
  stderr.write(`brushwood: ${isAbortError(error) ? 'cancelled.' : messageOf(error)}${hint}\n`);
  if (env['BRUSHWOOD_DEBUG'] && error instanceof Error) stderr.write(`${error.stack}\n`);
}

/** Runs the command line of this process. Returns the exit code. */
export async function runCommand(): Promise<number> {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());
  try {
    const program = createProgram({ services: (threads) => composeServices({ threads }), signal: stop.signal });
    await program.parseAsync();
    return 0;
  } catch (error) {
    reportError(error);
    return exitCodeOf(error);
  }
}
