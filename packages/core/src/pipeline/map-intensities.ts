import type { ImageSource } from '../contracts/image-source.ts';
import { BrushwoodError } from '../errors.ts';

/**
 * How the intensities of one channel are mapped. Plain data: straight lines between the points (from[i], to[i]), `from` upwards;
 * beyond the ends, with two points the line goes on, with more the value stays that of the end.
 */
export interface IntensityMap {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** The image with mapped intensities, float32. */
export function mapIntensities(source: ImageSource, maps: readonly IntensityMap[], who: string): ImageSource {
  const channels = source.info.shape[1];
  if (maps.length !== channels) {
    throw new BrushwoodError(
      'shape-mismatch',
      `${who} has ${channels} channel(s), but was normalised with ${maps.length}.`,
      { channels, maps: maps.length },
    );
  }
  return {
    info: { ...source.info, dtype: 'float32', displayRange: undefined },
    close: () => source.close(),
    async read(roi, options) {
      const { data, shape } = await source.read(roi, options);
      const out = new Float32Array(data.length);
      const perChannel = shape[2] * shape[3] * shape[4];
      for (let row = 0; row < shape[0] * shape[1]; row++) {
        const map = maps[roi.start[1] + (row % shape[1])]!;
        const start = row * perChannel;
        const mapped = out.subarray(start, start + perChannel);
        for (let i = 0; i < perChannel; i++) mapped[i] = Number(data[start + i]);
        applyMap(map, mapped);
      }
      return { data: out, shape };
    },
  };
}

/** In place. */
function applyMap({ from, to }: IntensityMap, values: Float32Array): void {
  if (from.length === 2) {
    const slope = slopeOf({ from, to }, 0);
    const [origin, start] = [from[0]!, to[0]!];
    for (let i = 0; i < values.length; i++) values[i] = start + (values[i]! - origin) * slope;
    return;
  }
  const last = from.length - 1;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!(value > from[0]!)) values[i] = to[0]!;
    else if (value >= from[last]!) values[i] = to[last]!;
    else {
      let [low, high] = [0, last];
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if (from[middle]! <= value) low = middle;
        else high = middle;
      }
      values[i] = to[low]! + (value - from[low]!) * slopeOf({ from, to }, low);
    }
  }
}

/** An image of one value has no slope: all of it becomes the first point. */
function slopeOf({ from, to }: IntensityMap, i: number): number {
  const width = from[i + 1]! - from[i]!;
  return width > 0 ? (to[i + 1]! - to[i]!) / width : 0;
}
