import { BrushwoodError } from '../errors.ts';
import { allocateArray, dtypeOf, type TypedArray } from './dtype.ts';
import type { Roi } from './roi.ts';

/** The order of axes inside core, slowest first. Every image has all five. */
export const coreAxes = 'tczyx';
export type Axis = 't' | 'c' | 'z' | 'y' | 'x';

/** Sizes along t, c, z, y, x. */
export type Shape5 = readonly [number, number, number, number, number];
/** Sizes along z, y, x. */
export type Shape3 = readonly [number, number, number];

/** Five numbers, one per axis in core order. */
export function shape5(value: (axis: 0 | 1 | 2 | 3 | 4) => number): Shape5 {
  return [value(0), value(1), value(2), value(3), value(4)];
}
/** Three numbers, for z, y, x. */
export function shape3(value: (axis: 0 | 1 | 2) => number): Shape3 {
  return [value(0), value(1), value(2)];
}
/** The z, y, x part of five numbers. */
export function spatialShape(shape: Shape5): Shape3 {
  return [shape[2], shape[3], shape[4]];
}

/** Position of an axis in the core order. */
export function axisIndex(axis: Axis): 0 | 1 | 2 | 3 | 4 {
  return coreAxes.indexOf(axis) as 0 | 1 | 2 | 3 | 4;
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/**
 * Axes of an array that says nothing about them (spec §F): 2-D `yx`; 3-D `yxc` if the last size is ≤ 4, else `zyx`;
 * 4-D `zyxc`; 5-D `tzyxc`.
 * @throws 'axes-mismatch' for any other number of axes.
 */
export function guessAxes(shape: readonly number[]): string {
  const last = shape.at(-1) ?? 0;
  if (shape.length === 2) return 'yx';
  if (shape.length === 3) return last <= 4 ? 'yxc' : 'zyx';
  if (shape.length === 4) return 'zyxc';
  if (shape.length === 5) return 'tzyxc';
  throw new BrushwoodError(
    'axes-mismatch',
    `An array of shape (${shape.join(', ')}) is not an image: 2 to 5 axes are expected, found ${shape.length}.`,
    { shape: [...shape] },
  );
}

/**
 * Checks that `axes` names each axis of `shape` once and has x and y.
 * @throws 'axes-mismatch' that says what is wrong and how to name them.
 */
export function checkAxes(axes: string, shape: readonly number[], who: string): void {
  const problem = axesProblem(axes, shape);
  if (problem) {
    throw new BrushwoodError(
      'axes-mismatch',
      `${who}: the axes "${axes}" do not fit an array of shape (${shape.join(', ')}): ${problem}. ` +
        `Name one letter of "tczyx" for each axis, slowest first, for example --input-axes ${guessOrDefault(shape)}.`,
      { axes, shape: [...shape] },
    );
  }
}

function guessOrDefault(shape: readonly number[]): string {
  return shape.length >= 2 && shape.length <= 5 ? guessAxes(shape) : 'zyx';
}

function axesProblem(axes: string, shape: readonly number[]): string | undefined {
  for (const letter of axes) if (!coreAxes.includes(letter)) return `"${letter}" is not one of t, c, z, y, x`;
  if (new Set(axes).size !== axes.length) return 'a letter appears twice';
  if (axes.length !== shape.length) return `${axes.length} letters for ${shape.length} axes`;
  if (!axes.includes('x') || !axes.includes('y')) return 'x and y are required';
  return undefined;
}

/**
 * The bridge between a file's own axis order and the core order `tczyx`. Formats convert here and nowhere else.
 * Axes the file lacks have size 1 in core.
 */
export class AxisOrder {
  readonly axes: string;
  /** For every file axis, its index in `tczyx`. */
  private readonly coreIndex: readonly number[];

  constructor(axes: string) {
    this.axes = axes;
    this.coreIndex = [...axes].map((axis) => coreAxes.indexOf(axis));
  }

  /** `tczyx` sizes of an array stored with these axes. */
  toCoreShape(fileShape: readonly number[]): Shape5 {
    const shape: [number, number, number, number, number] = [1, 1, 1, 1, 1];
    this.coreIndex.forEach((core, i) => (shape[core] = fileShape[i] ?? 1));
    return shape;
  }

  /** Sizes in the file's order. */
  toFileShape(coreShape: readonly number[]): number[] {
    return this.coreIndex.map((core) => coreShape[core] ?? 1);
  }

  /** The same box in the file's order. */
  toFileRoi(roi: Roi): { start: number[]; stop: number[] } {
    return { start: this.toFileShape(roi.start), stop: this.toFileShape(roi.stop) };
  }

  /** True if the file's memory order is already `tczyx`, so that no element has to move for this shape. */
  isCoreOrder(coreShape: readonly number[]): boolean {
    const relevant = this.coreIndex.filter((core) => coreShape[core] !== 1);
    return relevant.every((core, i) => i === 0 || core > (relevant[i - 1] ?? -1));
  }

  /** Elements in file order → elements in `tczyx` order. Returns the input itself if nothing has to move. */
  toCore<T extends TypedArray>(data: T, fileShape: readonly number[]): T {
    const coreShape = this.toCoreShape(fileShape);
    if (this.isCoreOrder(coreShape)) return data;
    const fileStrides = stridesOf(fileShape);
    const strides = [0, 0, 0, 0, 0];
    this.coreIndex.forEach((core, i) => (strides[core] = fileStrides[i] ?? 0));
    return gather(data, coreShape, strides);
  }

  /** Elements in `tczyx` order → elements in file order. Returns the input itself if nothing has to move. */
  fromCore<T extends TypedArray>(data: T, coreShape: Shape5): T {
    if (this.isCoreOrder(coreShape)) return data;
    const coreStrides = stridesOf(coreShape);
    const fileShape = this.toFileShape(coreShape);
    const strides = this.coreIndex.map((core) => coreStrides[core] ?? 0);
    const padding = 5 - fileShape.length;
    return gather(
      data,
      [...Array<number>(padding).fill(1), ...fileShape],
      [...Array<number>(padding).fill(0), ...strides],
    );
  }
}

/** Element strides of a contiguous array, slowest first. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = Array<number>(shape.length).fill(1);
  for (let i = shape.length - 2; i >= 0; i--) strides[i] = strides[i + 1]! * shape[i + 1]!;
  return strides;
}

/** Reads `source` at five strides into a new contiguous array of five sizes. */
function gather<T extends TypedArray>(source: T, shape: readonly number[], strides: readonly number[]): T {
  const [n0, n1, n2, n3, n4] = shape as [number, number, number, number, number];
  const [s0, s1, s2, s3, s4] = strides as [number, number, number, number, number];
  const out = allocateArray(dtypeOf(source), n0 * n1 * n2 * n3 * n4) as T;
  let i = 0;
  for (let a = 0; a < n0; a++)
    for (let b = 0; b < n1; b++)
      for (let c = 0; c < n2; c++)
        for (let d = 0; d < n3; d++) {
          let at = a * s0 + b * s1 + c * s2 + d * s3;
          for (let e = 0; e < n4; e++, at += s4) out[i++] = source[at]!;
        }
  return out;
}
