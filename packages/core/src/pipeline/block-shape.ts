import type { Shape3, Shape5 } from '../grid/axes.ts';

/** Features of one block are kept below this many bytes, so that a worker's memory stays bounded. */
const featureBytes = 64 * 2 ** 20;

/**
 * The shape of a block: flat for flat images, a cube for volumes, small enough for the features, and a multiple of what
 * the sinks write at once. Results don't depend on it.
 * @param wanted what the user asked for; cut to the image
 */
export function chooseBlockShape(
  shape: Shape5,
  { featureCount, wanted, writeShapes }: { featureCount: number; wanted?: Shape3; writeShapes: readonly Shape5[] },
): Shape3 {
  const image: Shape3 = [shape[2], shape[3], shape[4]];
  const base = wanted ?? defaultShape(image, featureCount);
  return base.map((size, i) => {
    const unit = writeShapes.reduce((multiple, write) => lcm(multiple, Math.min(write[i + 2]!, image[i]!)), 1);
    return Math.min(image[i]!, Math.ceil(Math.min(size, image[i]!) / unit) * unit);
  }) as unknown as Shape3;
}

function defaultShape(image: Shape3, featureCount: number): Shape3 {
  const voxels = featureBytes / 4 / Math.max(1, featureCount);
  const flat = (side: number): Shape3 => [1, side, side];
  if (image[0] === 1) return flat(clampSide(Math.sqrt(voxels), 64, 256));
  const side = clampSide(Math.cbrt(voxels), 32, 64);
  return [side, side, side];
}

/** A multiple of 16. */
function clampSide(side: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, Math.floor(side / 16) * 16));
}

function lcm(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y) [x, y] = [y, x % y];
  return (a * b) / x;
}
