import { elementCount, type Shape5 } from '../grid/axes.ts';
import type { Tensor } from '../grid/tensor.ts';
import { emptyLabels, writeLabels, type Labels } from '../project/labels.ts';
import { randomInteger, seededRandom } from './random.ts';

/** A synthetic image whose classes are known. */
export interface Phantom {
  /** uint8, one channel. */
  readonly image: Tensor;
  /** uint8, one channel: 1 = background, 2 = object. */
  readonly truth: Tensor;
}

export interface PhantomOptions {
  /** `tczyx` with one channel; default one slice of 64 × 80. */
  readonly shape?: Shape5;
  readonly seed?: number;
  /** Largest deviation from the true grey value; default 20 of the 120 between object and background. */
  readonly noise?: number;
}

const defaultShape: Shape5 = [1, 1, 1, 64, 80];
const [background, contrast] = [60, 120];

/** Bright balls (discs in a flat image) with a soft edge on a dark, noisy ground. */
export function blobsPhantom(
  options: PhantomOptions & { readonly count?: number; readonly radius?: number } = {},
): Phantom {
  const { shape = defaultShape, seed = 1, count = 12, radius = 6 } = options;
  const random = seededRandom(seed);
  const centres = Array.from({ length: count }, () => shape.map((size) => random() * size));
  return paint({ ...options, shape, seed }, (at) => {
    let inside = 0;
    for (const centre of centres) {
      const [dz, dy, dx] = [2, 3, 4].map((axis) => (shape[axis] === 1 ? 0 : at[axis]! - centre[axis]!));
      const distance = Math.sqrt(dz! * dz! + dy! * dy! + dx! * dx!);
      inside = Math.max(inside, Math.min(1, Math.max(0, (radius + 1 - distance) / 2)));
    }
    return inside;
  });
}

/** Bright stripes, half as wide as they repeat, slanted by one voxel along x for every `slope` along y. */
export function stripesPhantom(
  options: PhantomOptions & { readonly period?: number; readonly slope?: number } = {},
): Phantom {
  const { shape = defaultShape, period = 12, slope = 4 } = options;
  return paint({ ...options, shape }, ([, , z, y, x]) => {
    const phase = ((x! + y! / slope + z!) / period) % 1;
    return Math.min(1, Math.max(0, (0.5 - Math.abs(phase - 0.5) * 2) * 3 + 0.5));
  });
}

/** Nothing but noise around a middle grey; the truth is background everywhere. */
export function noisePhantom(options: PhantomOptions = {}): Phantom {
  return paint({ noise: 50, ...options, shape: options.shape ?? defaultShape }, () => 0);
}

/** @param insideAt how much of a voxel belongs to an object, 0…1 */
function paint(
  { shape, seed = 1, noise = 20 }: PhantomOptions & { readonly shape: Shape5 },
  insideAt: (at: readonly number[]) => number,
): Phantom {
  const random = seededRandom(seed + 1);
  const image = new Uint8Array(elementCount(shape));
  const truth = new Uint8Array(image.length);
  for (let i = 0; i < image.length; i++) {
    const inside = insideAt(positionOf(i, shape));
    image[i] = Math.round(background + contrast * inside + noise * (2 * random() - 1));
    truth[i] = inside >= 0.5 ? 2 : 1;
  }
  return { image: { data: image, shape }, truth: { data: truth, shape } };
}

function positionOf(index: number, shape: Shape5): number[] {
  const at = [0, 0, 0, 0, 0];
  let rest = index;
  for (let axis = 4; axis >= 0; axis--) {
    at[axis] = rest % shape[axis]!;
    rest = Math.floor(rest / shape[axis]!);
  }
  return at;
}

/**
 * Brush strokes that agree with the truth: short runs along x at random places, cut where the class ends.
 * @param options.perClass strokes of each class that the truth has
 */
export function strokesOn(
  truth: Tensor,
  { perClass = 6, length = 8, seed = 3 }: { perClass?: number; length?: number; seed?: number } = {},
): Labels {
  const { data, shape } = truth;
  const random = seededRandom(seed);
  let labels = emptyLabels(shape);
  const classes = [...new Set(Array.from(data, Number))].filter((value) => value > 0).toSorted((a, b) => a - b);
  for (const value of classes) {
    for (let stroke = 0; stroke < perClass; ) {
      const from = randomInteger(random, 0, data.length - 1);
      if (data[from] !== value) continue;
      const start = positionOf(from, shape);
      let count = 0;
      while (count < length && start[4]! + count < shape[4] && data[from + count] === value) count++;
      const roi = {
        start: start as unknown as Shape5,
        stop: start.map((s, axis) => (axis === 4 ? s + count : s + 1)) as unknown as Shape5,
      };
      labels = writeLabels(labels, roi, new Uint8Array(count).fill(value));
      stroke++;
    }
  }
  return labels;
}
