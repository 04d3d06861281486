import type { RunOptions } from '../contracts/progress.ts';
import type { ImageInfo, ImageSource } from '../contracts/image-source.ts';
import type { StorageFormat } from '../contracts/storage-format.ts';
import { BrushwoodError, throwIfAborted } from '../errors.ts';
import { elementCount, shape5, type Shape5 } from '../grid/axes.ts';
import { BlockGrid } from '../grid/block-grid.ts';
import { dtypeRange } from '../grid/dtype.ts';
import { wholeRoi, withAxis } from '../grid/roi.ts';
import type { Normalization } from '../project/normalization.ts';
import type { IntensityMap } from './map-intensities.ts';
import { openImage, type ImageRequest } from './open-image.ts';

/** Histogram bins where values are not few whole numbers. */
const binCount = 65536;
/** Points of the map that equalises. */
const equalizePoints = 1024;
/** Up to here full resolution is measured, beyond it the coarsest level that still has `levelVoxels`. */
const exactVoxels = 2 ** 28;
const levelVoxels = 2 ** 22;
/** Voxels read at once. */
const boxVoxels = 2 ** 22;

/**
 * The request of an image, with the map that a project's normalisation gives it. Reads the whole image once or twice.
 * @throws what opening and reading throw, 'not-finite' for an image that holds NaN or infinite values, 'aborted'
 */
export async function normalizeRequest(
  formats: readonly StorageFormat[],
  request: ImageRequest,
  { normalization, ...options }: { normalization: Normalization | undefined } & RunOptions,
): Promise<ImageRequest> {
  if (!normalization || request.intensities) return request;
  const source = await openImage(formats, request, { signal: options.signal });
  try {
    const who = request.location.path;
    return { ...request, intensities: await measureIntensities(source, normalization, { ...options, who }) };
  } finally {
    await source.close();
  }
}

/** One map per channel. Percentiles are the smallest value that so many percent of the voxels do not exceed. */
export async function measureIntensities(
  source: ImageSource,
  normalization: Normalization,
  options: RunOptions & { who?: string } = {},
): Promise<IntensityMap[]> {
  const level = chooseLevel(source.info);
  const maps: IntensityMap[] = [];
  for (let channel = 0; channel < source.info.shape[1]; channel++) {
    maps.push(mapOf(await measureChannel(source, { level, channel, ...options }), normalization));
  }
  return maps;
}

interface ChannelStatistics {
  readonly count: number;
  readonly mean: number;
  readonly deviation: number;
  /** Voxels per bin, and the largest value of bin i: low + i · width. */
  readonly histogram: Float64Array;
  readonly low: number;
  readonly width: number;
}

interface ChannelRequest extends RunOptions {
  readonly level: number;
  readonly channel: number;
  readonly who?: string;
}

async function measureChannel(source: ImageSource, request: ChannelRequest): Promise<ChannelStatistics> {
  const { dtype } = source.info;
  const isSmall = dtype === 'uint8' || dtype === 'int8' || dtype === 'uint16' || dtype === 'int16';
  const [low, high] = isSmall ? dtypeRange(dtype) : await rangeOfChannel(source, request);
  const width = isSmall ? 1 : (high - low) / (binCount - 1) || 1;
  const histogram = new Float64Array(isSmall ? high - low + 1 : binCount);
  let [count, sum, squares] = [0, 0, 0];
  // Sums around a value inside keep their digits where the mean is large.
  const origin = low + (high - low) / 2;
  for await (const data of boxes(source, request)) {
    for (let i = 0; i < data.length; i++) {
      const value = Number(data[i]);
      // The quotient of the largest value may round up beyond the last bin.
      histogram[Math.min(histogram.length - 1, Math.ceil((value - low) / width))]!++;
      sum += value - origin;
      squares += (value - origin) ** 2;
    }
    count += data.length;
  }
  const mean = sum / count;
  const deviation = Math.sqrt(Math.max(0, squares / count - mean * mean));
  return { count, mean: origin + mean, deviation, histogram, low, width };
}

async function rangeOfChannel(source: ImageSource, request: ChannelRequest): Promise<[number, number]> {
  let [low, high] = [Infinity, -Infinity];
  for await (const data of boxes(source, request)) {
    for (let i = 0; i < data.length; i++) {
      const value = Number(data[i]);
      if (value < low) low = value;
      if (value > high) high = value;
      if (!Number.isFinite(value)) throw notFinite(request, value);
    }
  }
  return [low, high];
}

function notFinite({ who = 'The image', channel }: ChannelRequest, value: number): BrushwoodError {
  return new BrushwoodError(
    'not-finite',
    `${who} holds ${value} in channel ${channel} and cannot be normalised. Replace NaN and infinite voxels first.`,
    { channel },
  );
}

/** The values of a channel, box by box. */
async function* boxes(source: ImageSource, { level, channel, signal, onProgress }: ChannelRequest) {
  const { shape, chunkShape } = source.info.levels[level]!;
  const grid = new BlockGrid(withAxis(wholeRoi(shape), 1, channel, channel + 1), boxShape(shape, chunkShape));
  let done = 0;
  for (const roi of grid) {
    throwIfAborted(signal);
    const { data } = await source.read(roi, { level, signal });
    yield data;
    onProgress?.({ phase: 'Measuring intensities', done: ++done, total: grid.count, unit: 'blocks' });
  }
}

/** Whole chunks, up to some million voxels: slices first, then rows. */
function boxShape(shape: Shape5, chunkShape: Shape5): Shape5 {
  let box = shape5((i) => (i < 2 ? 1 : Math.min(shape[i], chunkShape[i])));
  for (const axis of [4, 3, 2]) {
    const room = Math.max(1, Math.floor(boxVoxels / elementCount(box)));
    box = shape5((i) => (i === axis ? Math.min(shape[i], box[i] * room) : box[i]));
  }
  return box;
}

function chooseLevel({ levels }: ImageInfo): number {
  const voxels = (i: number) => elementCount(levels[i]!.shape) / levels[i]!.shape[1];
  if (voxels(0) <= exactVoxels) return 0;
  let level = 0;
  while (level + 1 < levels.length && voxels(level + 1) >= levelVoxels) level++;
  return level;
}

function mapOf(statistics: ChannelStatistics, normalization: Normalization): IntensityMap {
  const { mean, deviation } = statistics;
  switch (normalization.method) {
    case 'percentile':
      return {
        from: [percentile(statistics, normalization.low), percentile(statistics, normalization.high)],
        to: [0, 1],
      };
    case 'z-score':
      return { from: [mean, mean + deviation], to: [0, 1] };
    case 'equalize':
      return equalizing(statistics);
  }
}

/** The smallest value that `percent` of the voxels do not exceed, to within a bin. */
function percentile({ histogram, count, low, width }: ChannelStatistics, percent: number): number {
  const wanted = Math.max(1, (percent / 100) * count);
  let seen = 0;
  const bin = histogram.findIndex((voxels) => (seen += voxels) >= wanted);
  return low + bin * width;
}

/** The share of voxels that are not brighter, at values spread evenly over those shares. */
function equalizing({ histogram, count, low, width }: ChannelStatistics): IntensityMap {
  const from: number[] = [];
  const to: number[] = [];
  let seen = 0;
  const occupied = histogram.reduce((sum, voxels) => sum + (voxels > 0 ? 1 : 0), 0);
  histogram.forEach((voxels, bin) => {
    if (voxels === 0) return;
    seen += voxels;
    const share = seen / count;
    const isFar = to.length === 0 || share - to.at(-1)! >= 1 / equalizePoints;
    if (occupied > equalizePoints && !isFar && seen < count) return;
    from.push(low + bin * width);
    to.push(share);
  });
  // Two points would go on as a line; a map that ends needs three.
  while (from.length < 3) {
    from.push(from.at(-1)! + width);
    to.push(to.at(-1)!);
  }
  return { from, to };
}
