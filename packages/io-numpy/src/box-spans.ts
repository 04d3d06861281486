import { stridesOf, type TypedArray } from '@brushwood/core';

/** A half-open box in the order of a file's axes. */
export interface Box {
  readonly start: readonly number[];
  readonly stop: readonly number[];
}

/** Elements that lie one after another in a C-ordered file, and the part of the box that lies among them. */
export interface Span {
  readonly offset: number;
  readonly length: number;
  readonly box: Box;
}

/**
 * Cuts a box of an array into spans of at most `maxElements`, in the order of the file. A span may hold up to `maxGap`
 * elements outside of the box between two rows: reading a few too many is far cheaper than a separate read for every row.
 * With 0, as writing needs, spans hold the box and nothing else.
 */
export function* spansOf(
  box: Box,
  shape: readonly number[],
  { maxElements, maxGap }: { maxElements: number; maxGap: number },
): Generator<Span> {
  const strides = stridesOf(shape);
  const extent = extentOf(box);
  const spanFrom = (axis: number) => spanAlong(extent, strides, axis);
  const isJoined = (axis: number) => extent[axis] === 1 || strides[axis]! - spanFrom(axis + 1) <= maxGap;
  let axis = shape.length - 1;
  while (axis > 0 && isJoined(axis) && spanFrom(axis) <= maxElements) axis--;
  const steps = 1 + Math.floor((maxElements - spanFrom(axis + 1)) / strides[axis]!);
  const step = isJoined(axis) ? Math.max(1, steps) : 1;
  for (const corner of corners(box, axis, step)) {
    const start = box.start.map((first, i) => corner[i] ?? first);
    const stop = box.stop.map((end, i) =>
      i < axis ? start[i]! + 1 : i === axis ? Math.min(end, start[i]! + step) : end,
    );
    const offset = dot(start, strides);
    const last = dot(stop, strides) - strides.reduce((sum, stride) => sum + stride, 0);
    yield { offset, length: last - offset + 1, box: { start, stop } };
  }
}

/** Elements from the first to the last of a box along `axis` and all faster ones. */
function spanAlong(extent: readonly number[], strides: readonly number[], axis: number): number {
  return extent.reduce((span, size, i) => (i < axis ? span : span + (size - 1) * strides[i]!), 1);
}

/** Positions along the axes up to `axis`, one by one, and by `step` along `axis` itself. */
function* corners(box: Box, axis: number, step: number): Generator<number[]> {
  const corner = box.start.slice(0, axis + 1);
  while (true) {
    yield [...corner];
    let i = axis;
    corner[i]! += step;
    while (corner[i]! >= box.stop[i]!) {
      if (i === 0) return;
      corner[i] = box.start[i]!;
      corner[--i]! += 1;
    }
  }
}

/**
 * Copies the part of `box` that a span holds to its place in `target`, the contiguous elements of `box`.
 * @param elements  The span's elements as read from an array of `shape`.
 */
export function copySpan(
  span: Span,
  elements: TypedArray,
  into: { box: Box; shape: readonly number[]; target: TypedArray },
) {
  const source = elements as Uint8Array;
  const target = into.target as Uint8Array;
  const sourceStrides = stridesOf(into.shape);
  const targetStrides = stridesOf(extentOf(into.box));
  const extent = extentOf(span.box);
  const lastAxis = extent.length - 1;
  const copy = (axis: number, from: number, to: number): void => {
    const length = extent[axis]!;
    if (axis < lastAxis) {
      for (let i = 0; i < length; i++) copy(axis + 1, from + i * sourceStrides[axis]!, to + i * targetStrides[axis]!);
    } else if (length > 16) {
      target.set(source.subarray(from, from + length), to);
    } else {
      for (let i = 0; i < length; i++) target[to + i] = source[from + i]!;
    }
  };
  copy(0, 0, offsetInBox(span, into.box));
}

/** Where the first element of a span lies among the contiguous elements of `box`. */
export function offsetInBox(span: Span, box: Box): number {
  return dot(
    span.box.start.map((start, i) => start - box.start[i]!),
    stridesOf(extentOf(box)),
  );
}

function extentOf(box: Box): number[] {
  return box.stop.map((stop, i) => stop - box.start[i]!);
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}
