import { BrushwoodError, mostObjectVoxels, type ImageSink } from '@brushwood/core';

/**
 * Small objects are sought when all is predicted: what would fail then is refused before.
 * @throws 'too-large' where a box of the image, with as much around it as the largest small object, has too many voxels
 */
export function checkSmallest({ spec, unitShape }: Pick<ImageSink, 'spec' | 'unitShape'>, smallest: number): void {
  const isFlat = spec.shape[2] === 1;
  const voxels = [2, 3, 4].reduce((product, axis) => {
    const box = unitShape?.[axis] ?? (isFlat ? 2048 : 128);
    return product * Math.min(spec.shape[axis]!, box + 2 * smallest);
  }, 1);
  if (voxels <= mostObjectVoxels) return;
  throw new BrushwoodError(
    'too-large',
    `--min-object ${smallest} needs boxes of ${voxels} voxels of this image at once, and ${mostObjectVoxels} are possible. Ask for a smaller object.`,
    { smallest, voxels },
  );
}
