// `npm test`: installs and builds what is missing, then lint, then every test. Arguments go to Vitest: with a path or
// `-t NAME` only these tests run, without lint.
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { countTests, formatCounts } from './count-tests.mjs';
import { lint } from './lint.mjs';
import { heading, root, runNode } from './run.mjs';
import { setup } from './setup.mjs';

const args = process.argv.slice(2);
const failures = [];
rmSync(join(root, 'reports'), { recursive: true, force: true });
mkdirSync(join(root, 'reports'), { recursive: true });

const setupStatus = setup();
if (setupStatus !== 0) finish(['Setup']);
if (args.length === 0) failures.push(...lint());
heading('Tests');
if (runVitest('vitest.json', args) !== 0) failures.push('Tests');
if (existsSync(join(root, 'vitest.browser.config.ts'))) {
  heading('Tests in the browser');
  const config = ['--config', 'vitest.browser.config.ts', '--passWithNoTests'];
  if (runVitest('vitest-browser.json', [...config, ...args]) !== 0) failures.push('Tests in the browser');
}
finish(failures);

function runVitest(report, more) {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=reports/${report}`];
  return runNode('node_modules/vitest/vitest.mjs', ['run', ...reporters, ...more]);
}

function finish(failed) {
  heading(failed.length === 0 ? 'All steps passed' : `Failed: ${failed.join(', ')}`);
  console.log(`Tests: ${formatCounts(countTests())}`);
  process.exit(failed.length === 0 ? 0 : 1);
}
