import type { VoxelSize } from '@brushwood/core';
import type { TiffDirectory, TiffStructure } from './directory.ts';
import type { LayoutInput, PageOrder } from './page-order.ts';
import { tag } from './tags.ts';
import { lengthUnit, timeUnit } from './units.ts';

export function isImageJ(description: string): boolean {
  return description.startsWith('ImageJ=');
}

/** Key → value of the lines `key=value`. */
export function parseImageJ(description: string): ReadonlyMap<string, string> {
  const pairs = description.split(/\r?\n/).map((line) => line.split(/=(.*)/s) as [string, string?]);
  return new Map(pairs.flatMap(([key, value]) => (value === undefined ? [] : [[key.trim(), value.trim()] as const])));
}

/** ImageJ's pages run t, z, c, slowest first; what its counts don't explain is time. */
export async function imageJLayout({ structure, description, first, pages }: LayoutInput): Promise<PageOrder> {
  const fields = parseImageJ(description);
  const count = (key: string) => Math.max(1, Math.floor(Number(fields.get(key) ?? 1)) || 1);
  const images = fields.has('images') ? count('images') : pages.length;
  const isRgb = first.samples > 1; // the channels are inside the pages then
  const named: [string, number][] = [
    ['t', count('frames')],
    ['z', count('slices')],
    ['c', isRgb ? 1 : count('channels')],
  ];
  const order = named.filter(([, size]) => size > 1);
  const explained = order.reduce((product, [, size]) => product * size, 1);
  const rest = Math.floor(images / explained);
  if (rest > 1) order.unshift(['t', rest]);
  const voxelSize = await imageJVoxelSize(structure, structure.directories[first.index]!, fields);
  const range = [Number(fields.get('min') ?? NaN), Number(fields.get('max') ?? NaN)] as const;
  return {
    axes: order.map(([axis]) => axis).join(''),
    sizes: order.map(([, size]) => size),
    ...(voxelSize ? { voxelSize } : {}),
    ...(range[0] < range[1] ? { displayRange: range } : {}),
  };
}

/** From `unit`, `spacing`, `finterval` and the resolution tags (pixels per unit). */
export async function imageJVoxelSize(
  structure: TiffStructure,
  directory: TiffDirectory,
  fields: ReadonlyMap<string, string>,
): Promise<VoxelSize | undefined> {
  const unit = fields.get('unit');
  const x = await structure.inverse(directory, tag.xResolution);
  const y = await structure.inverse(directory, tag.yResolution);
  const z = Number(fields.get('spacing') ?? NaN);
  const t = Number(fields.get('finterval') ?? NaN);
  const hasTime = Number.isFinite(t) && t > 0;
  if (unit === undefined && !hasTime) return undefined; // a resolution alone is one of printing
  const size = (value: number) => Number.isFinite(value) && value > 0;
  return {
    unit: unit === undefined ? 'pixel' : lengthUnit(unit),
    ...(unit !== undefined && size(x) ? { x } : {}),
    ...(unit !== undefined && size(y) ? { y } : {}),
    ...(unit !== undefined && size(Math.abs(z)) ? { z: Math.abs(z) } : {}),
    ...(hasTime ? { t, timeUnit: timeUnit(fields.get('tunit') ?? 'second') } : {}),
  };
}
