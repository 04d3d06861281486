// Sums what the test runs left in reports/*.json.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './run.mjs';

/** Passed, failed and skipped tests over all reports; a report that cannot be read counts as a failure. */
export function countTests() {
  const sums = { passed: 0, failed: 0, skipped: 0 };
  const folder = join(root, 'reports');
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
  for (const name of names) {
    const counts = readCounts(join(folder, name));
    for (const key of Object.keys(sums)) sums[key] += counts[key];
  }
  return sums;
}

function readCounts(path) {
  try {
    const report = JSON.parse(readFileSync(path, 'utf8'));
    // A file that did not even load has no tests of its own to count.
    const brokenFiles = report.testResults.filter(
      (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
    ).length;
    return {
      passed: report.numPassedTests,
      failed: report.numFailedTests + brokenFiles,
      skipped: report.numPendingTests + report.numTodoTests,
    };
  } catch (error) {
    console.error(`${path} is no test report: ${error.message}`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

/** `12 passed, 0 failed, 3 skipped` */
export function formatCounts({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  // The argument is the exit status of the run: a run that failed without a failed test counts as one failure.
  const counts = countTests();
  if (Number(process.argv[2] ?? 0) !== 0 && counts.failed === 0) counts.failed = 1;
  console.log(formatCounts(counts));
}
