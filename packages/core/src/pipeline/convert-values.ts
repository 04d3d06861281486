import { BrushwoodError } from '../errors.ts';
import { allocateArray, dtypeOf, dtypeRange, type Dtype, type NumberArray } from '../grid/dtype.ts';

/**
 * Values in another dtype. With `range`, floats scale from it to the full range of an integer dtype; integers are
 * rounded half to even and clipped, floats are cast. NaN becomes 0.
 * @throws 'unsupported-dtype' for 64-bit integers, which hold more than a number does
 */
export function convertValues(values: NumberArray, dtype: Dtype, range?: readonly [number, number]): NumberArray {
  if (dtypeOf(values) === dtype) return values;
  if (dtype === 'int64' || dtype === 'uint64') {
    throw new BrushwoodError(
      'unsupported-dtype',
      `Values cannot be written as ${dtype}. Choose an integer type of at most 32 bits, or a float type.`,
      { dtype },
    );
  }
  const out = allocateArray(dtype, values.length) as NumberArray;
  if (dtype === 'float32' || dtype === 'float64') {
    out.set(values);
    return out;
  }
  const [low, high] = dtypeRange(dtype);
  const [from, to] = range ?? [low, high];
  const factor = range ? (high - low) / (to - from) : 1;
  const offset = range ? low - from * factor : 0;
  for (let i = 0; i < values.length; i++) {
    const value = roundHalfEven(values[i]! * factor + offset);
    out[i] = value < low ? low : value > high ? high : value;
  }
  return out;
}

/** As NumPy's rint. */
export function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
