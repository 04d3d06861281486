import { BrushwoodError } from '@brushwood/core';

/** Versions in the order of their release (PEP 440): 1.4.0b7 < 1.4.0rc1 < 1.4.0 < 1.4.0post1 < 1.4.1. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [sortKey(a), sortKey(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}

/** major, minor, patch, then the stage (dev −4, a −3, b −2, rc −1, final 0, post 1) and its number. */
function sortKey(version: string): number[] {
  const match = /^(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:[.-]?(a|b|rc|post|dev)(\d*))?/.exec(version.split('+')[0]!);
  if (!match) return [0, 0, 0, 0, 0];
  const [, major, minor, patch, stage, number] = match;
  const stages: Readonly<Record<string, number>> = { dev: -4, a: -3, b: -2, rc: -1, post: 1 };
  return [Number(major), Number(minor ?? 0), Number(patch ?? 0), stages[stage ?? ''] ?? 0, Number(number || 0)];
}

/** @throws 'project-unsupported' unless major.minor is 0.6 or 1.0 to 1.5 */
export function checkVersion(version: string, path: string): void {
  const match = /^(\d+)\.(\d+)/.exec(version);
  const [major, minor] = [Number(match?.[1]), Number(match?.[2])];
  const isKnown = (major === 0 && minor === 6) || (major === 1 && minor <= 5);
  if (isKnown) return;
  throw new BrushwoodError(
    'project-unsupported',
    `"${path}" was saved by ilastik ${version}. Projects of versions 0.6 and 1.0 to 1.5 can be read.`,
    { path, version },
  );
}
