import { BrushwoodError, checkAxes, guessAxes, type VoxelSize } from '@brushwood/core';
import {
  axesOfArray,
  displayOf,
  displayRangeOfArray,
  type Multiscale,
  type MultiscaleLevel,
  multiscaleOf,
  voxelSizeOf,
} from './ome-metadata.ts';
import { checkInnerPath, type ZarrStore } from './store.ts';
import { asObject, readNode, type ZarrArray, type ZarrGroup } from './zarr-node.ts';

/** An image found in a hierarchy: its resolutions, finest first. Lists are in the file's order of axes. */
export interface ZarrImage {
  readonly axes: string;
  readonly levels: readonly ZarrImageLevel[];
  readonly voxelSize?: VoxelSize;
  readonly channelNames?: readonly string[];
  readonly displayRange?: readonly [number, number];
  /** A chunk that is not stored is lost, not background. */
  readonly isDense?: boolean;
}

/** Noted below `brushwood` in the attributes of images written here: all their chunks are stored. */
export const denseMark = 'storesAllChunks';

export interface ZarrImageLevel {
  readonly array: ZarrArray;
  /** Size of a voxel in voxels of the finest level. */
  readonly downsampling: readonly number[];
}

interface FindOptions {
  readonly who: string;
  /** What the user says; overrides the file. */
  readonly axes?: string;
}

/**
 * Finds the image at a path: a multiscale group with all its levels, one level of it, any array, or the only array below.
 * @throws {BrushwoodError} 'not-found' naming what is there; 'axes-mismatch'; those of `readNode`
 */
export async function findImage(store: ZarrStore, path: string, options: FindOptions): Promise<ZarrImage> {
  const node = await readNode(store, path, options.who);
  if (node?.kind === 'array') return imageOfArray(store, node, options);
  if (node) {
    const multiscale = multiscaleOf(node.attributes, options.who);
    if (multiscale) return imageOfGroup(store, node, { ...options, multiscale });
  }
  const paths = (await findArrays(store, node ? path : '', options.who)).map((array) => array.path);
  if (node && paths.length === 1) return findImage(store, paths[0]!, options);
  throw new BrushwoodError(
    'not-found',
    `${options.who} holds no image${path && ` "${path}"`}. ` +
      (paths.length > 0 ? `Add one of these to the path: ${paths.join(', ')}.` : 'Name the array to read.'),
    { innerPath: path, found: paths },
  );
}

async function imageOfGroup(
  store: ZarrStore,
  group: ZarrGroup,
  options: FindOptions & { multiscale: Multiscale; only?: number },
): Promise<ZarrImage> {
  const { multiscale, who, only } = options;
  const chosen = only === undefined ? multiscale.levels : [multiscale.levels[only]!];
  const arrays = await Promise.all(chosen.map((level) => readLevel(store, joinPath(group.path, level.path, who), who)));
  const first = arrays[0]!;
  checkLevels(arrays, who);
  const axes = options.axes ?? multiscale.axes ?? axesOfArray(first.attributes, first.dimensionNames) ?? '';
  checkAxes(axes, first.shape, who);
  const { channelNames, displayRange } = displayOf(group.attributes);
  const channels = first.shape[axes.indexOf('c')] ?? 1;
  return {
    axes,
    levels: arrays.map((array, i) => ({
      array,
      downsampling: downsamplingOf(array, chosen[i]!, { first, base: chosen[0]! }),
    })),
    voxelSize: voxelSizeOf(multiscale, chosen[0]!, axes),
    channelNames: channelNames?.length === channels ? channelNames : undefined,
    displayRange: displayRange ?? displayRangeOfArray(first.attributes),
    isDense: asObject(group.attributes.brushwood)?.[denseMark] === true,
  };
}

async function readLevel(store: ZarrStore, path: string, who: string): Promise<ZarrArray> {
  const node = await readNode(store, path, who);
  if (node?.kind === 'array') return node;
  throw new BrushwoodError('broken-file', `${who}: its metadata names a level "${path}", but there is no such array.`, {
    path,
  });
}

function checkLevels(arrays: readonly ZarrArray[], who: string): void {
  const [first] = arrays;
  const odd = arrays.find((array) => array.dtype !== first!.dtype || array.shape.length !== first!.shape.length);
  if (odd) {
    throw new BrushwoodError('unsupported', `${who}: level "${odd.path}" differs from the first in dtype or axes.`, {
      path: odd.path,
    });
  }
}

/** From the sizes of voxels; where the file does not give them, from the numbers of voxels. */
function downsamplingOf(
  array: ZarrArray,
  level: MultiscaleLevel,
  { first, base }: { first: ZarrArray; base: MultiscaleLevel },
): number[] {
  return array.shape.map((size, i) => {
    const factor = (level.scale?.[i] ?? NaN) / (base.scale?.[i] ?? NaN);
    return Math.max(1, Number.isFinite(factor) ? factor : first.shape[i]! / size);
  });
}

/** An array by itself. If it is a level of a multiscale image above it, that image tells its axes and voxel size. */
async function imageOfArray(store: ZarrStore, array: ZarrArray, options: FindOptions): Promise<ZarrImage> {
  const names = array.path.split('/');
  for (let depth = array.path === '' ? -1 : names.length - 1; depth >= 0; depth--) {
    const group = await readNode(store, names.slice(0, depth).join('/'), options.who);
    const multiscale = group?.kind === 'group' ? multiscaleOf(group.attributes, options.who) : undefined;
    const only = multiscale?.levels.findIndex((level) => level.path === names.slice(depth).join('/')) ?? -1;
    if (only >= 0) return imageOfGroup(store, group as ZarrGroup, { ...options, multiscale: multiscale!, only });
  }
  const axes = options.axes ?? axesOfArray(array.attributes, array.dimensionNames) ?? axesByShape(array, options.who);
  checkAxes(axes, array.shape, options.who);
  return {
    axes,
    levels: [{ array, downsampling: array.shape.map(() => 1) }],
    displayRange: displayRangeOfArray(array.attributes),
  };
}

function axesByShape({ shape }: ZarrArray, who: string): string {
  if (shape.length >= 2 && shape.length <= 5) return guessAxes(shape);
  const found = `its shape is (${shape.join(', ')})`;
  throw new BrushwoodError('axes-mismatch', `${who} is not an image: 2 to 5 axes are expected, but ${found}.`, {
    shape,
  });
}

/** How many groups inside one another are searched for arrays. */
const maxDepth = 4;

/** All arrays below a path, as far as metadata and store tell. */
export async function findArrays(store: ZarrStore, path: string, who: string, depth = 0): Promise<ZarrArray[]> {
  const node = await readNode(store, path, who).catch(() => undefined);
  if (node?.kind === 'array') return [node];
  if (!node || depth > maxDepth) return [];
  const levels = multiscaleOf(node.attributes, who)?.levels.map((level) => level.path) ?? [];
  const folders = (await store.folders?.(path)) ?? [];
  const names = [...new Set([...levels, ...folders.toSorted()])];
  const found = await Promise.all(names.map((name) => findArrays(store, joinPath(path, name, who), who, depth + 1)));
  return found.flat();
}

function joinPath(group: string, below: string, who: string): string {
  const path = group === '' ? below : `${group}/${below}`;
  checkInnerPath(path, who);
  return path;
}
