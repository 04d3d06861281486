import type { TypedArray } from '@brushwood/core';

/** A box of elements inside a larger array: where its first element lies, and how far apart neighbours are along each axis. */
export interface StridedBox {
  readonly data: TypedArray;
  readonly offset: number;
  readonly strides: readonly number[];
}

/** Copies a box of one `shape` from array to array, whatever the order of elements in either. */
export function copyStrided(source: StridedBox, target: StridedBox, shape: readonly number[]): void {
  const input = source.data as Uint8Array;
  const output = target.data as Uint8Array;
  const last = shape.length - 1;
  const [from1, to1] = [source.strides[last]!, target.strides[last]!];
  const copy = (axis: number, from: number, to: number): void => {
    const length = shape[axis]!;
    if (axis < last) {
      const [fromStep, toStep] = [source.strides[axis]!, target.strides[axis]!];
      for (let i = 0; i < length; i++) copy(axis + 1, from + i * fromStep, to + i * toStep);
    } else if (from1 === 1 && to1 === 1 && length > 16) {
      output.set(input.subarray(from, from + length), to);
    } else {
      for (let i = 0; i < length; i++) output[to + i * to1] = input[from + i * from1]!;
    }
  };
  copy(0, source.offset, target.offset);
}
