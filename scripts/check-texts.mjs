// Every file of the repository speaks of the project alone: no path of somebody's machine, no mirror of a registry.
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './run.mjs';

const rules = [
  { pattern: /(^|[\s'"`(=:])\/(work|home|Users|root)\//m, what: 'an absolute path of one machine' },
  { pattern: /\.\.\/shared\b/, what: 'a folder outside the repository', allowed: ['.ci/run'] },
  { pattern: /https?:\/\/[^\s"'`]*(registry|npmjs|artifactory|nexus|verdaccio)[^\s"'`]*\//i, what: 'a registry host' },
];
const textEndings = /(^|\/)[^/.]+$|(^|\/)\.[^/]+$|\.(ts|mjs|js|json|md|py|sh|txt|html|css|svg|yml|yaml|csv)$/;
/** This file names what it looks for. */
const self = 'scripts/check-texts.mjs';

/** Prints every offence. Returns how many there are. */
export function checkTexts() {
  let offences = 0;
  for (const path of trackedFiles()) {
    if (path === self || !textEndings.test(path)) continue;
    const text = readText(join(root, path));
    for (const { pattern, what, allowed } of rules) {
      const match = allowed?.includes(path) ? null : pattern.exec(text);
      if (!match) continue;
      const line = text.slice(0, match.index + 1).split('\n').length;
      console.error(`${path}:${line}: mentions ${what}: ${match[0].trim()}`);
      offences++;
    }
  }
  return offences;
}

/** Files that are, or are about to be, part of the repository. */
function trackedFiles() {
  const list = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], { cwd: root, encoding: 'utf8' });
  return list.split('\0').filter((path) => path !== '');
}

function readText(path) {
  try {
    if (!statSync(path).isFile()) return '';
    const text = readFileSync(path, 'utf8');
    return text.includes('\0') ? '' : text;
  } catch (error) {
    // Listed by git, but deleted in the working tree.
    if (error.code === 'ENOENT') return '';
    throw error;
  }
}
