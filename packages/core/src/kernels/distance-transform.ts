/** A flat grid of pixels, rows one after the other. */
export interface PixelGrid {
  readonly width: number;
  readonly height: number;
  /** Distance from a pixel to the one on its right, and to the one below. Default 1. */
  readonly spacing?: readonly [u: number, v: number];
}

/**
 * Squared Euclidean distance from every pixel centre to the nearest marked one. Exact: with spacing 1 the distances are whole numbers.
 * @param mask `height × width`, marked where not 0
 * @returns `height × width`; Infinity everywhere if nothing is marked
 *
 * Source: Felzenszwalb & Huttenlocher, "Distance Transforms of Sampled Functions", Theory of Computing 8 (2012): the lower envelope of
 * parabolas, along columns and then along rows, in time proportional to the pixels.
 */
export function squaredDistances(mask: Uint8Array, { width, height, spacing = [1, 1] }: PixelGrid): Float64Array {
  const out = Float64Array.from(mask, (value) => (value === 0 ? Infinity : 0));
  const along = new LowerEnvelope(Math.max(width, height));
  for (let u = 0; u < width; u++) along.transform(out, { start: u, step: width, count: height, spacing: spacing[1] });
  for (let v = 0; v < height; v++) {
    along.transform(out, { start: v * width, step: 1, count: width, spacing: spacing[0] });
  }
  return out;
}

/**
 * Signed Euclidean distance of every pixel centre to a shape: outside, how far the nearest pixel of the shape is, above 0; inside, how far the
 * nearest pixel outside of it is, below 0. What lies beyond the grid is not seen: leave a border around the shape.
 * @param mask `height × width`, the shape where not 0
 */
export function signedDistances(mask: Uint8Array, grid: PixelGrid): Float64Array {
  const outside = squaredDistances(mask, grid);
  const inside = squaredDistances(
    mask.map((value) => (value === 0 ? 1 : 0)),
    grid,
  );
  return outside.map((value, i) => Math.sqrt(value) - Math.sqrt(inside[i]!));
}

interface Line {
  readonly start: number;
  readonly step: number;
  readonly count: number;
  readonly spacing: number;
}

/** The lowest of the parabolas that stand on the values of a line, at each of its places. */
class LowerEnvelope {
  private readonly values: Float64Array;
  /** Places of the parabolas that are lowest somewhere, and from where on each is. */
  private readonly places: Int32Array;
  private readonly from: Float64Array;

  constructor(longest: number) {
    this.values = new Float64Array(longest);
    this.places = new Int32Array(longest);
    this.from = new Float64Array(longest);
  }

  /** In place. */
  transform(data: Float64Array, { start, step, count, spacing }: Line): void {
    const { values, places, from } = this;
    for (let i = 0, at = start; i < count; i++, at += step) values[i] = data[at]!;
    const last = this.build(count, spacing * spacing);
    if (last < 0) return; // nothing is marked on this line, yet
    for (let i = 0, k = 0, at = start; i < count; i++, at += step) {
      while (k < last && from[k + 1]! < i) k++;
      const far = (i - places[k]!) * spacing;
      data[at] = far * far + values[places[k]!]!;
    }
  }

  /** @returns the number of parabolas less one */
  private build(count: number, square: number): number {
    const { values, places, from } = this;
    let last = -1;
    for (let i = 0; i < count; i++) {
      if (values[i] === Infinity) continue;
      let meets = -Infinity;
      while (last >= 0) {
        const place = places[last]!;
        const rise = values[i]! - values[place]! + square * (i * i - place * place);
        meets = rise / (2 * square * (i - place));
        if (meets > from[last]!) break;
        last--;
      }
      last++;
      places[last] = i;
      from[last] = last === 0 ? -Infinity : meets;
    }
    return last;
  }
}
