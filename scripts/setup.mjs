// Gets a fresh checkout ready to use: installs what package-lock.json names if that has not been done, then builds.
// Needs nothing but Node, npm and git.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { heading, root, runNode, runNpm } from './run.mjs';

const stampPath = join(root, 'node_modules', '.brushwood-lock');

/** Installs and builds what is missing. Returns 0, or the exit status of the step that failed. */
export function setup() {
  const lock = lockHash();
  if (!isInstalled(lock)) {
    heading('Installing dependencies (npm ci)');
    const status = runNpm(['ci', '--no-audit', '--no-fund']);
    if (status !== 0) return status;
    writeFileSync(stampPath, lock);
  }
  heading('Building');
  return runNode('scripts/build.mjs');
}

/** A hash of everything `npm ci` goes by. */
function lockHash() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}

/** Was node_modules made from this package-lock.json, by this script or by npm itself? */
function isInstalled(lock) {
  if (existsSync(stampPath)) return readFileSync(stampPath, 'utf8') === lock;
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return false;
  const wanted = versions(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const found = versions(readFileSync(installed, 'utf8'));
  return [...wanted].every(([path, { version, isOptional }]) => isOptional || found.get(path)?.version === version);
}

/** Version of every folder under node_modules that a lock file names. Packages of this repository are links. */
function versions(lockText) {
  const entries = Object.entries(JSON.parse(lockText).packages)
    .filter(([path, entry]) => path.startsWith('node_modules/') && !entry.link)
    .map(([path, { version, optional, peer }]) => [path, { version, isOptional: Boolean(optional || peer) }]);
  return new Map(entries);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) process.exit(setup());
