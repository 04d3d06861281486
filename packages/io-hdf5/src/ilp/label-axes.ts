import { coreAxes, type Shape5 } from '@brushwood/core';
import { compareVersions } from './ilastik-version.ts';

/**
 * ilastik's working order: the image's axes with size > 1 (y and x always) in the order t, z, y, x, then c.
 * Label blocks have it, with c of size 1.
 */
export function workingAxes(shape: Shape5): string {
  return `${shape[0] > 1 ? 't' : ''}${shape[2] > 1 ? 'z' : ''}yxc`;
}

export interface BlockAxesFacts {
  readonly rank: number;
  readonly version: string;
  /** Does the project also classify objects? Such projects stored labels differently for a while. */
  readonly hasObjects: boolean;
  /** The image's own axes. */
  readonly imageAxes: string;
  readonly imageShape: Shape5;
  /** What the block itself says, informative; asked for only if the version's convention does not fit. */
  blockAxes(): string | undefined;
}

/**
 * Axes of a label block, which changed twice between versions (spec §C.6). The first convention whose number of axes
 * fits is taken: that of the version, what the block says, the image's own axes, the working order.
 */
export function labelBlockAxes(facts: BlockAxesFacts): string | undefined {
  const { imageAxes, imageShape, rank } = facts;
  const own = imageAxes.includes('c') || imageAxes.length === rank ? imageAxes : `${imageAxes}c`;
  const conventions = [() => versionAxes(facts, own), facts.blockAxes, () => own, () => workingAxes(imageShape)];
  for (const convention of conventions) {
    const axes = convention();
    if (axes?.length === rank && [...axes].every((axis) => coreAxes.includes(axis))) return axes;
  }
  return undefined;
}

function versionAxes({ version, hasObjects, imageShape }: BlockAxesFacts, own: string): string {
  const isAtLeast = (other: string) => compareVersions(version, other) >= 0;
  if (isAtLeast('1.3.3') && !isAtLeast('1.3.3post2') && hasObjects) return 'txyzc';
  if (isAtLeast('1.3.3post2') && compareVersions(version, '1.4.0b7') <= 0) return own;
  return workingAxes(imageShape);
}
