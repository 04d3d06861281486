import {
  AxisOrder,
  coreAxes,
  dtypeRange,
  elementCount,
  itemBytes,
  shape5,
  type ImageInfo,
  type ImageLevel,
  type Roi,
  type Shape5,
  type VoxelSize,
} from '@brushwood/core';

/** One resolution of an image as it is served. */
export interface ViewLevel {
  readonly shape: Shape5;
  /** What one request answers, in full also where the image ends within it. */
  readonly chunkShape: Shape5;
  /** What is read at once, a multiple of `chunkShape`: several chunks where the file's own are larger. */
  readonly slabShape: Shape5;
  /** Size of a voxel in voxels of level 0. */
  readonly downsampling: Shape5;
  /** Level of the image it is read from. */
  readonly sourceLevel: number;
  /** Voxels of that level that become one, along each axis; all ones for levels the image has itself. */
  readonly factor: Shape5;
}

/** An image as a Zarr hierarchy that nobody has written. */
export interface ZarrView {
  readonly info: ImageInfo;
  /** Axes the image has, in the order of core: that of OME-Zarr. */
  readonly axes: string;
  readonly levels: readonly ViewLevel[];
}

/** Longest side of the coarsest level, in voxels. Larger images get further levels, so that all of one can be looked at. */
const largestOverview = 4096;

/** Of what is read at once. A flat image is often stored plainly, and a view waits for what it does not show. */
const maxSlabBytes = { flat: 4 << 20, volume: 32 << 20 };

/** How an image is served: its own levels, and further ones where they end at a size nobody can look at. */
export function zarrViewOf(info: ImageInfo): ZarrView {
  const own = info.levels.map((level, i): ViewLevel => {
    const { shape, downsampling } = level;
    const chunkShape = servedChunkShape(level);
    const slabShape = slabShapeOf(level, chunkShape, itemBytes(info.dtype));
    return { shape, downsampling, chunkShape, slabShape, sourceLevel: i, factor: [1, 1, 1, 1, 1] };
  });
  return { info, axes: servedAxes(info.fileAxes), levels: [...own, ...overviewLevels(info)] };
}

/** The axes of a file in the order they are served in. */
export function servedAxes(fileAxes: string): string {
  return [...coreAxes].filter((axis) => fileAxes.includes(axis)).join('');
}

/**
 * The axes of a file, after its served ones were called by other names: a file of `yxc` is served as `cyx`; if that is said to be
 * `zyx`, the file is `yxz`. Undefined if that many axes do not fit.
 */
export function fileAxesOf(fileAxes: string, renamed: string): string | undefined {
  const served = servedAxes(fileAxes);
  if (renamed.length !== served.length) return undefined;
  return [...fileAxes].map((axis) => renamed[served.indexOf(axis)]).join('');
}

/**
 * As many chunks as the file's own chunk has: it is decoded once for all of them. Fewer where that would be too large, along y
 * first, as rows are what files keep together.
 */
function slabShapeOf({ shape, chunkShape: own }: ImageLevel, chunkShape: Shape5, bytes: number): Shape5 {
  const times = [1, 1, 1, 1, 1];
  for (const axis of [1, 2, 3, 4]) {
    times[axis] = Math.ceil(Math.min(own[axis]!, shape[axis]!) / chunkShape[axis]!);
  }
  const maxBytes = maxSlabBytes[shape[2] === 1 ? 'flat' : 'volume'];
  const slabBytes = () => elementCount(chunkShape) * elementCount(times) * bytes;
  for (const axis of [3, 4, 2, 1]) {
    while (times[axis]! > 1 && slabBytes() > maxBytes) times[axis] = Math.ceil(times[axis]! / 2);
  }
  return shape5((axis) => chunkShape[axis] * times[axis]!);
}

/** Halves y and x of the coarsest level until it can be looked at. */
function overviewLevels({ levels }: ImageInfo): ViewLevel[] {
  const sourceLevel = levels.length - 1;
  const last = levels[sourceLevel]!;
  const overviews: ViewLevel[] = [];
  for (let times = 2; Math.max(last.shape[3], last.shape[4]) > (largestOverview * times) / 2; times *= 2) {
    const factor: Shape5 = [1, 1, 1, times, times];
    const shape = shape5((axis) => Math.ceil(last.shape[axis] / factor[axis]));
    const downsampling = shape5((axis) => last.downsampling[axis] * factor[axis]);
    const chunkShape = flatChunk(shape);
    overviews.push({ shape, downsampling, chunkShape, slabShape: chunkShape, sourceLevel, factor });
  }
  return overviews;
}

/** Flat images in tiles; volumes by the file's own chunks where those are about as deep as they are wide: then all views are cheap. */
function servedChunkShape({ shape, chunkShape }: ImageLevel): Shape5 {
  if (shape[2] === 1) return flatChunk(shape);
  const own = shape5((axis) => (axis === 0 ? 1 : axis === 1 ? servedChannels(shape) : chunkShape[axis]));
  const isDeep = own[2] >= Math.min(8, shape[2]);
  const isWide = [own[3], own[4]].every((size) => size >= 32 && size <= 256);
  if (isDeep && isWide && own[2] <= 256 && own[2] * own[3] * own[4] <= 2 ** 21) return own;
  return [1, servedChannels(shape), Math.min(16, shape[2]), Math.min(128, shape[3]), Math.min(128, shape[4])];
}

function flatChunk(shape: Shape5): Shape5 {
  return [1, servedChannels(shape), 1, Math.min(256, shape[3]), Math.min(256, shape[4])];
}

/** The few channels of a colour picture are shown together; of many only some are. */
function servedChannels(shape: Shape5): number {
  return shape[1] <= 4 ? shape[1] : 1;
}

/** What lies at a path below the image: a metadata document, or the box of a chunk. Undefined if nothing does. */
export function resolveObject(view: ZarrView, path: string): object | ChunkPlace | undefined {
  if (path === 'zarr.json') return groupDocument(view);
  const [, levelText, rest = ''] = /^(\d{1,2})\/(.+)$/.exec(path) ?? [];
  const level = view.levels[Number(levelText ?? NaN)];
  if (!level) return undefined;
  if (rest === 'zarr.json') return arrayDocument(view, level);
  return chunkPlace(view, level, rest);
}

/** A chunk that is to be read. Boxes are in the voxels of the level, cut at the image's edge. */
export interface ChunkPlace {
  readonly level: ViewLevel;
  readonly roi: Roi;
  /** What is read at once, the chunk in it. */
  readonly slab: Roi;
}

export function isChunkPlace(object: object): object is ChunkPlace {
  return 'roi' in object;
}

/** Zarr's default names of chunks: `c/0/3/1`, in the order of the axes. */
function chunkPlace({ axes }: ZarrView, level: ViewLevel, key: string): ChunkPlace | undefined {
  const isKey = /^c(\/(0|[1-9]\d{0,8}))+$/.test(key);
  const position = key.split('/').slice(1).map(Number);
  if (!isKey || position.length !== axes.length) return undefined;
  const { chunkShape, slabShape, shape } = level;
  const at = new AxisOrder(axes).toCoreShape(position);
  const start = shape5((axis) => (axes.includes(coreAxes[axis]!) ? at[axis] * chunkShape[axis] : 0));
  if (start.some((begin, axis) => begin >= shape[axis]!)) return undefined;
  const boxAt = (begin: Shape5, size: Shape5): Roi => ({
    start: begin,
    stop: shape5((axis) => Math.min(shape[axis], begin[axis] + size[axis])),
  });
  const slabStart = shape5((axis) => start[axis] - (start[axis] % slabShape[axis]));
  return { level, roi: boxAt(start, chunkShape), slab: boxAt(slabStart, slabShape) };
}

/** Version 0.5 of OME-Zarr. Source: ngff.openmicroscopy.org. */
function groupDocument({ info, axes, levels }: ZarrView): object {
  const inFile = new AxisOrder(axes);
  const datasets = levels.map(({ downsampling }, i) => ({
    path: String(i),
    coordinateTransformations: transformations(info.voxelSize, downsampling, inFile),
  }));
  const multiscale = { name: 'image', axes: [...axes].map((axis) => axisDocument(axis, info.voxelSize)), datasets };
  const ome = { version: '0.5', multiscales: [multiscale], ...(showsChannels(info) ? { omero: omero(info) } : {}) };
  return { zarr_format: 3, node_type: 'group', attributes: { ome, brushwood: { storesAllChunks: true } } };
}

function arrayDocument({ info, axes }: ZarrView, { shape, chunkShape }: ViewLevel): object {
  const inFile = new AxisOrder(axes);
  return {
    zarr_format: 3,
    node_type: 'array',
    shape: inFile.toFileShape(shape),
    data_type: info.dtype,
    chunk_grid: { name: 'regular', configuration: { chunk_shape: inFile.toFileShape(chunkShape) } },
    chunk_key_encoding: { name: 'default', configuration: { separator: '/' } },
    fill_value: 0,
    codecs: [{ name: 'bytes', configuration: { endian: 'little' } }],
    dimension_names: [...axes],
    attributes: {},
  };
}

const axisTypes: Readonly<Record<string, string>> = { t: 'time', c: 'channel' };

function axisDocument(name: string, voxelSize: VoxelSize | undefined): object {
  const unit = name === 't' ? voxelSize?.timeUnit : name === 'c' ? undefined : voxelSize?.unit;
  return { name, type: axisTypes[name] ?? 'space', ...(unit === undefined || unit === 'pixel' ? {} : { unit }) };
}

/** A voxel of a coarser level has its centre in the middle of those it is made of. */
function transformations(voxelSize: VoxelSize | undefined, downsampling: Shape5, inFile: AxisOrder): object[] {
  const sizes = [voxelSize?.t, 1, voxelSize?.z, voxelSize?.y, voxelSize?.x];
  const { t, z, y, x } = voxelSize?.origin ?? {};
  const starts = [t, 0, z, y, x];
  // Files hold sizes of 0 and worse; JSON has no NaN.
  const size = shape5((axis) => (Number.isFinite(sizes[axis]) && sizes[axis]! > 0 ? sizes[axis]! : 1));
  const begin = shape5((axis) => (Number.isFinite(starts[axis]) ? starts[axis]! : 0));
  const translation = shape5((axis) => begin[axis] + ((downsampling[axis] - 1) / 2) * size[axis]);
  return [
    { type: 'scale', scale: inFile.toFileShape(shape5((axis) => size[axis] * downsampling[axis])) },
    ...(translation.some((shift) => shift !== 0)
      ? [{ type: 'translation', translation: inFile.toFileShape(translation) }]
      : []),
  ];
}

/** A range to show is written only where the file has one: an invented one would keep the viewer from measuring its own. */
function showsChannels({ channelNames, displayRange }: ImageInfo): boolean {
  return channelNames !== undefined || displayRange !== undefined;
}

function omero({ shape, dtype, channelNames, displayRange }: ImageInfo): object {
  const [min, max] = dtypeRange(dtype);
  const window = displayRange && {
    min: Math.min(min, displayRange[0]),
    max: Math.max(max, displayRange[1]),
    start: displayRange[0],
    end: displayRange[1],
  };
  const channels = Array.from({ length: shape[1] }, (_, i) => ({
    label: channelNames?.[i] ?? `Channel ${i + 1}`,
    color: 'FFFFFF',
    ...(window ? { window } : {}),
    active: true,
  }));
  return { channels };
}
