import type { Tensor } from '@brushwood/core';
import type { Voxel } from './app-driver.ts';

/**
 * Places where a person may paint a class: voxels of a 2-D truth around which all is of one value, spread over the image.
 * @param radius of the square that has to be of that value; a stroke of this length to either side stays inside
 */
export function placesOf(
  { data, shape }: Tensor,
  value: number,
  { radius, count }: { radius: number; count: number },
): Voxel[] {
  const [, , , height, width] = shape;
  const isInside = (cx: number, cy: number) => {
    for (let y = cy - radius; y <= cy + radius; y++)
      for (let x = cx - radius; x <= cx + radius; x++) if (Number(data[y * width + x]) !== value) return false;
    return true;
  };
  const places: Voxel[] = [];
  const margin = radius + 8;
  for (let y = margin; y < height - margin; y += 3)
    for (let x = margin; x < width - margin; x += 3) if (isInside(x, y)) places.push({ x, y });
  const step = places.length / count;
  return Array.from({ length: Math.min(count, places.length) }, (_, i) => places[Math.floor(i * Math.max(1, step))]!);
}
