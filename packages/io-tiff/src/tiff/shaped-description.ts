import { imageJVoxelSize } from './imagej-description.ts';
import { axesOfPage, guessFileAxes, type LayoutInput, type PageOrder } from './page-order.ts';

/** tifffile's own description: JSON with the shape of the array. */
interface ShapedDescription {
  readonly shape: readonly number[];
  readonly axes?: string;
  readonly [key: string]: unknown;
}

export function isShaped(description: string): boolean {
  return parseShaped(description) !== undefined;
}

function parseShaped(description: string): ShapedDescription | undefined {
  if (!description.trimStart().startsWith('{')) return undefined;
  try {
    const value = JSON.parse(description) as { shape?: unknown };
    const isShape = Array.isArray(value.shape) && value.shape.every((n) => Number.isInteger(n) && n > 0);
    return isShape ? (value as ShapedDescription) : undefined;
  } catch {
    return undefined; // some other text that begins with a brace
  }
}

/**
 * The shape's last axes are those of a page. Letters come from `axes` (S is c, I is t); without it a single page has its
 * own, and anything else follows the shape rule (spec §F).
 */
export async function shapedLayout({ structure, description, first, pages }: LayoutInput): Promise<PageOrder> {
  const parsed = parseShaped(description)!;
  const own = axesOfPage(first);
  const named = parsed.axes?.toLowerCase().replaceAll('s', 'c').replaceAll('i', 't');
  let shape = parsed.shape;
  // An axis of size 1 behind those of the page: `yxc` with one channel.
  const trailing = first.samples === 1 && shape.length > 2 && !endsWith(shape, own.shape) ? [1] : [];
  const ownShape = [...own.shape, ...trailing];
  if (!endsWith(shape, ownShape)) {
    // Another program changed the pages and kept the text.
    return { axes: pages.length > 1 ? 't' : '', sizes: pages.length > 1 ? [pages.length] : [] };
  }
  let axes = own.axes;
  if (named !== undefined && named.length === shape.length && /^[tczyx]+$/.test(named)) axes = named;
  else if (shape.length > own.shape.length) ({ axes, shape } = guessFileAxes(shape));
  const fields = new Map(Object.entries(parsed).map(([key, value]) => [key, String(value)]));
  const voxelSize = await imageJVoxelSize(structure, first.directory, fields);
  const pageAxes = shape.length - ownShape.length;
  return {
    axes: axes.slice(0, pageAxes),
    sizes: shape.slice(0, pageAxes),
    ownAxes: axes.slice(pageAxes),
    ...(voxelSize ? { voxelSize } : {}),
  };
}

function endsWith(shape: readonly number[], tail: readonly number[]): boolean {
  return tail.length <= shape.length && tail.every((size, i) => size === shape[shape.length - tail.length + i]);
}
