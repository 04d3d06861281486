import { BrushwoodError } from '../errors.ts';
import { allocateArray, dtypeOf, dtypeRange, type Dtype, type NumberArray } from '../grid/dtype.ts';

/** Values that run from `from[0]` to `from[1]` shall run from `to[0]` to `to[1]`. */
export interface ValueScaling {
  readonly from: readonly [number, number];
  /** Default: the full range of an integer dtype; floats are not scaled then. */
  readonly to?: readonly [number, number];
}

/**
 * Values in another dtype, scaled if asked for; integers are rounded half to even and clipped, floats are cast. NaN becomes 0.
 * @throws 'unsupported-dtype' for 64-bit integers, which hold more than a number does
 */
export function convertValues(values: NumberArray, dtype: Dtype, scaling?: ValueScaling): NumberArray {
  if (dtypeOf(values) === dtype && !scaling?.to) return values;
  if (dtype === 'int64' || dtype === 'uint64') {
    throw new BrushwoodError(
      'unsupported-dtype',
      `Values cannot be written as ${dtype}. Choose an integer type of at most 32 bits, or a float type.`,
      { dtype },
    );
  }
  const out = allocateArray(dtype, values.length) as NumberArray;
  const isFloat = dtype === 'float32' || dtype === 'float64';
  const [low, high] = dtypeRange(dtype);
  const { factor, offset } = slopeOf(scaling, isFloat ? undefined : [low, high]);
  if (isFloat && factor === 1 && offset === 0) {
    out.set(values);
    return out;
  }
  if (isFloat) {
    for (let i = 0; i < values.length; i++) out[i] = values[i]! * factor + offset;
    return out;
  }
  for (let i = 0; i < values.length; i++) {
    const value = values[i]! * factor + offset;
    const clipped = value < low ? low : value > high ? high : value;
    out[i] = clipped + roundingShift - roundingShift;
  }
  return out;
}

/** A double this large has a last bit of 1: adding it rounds half to even whatever is below 2^51, and NaN stays NaN. */
const roundingShift = 1.5 * 2 ** 52;

function slopeOf(scaling: ValueScaling | undefined, whole: readonly [number, number] | undefined) {
  const to = scaling?.to ?? whole;
  if (!scaling || !to) return { factor: 1, offset: 0 };
  const [low, high] = scaling.from;
  // A range of one value has no slope (spec §D.2).
  const factor = high === low ? 0 : (to[1] - to[0]) / (high - low);
  return { factor, offset: to[0] - low * factor };
}

/** As NumPy's rint, for values below 2^51. */
export function roundHalfEven(value: number): number {
  return value + roundingShift - roundingShift;
}
