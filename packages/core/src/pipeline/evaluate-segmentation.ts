import type { ImageSink, ImageSpec } from '../contracts/image-sink.ts';
import type { ImageSource } from '../contracts/image-source.ts';
import { BrushwoodError } from '../errors.ts';
import type { Shape5 } from '../grid/axes.ts';
import { roiShape, type Roi } from '../grid/roi.ts';
import { readMask } from './prediction-mask.ts';

/** How often truth `i` was predicted as `j`: `counts[i][j]`, classes 0…n−1. */
export type ConfusionMatrix = readonly number[][];

export function emptyConfusion(classCount: number): ConfusionMatrix {
  return Array.from({ length: classCount }, () => Array<number>(classCount).fill(0));
}

/** What a truth image's values mean. */
export type TruthMeaning =
  /** 1…n are the classes, 0 is not compared. */
  | { readonly kind: 'labels' }
  /** One number per object: above 0 is the class `foreground`, 0 the class `background` (indices). */
  | { readonly kind: 'instances'; readonly foreground: number; readonly background: number }
  /** Label of each value; values that are missing, and those that map to 0, are not compared. */
  | { readonly kind: 'map'; readonly labels: ReadonlyMap<number, number> };

export interface ClassScore {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly iou: number;
  /** Voxels of this class in the truth. */
  readonly support: number;
}

export interface Scores {
  readonly voxels: number;
  readonly accuracy: number;
  readonly classes: readonly ClassScore[];
  readonly meanIou: number;
  readonly confusion: ConfusionMatrix;
}

export interface EvaluationOptions {
  /** Counts are added to it. */
  readonly confusion: ConfusionMatrix;
  readonly meaning: TruthMeaning;
  /** Prediction mask of the image: voxels where it is 0 were not predicted and don't count. Size as `checkMask` allows. */
  readonly mask?: ImageSource;
  /** Gets 1 + `errorKind` of every error, in the order of the voxels; what agrees or is not compared stays as it is. */
  readonly errors?: Uint8Array | Uint16Array;
}

/** The number of a kind of error: class `truth` was taken for `predicted`. */
export function errorKind(truth: number, predicted: number, classCount: number): number {
  return truth * classCount + predicted;
}

/**
 * A sink that compares a segmentation with a truth image as it is written, block by block, and keeps only counts.
 * @throws 'shape-mismatch' if truth and segmentation differ in size, 'invalid-labels' for truth values without a meaning
 */
export function createEvaluationSink(
  spec: ImageSpec,
  truth: ImageSource,
  { confusion, meaning, mask, errors }: EvaluationOptions,
): ImageSink {
  const { shape } = truth.info;
  if (shape.some((size, axis) => size !== (axis === 1 ? 1 : spec.shape[axis]))) {
    throw new BrushwoodError(
      'shape-mismatch',
      `The truth image has shape (${shape.join(', ')}), the segmentation (${spec.shape.join(', ')}), axes tczyx. They must agree; the truth has one channel.`,
      { shape: [...shape], expected: [...spec.shape] },
    );
  }
  return {
    spec,
    writeShape: [1, 1, 1, 1, 1],
    async write(roi, { data }, options) {
      const { data: expected } = await truth.read(roi, options);
      const isPredicted = await readMask(mask, roi, options?.signal);
      const place = errors && placer(roi, shape);
      for (let i = 0; i < expected.length; i++) {
        const label = labelOf(Number(expected[i]), meaning, confusion.length);
        if (label === 0 || isPredicted?.[i % isPredicted.length] === 0) continue;
        const predicted = Number(data[i]) - 1;
        confusion[label - 1]![predicted]!++;
        if (place && predicted !== label - 1) errors[place(i)] = 1 + errorKind(label - 1, predicted, confusion.length);
      }
    },
    async close() {},
    async abort() {},
  };
}

/** Numbers voxels of a box as those of the image, one channel. */
function placer(roi: Roi, [, , depth, height, width]: Shape5): (i: number) => number {
  const [, , nz, ny, nx] = roiShape(roi);
  const [t0, , z0, y0, x0] = roi.start;
  return (i) => {
    const row = Math.floor(i / nx);
    const slice = Math.floor(row / ny);
    const [t, z, y, x] = [t0 + Math.floor(slice / nz), z0 + (slice % nz), y0 + (row % ny), x0 + (i % nx)];
    return ((t * depth + z) * height + y) * width + x;
  };
}

function labelOf(value: number, meaning: TruthMeaning, classCount: number): number {
  if (meaning.kind === 'instances') return (value > 0 ? meaning.foreground : meaning.background) + 1;
  const label = meaning.kind === 'map' ? (meaning.labels.get(value) ?? 0) : value;
  if (Number.isInteger(label) && label >= 0 && label <= classCount) return label;
  throw new BrushwoodError(
    'invalid-labels',
    `The truth image holds the value ${value}, but the project has the classes 1 to ${classCount}. For one number per object use --instances; ` +
      `for other values say what they mean, for example --map 0=1,255=2.`,
    { value, classCount },
  );
}

/** Accuracy, and precision, recall, F1 and intersection over union per class. Ratios of nothing are NaN. */
export function scoresOf(confusion: ConfusionMatrix): Scores {
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const voxels = sum(confusion.map(sum));
  const hits = confusion.map((row, k) => row[k]!);
  const classes = confusion.map((row, k) => {
    const support = sum(row);
    const predicted = sum(confusion.map((other) => other[k]!));
    const hit = hits[k]!;
    return {
      precision: hit / predicted,
      recall: hit / support,
      f1: (2 * hit) / (support + predicted),
      iou: hit / (support + predicted - hit),
      support,
    };
  });
  const present = classes.map((score) => score.iou).filter((iou) => !Number.isNaN(iou));
  return { voxels, accuracy: sum(hits) / voxels, classes, meanIou: sum(present) / present.length, confusion };
}
