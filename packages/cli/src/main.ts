#!/usr/bin/env node
import { version } from './version.ts';

/** `--version` answers before anything else is loaded. */
async function main(words: readonly string[]): Promise<number> {
  if (words.length === 1 && (words[0] === '--version' || words[0] === '-V')) {
    process.stdout.write(`${version}\n`);
    return 0;
  }
  const { runCommand } = await import('./run-command.ts');
  return runCommand();
}

// Not process.exit: a pipe may still hold output.
process.exitCode = await main(process.argv.slice(2));
