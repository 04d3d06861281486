import { errorKind, type ConfusionMatrix, type ErrorMap, type Labels } from '@brushwood/core';
import type { RgbColor } from '../../view/picture.ts';

/** One kind of error: voxels of class `truth` that were taken for `predicted`. */
export interface ErrorKind {
  readonly truth: number;
  readonly predicted: number;
  readonly voxels: number;
  readonly color: RgbColor;
}

/** Far from each other and from most images; the rarest kinds share the last. */
const colors: readonly RgbColor[] = [
  [255, 0, 200],
  [0, 225, 255],
  [255, 150, 0],
  [150, 255, 0],
  [150, 100, 255],
  [255, 240, 0],
  [0, 190, 130],
  [225, 225, 225],
];

/** The errors of a confusion matrix, the most frequent first, each with the colour it has on the image. */
export function errorKinds(confusion: ConfusionMatrix): ErrorKind[] {
  return confusion
    .flatMap((row, truth) => row.map((voxels, predicted) => ({ truth, predicted, voxels })))
    .filter(({ truth, predicted, voxels }) => truth !== predicted && voxels > 0)
    .sort((a, b) => b.voxels - a.voxels)
    .map((kind, i) => ({ ...kind, color: colors[Math.min(i, colors.length - 1)]! }));
}

/** Colour number (from 1) of every error of a map, 0 where there is none. Takes the place of the map. */
export function colorNumbers({ data }: ErrorMap, kinds: readonly ErrorKind[], classCount: number): Uint8Array {
  const table = new Uint8Array(classCount ** 2 + 1);
  kinds.forEach(({ truth, predicted }, i) => {
    table[1 + errorKind(truth, predicted, classCount)] = 1 + Math.min(i, colors.length - 1);
  });
  const numbers = data instanceof Uint8Array ? data : new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) numbers[i] = table[data[i]!]!;
  return numbers;
}

/** Colours by number. */
export function errorColors(): readonly RgbColor[] {
  return colors;
}

/** A dense map as labels of one chunk, so that it is shown as labels are. */
export function asLabels(shape: Labels['shape'], numbers: Uint8Array): Labels {
  return { shape, chunkShape: shape, chunks: new Map([[0, numbers]]) };
}
