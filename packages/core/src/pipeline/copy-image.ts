import type { ImageSink } from '../contracts/image-sink.ts';
import type { ImageSource } from '../contracts/image-source.ts';
import type { RunOptions } from '../contracts/progress.ts';
import { BrushwoodError, throwIfAborted } from '../errors.ts';
import { shape5, type Shape5 } from '../grid/axes.ts';
import { BlockGrid } from '../grid/block-grid.ts';
import { allocateArray, dtypeOf, dtypeRange, itemBytes, type Dtype, type TypedArray } from '../grid/dtype.ts';
import { checkRoi, roiShape, translateRoi, wholeRoi, type Roi } from '../grid/roi.ts';
import { roundHalfEven, type ValueScaling } from './convert-values.ts';

export interface CopyOptions extends RunOptions {
  /** The part of the source to copy; its shape is the sink's. Default: all of it. */
  readonly roi?: Roi;
  /** Scales, rounds and clips the values. Without it each value must exist in the sink's dtype; float64 is rounded to float32. */
  readonly scaling?: ValueScaling;
  /** Bytes a box may have, in the larger of both dtypes. Boxes grow to it where units allow. */
  readonly boxBytes?: number;
  /** Of progress. */
  readonly phase?: string;
}

const defaultBoxBytes = 32 * 2 ** 20;

/**
 * Copies an image box by box into a sink, whatever its size: boxes are whole units of the sink and fit the chunks of the source,
 * so that no chunk is decoded twice where memory allows. The sink stays open.
 * @throws 'shape-mismatch' if sink and box differ in shape, 'unsupported-dtype' for a value that the sink's dtype does not have, what
 * reading and writing throw, 'aborted'
 */
export async function copyImage(source: ImageSource, sink: ImageSink, options: CopyOptions = {}): Promise<void> {
  const { signal, scaling, phase = 'Copying' } = options;
  const { info } = source;
  const roi = options.roi ?? wholeRoi(info.shape);
  checkRoi(roi, info.shape, 'The image to copy');
  checkShapes(roiShape(roi), sink);
  const box = chooseBox(source, sink, options.boxBytes ?? defaultBoxBytes);
  const grid = new BlockGrid(wholeRoi(sink.spec.shape), box);
  let done = 0;
  for (const target of unitByUnit(grid, sink)) {
    throwIfAborted(signal);
    const from = translateRoi(target, roi.start);
    const { data, shape } = await source.read(from, { signal });
    await sink.write(target, { data: castValues(data, sink.spec.dtype, { scaling, from }), shape }, { signal });
    options.onProgress?.({ phase, done: ++done, total: grid.count, unit: 'boxes' });
  }
}

/** The grid's boxes; those of one unit, where boxes are smaller, one after the other, so that only one unit is in memory. */
function* unitByUnit(grid: BlockGrid, { spec, unitShape }: ImageSink): Generator<Roi> {
  if (!unitShape) {
    yield* grid;
    return;
  }
  for (const unit of new BlockGrid(wholeRoi(spec.shape), cut(unitShape, spec.shape))) {
    yield* new BlockGrid(unit, grid.blockShape);
  }
}

/**
 * A box is a multiple of what the sink writes at once, cut to the image, and never reaches into two of its units; it grows towards
 * the source's chunks, and then along x, y, z, c and t, as long as it fits.
 */
function chooseBox(source: ImageSource, { spec, writeShape, unitShape }: ImageSink, boxBytes: number): Shape5 {
  const { shape, dtype } = spec;
  const bytes = Math.max(itemBytes(dtype), itemBytes(source.info.dtype));
  const chunk = source.info.levels[0]!.chunkShape;
  const fits = (box: readonly number[]) => box.reduce((product, size) => product * size, bytes) <= boxBytes;
  const unit = unitShape && cut(unitShape, shape);
  let box = cut(writeShape, shape);
  for (const wanted of [chunk, shape]) {
    for (const axis of [4, 3, 2, 1, 0] as const) {
      const most = Math.min(wanted[axis], shape[axis], unit?.[axis] ?? Infinity);
      const grown = growAlong(box, axis, { most, whole: (unit ?? shape)[axis], isUnit: unit !== undefined, fits });
      box = shape5((i) => (i === axis ? grown : box[i]));
    }
  }
  return box;
}

/** The largest multiple of a box along one axis that fits and is of use; inside a unit one that divides it. */
function growAlong(
  box: Shape5,
  axis: 0 | 1 | 2 | 3 | 4,
  limits: { most: number; whole: number; isUnit: boolean; fits: (box: readonly number[]) => boolean },
): number {
  const { most, whole, isUnit, fits } = limits;
  const step = box[axis];
  let best = step;
  for (let factor = 2; step * (factor - 1) < most; factor++) {
    const size = Math.min(step * factor, whole);
    if (!fits(box.map((value, i) => (i === axis ? size : value)))) break;
    if (!isUnit || whole % size === 0) best = size;
  }
  return best;
}

function cut(shape: Shape5, whole: Shape5): Shape5 {
  return shape5((i) => Math.min(shape[i], whole[i]));
}

function checkShapes(shape: Shape5, { spec }: ImageSink): void {
  if (shape.every((size, i) => size === spec.shape[i])) return;
  throw new BrushwoodError(
    'shape-mismatch',
    `A box of shape (${shape.join(', ')}) does not fill an image of shape (${spec.shape.join(', ')}), axes tczyx.`,
    { shape: [...shape], expected: [...spec.shape] },
  );
}

interface CastContext {
  readonly scaling: ValueScaling | undefined;
  /** The box in the source, for messages. */
  readonly from: Roi;
}

/** Values in another dtype: scaled, rounded and clipped if asked for, else exactly or not at all; only float64 → float32 rounds. */
function castValues(data: TypedArray, dtype: Dtype, context: CastContext): TypedArray {
  const { scaling } = context;
  if (dtypeOf(data) === dtype && !scaling) return data;
  const out = allocateArray(dtype, data.length);
  const isBig = dtype === 'int64' || dtype === 'uint64';
  const put = (i: number, value: number) => (out[i] = (isBig ? BigInt(value) : value) as never);
  if (scaling) {
    const convert = scaler(dtype, scaling);
    for (let i = 0; i < data.length; i++) put(i, convert(Number(data[i])));
    return out;
  }
  const isRounding = dtype === 'float32' && data instanceof Float64Array;
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (isBig && typeof value === 'bigint') out[i] = value as never;
    else if (!isBig || Number.isInteger(Number(value))) put(i, Number(value));
    if (!isSame(out[i]!, value, { isRounding })) throw inexact(value, dtype, context);
  }
  return out;
}

/** NaN is itself here. A narrower float may round, but a finite number stays one. */
function isSame(
  written: number | bigint,
  value: number | bigint,
  { isRounding }: { readonly isRounding: boolean },
): boolean {
  if (isRounding && Number.isFinite(written)) return true;
  // oxlint-disable-next-line eqeqeq -- compares a bigint with a number by value, without rounding either
  return written == value || (Number.isNaN(written) && Number.isNaN(value));
}

function scaler(dtype: Dtype, { from, to = dtypeRange(dtype) }: ValueScaling): (value: number) => number {
  const [low, high] = from;
  const factor = high === low ? 0 : (to[1] - to[0]) / (high - low);
  if (dtype === 'float32' || dtype === 'float64') return (value) => to[0] + (value - low) * factor;
  const [least, most] = dtypeRange(dtype);
  return (value) => {
    const scaled = roundHalfEven(to[0] + (value - low) * factor);
    return scaled >= most ? most : scaled > least ? scaled : Number.isNaN(scaled) ? 0 : least;
  };
}

function inexact(value: number | bigint, dtype: Dtype, { from }: CastContext): BrushwoodError {
  return new BrushwoodError(
    'unsupported-dtype',
    `The image holds ${value} (between t, c, z, y, x = ${from.start.join(', ')} and ${from.stop.join(', ')}), which ${dtype} does not ` +
      'have. Choose a dtype that has all values, or say how to scale them.',
    { dtype, value: Number(value) },
  );
}
