// All checks that need no test to run: lint rules, formatting, types of the tests, wording of the files.
// The packages must be built: tests see each other's packages as users do.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkTexts } from './check-texts.mjs';
import { heading, root, runNode } from './run.mjs';

/** Returns the names of the checks that failed. */
export function lint() {
  const failed = [];
  const step = (name, run) => {
    heading(name);
    if (run() !== 0) failed.push(name);
  };
  step('Lint (oxlint, with types)', () => runNode('node_modules/oxlint/bin/oxlint', ['--type-aware']));
  step('Format (biome)', () => runNode('node_modules/@biomejs/biome/bin/biome', ['format']));
  for (const project of testProjects()) {
    step(`Types of the tests (${project})`, () => runNode('node_modules/typescript/bin/tsc', ['-p', project]));
  }
  step('Wording of the files', checkTexts);
  return failed;
}

/** One for all packages, and one for each package whose tests need other globals. */
function testProjects() {
  const own = readdirSync(join(root, 'packages')).map((name) => `packages/${name}/tsconfig.tests.json`);
  return ['tsconfig.tests.json', ...own.filter((path) => existsSync(join(root, path)))];
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const failed = lint();
  for (const name of failed) console.error(`Failed: ${name}`);
  process.exit(failed.length > 0 ? 1 : 0);
}
