import { BrushwoodError, itemBytes, type Dtype } from '@brushwood/core';
import type { PythonLiteral } from './python-literal.ts';

/** NumPy's codes of the dtypes an image can have. Booleans are stored as bytes 0 and 1. */
const dtypesByCode: ReadonlyMap<string, Dtype> = new Map<string, Dtype>([
  ['b1', 'uint8'],
  ['u1', 'uint8'],
  ['i1', 'int8'],
  ['u2', 'uint16'],
  ['i2', 'int16'],
  ['u4', 'uint32'],
  ['i4', 'int32'],
  ['u8', 'uint64'],
  ['i8', 'int64'],
  ['f4', 'float32'],
  ['f8', 'float64'],
]);

export interface StoredDtype {
  readonly dtype: Dtype;
  readonly isBigEndian: boolean;
}

/**
 * What the `descr` of a header means: `<u2`, `>f4`, `|b1`. `=` is taken as little-endian, like all machines we run on.
 * @throws {BrushwoodError} 'unsupported' for Python objects, which only unpickling (running code of the file) could read;
 *   'unsupported-dtype' for structured, complex, text, date and float16 arrays.
 */
export function parseDescr(descr: PythonLiteral, who: string): StoredDtype {
  if (typeof descr === 'string' && descr.endsWith('O')) {
    throw new BrushwoodError(
      'unsupported',
      `${who} holds pickled Python objects. Reading them would run code from the file, so they are never opened. ` +
        'Save a plain array of numbers, for example numpy.save(path, array.astype("float32")).',
      { descr },
    );
  }
  const dtype = typeof descr === 'string' && /^[<>|=]/.test(descr) ? dtypesByCode.get(descr.slice(1)) : undefined;
  if (typeof descr !== 'string' || !dtype) {
    const found = typeof descr === 'string' ? `"${descr}"` : 'several fields per element';
    throw new BrushwoodError(
      'unsupported-dtype',
      `${who}: images are integers of 8 to 64 bits, float32 or float64, but the file holds ${found}. ` +
        'Convert it, for example with array.astype("float32").',
      { descr: found },
    );
  }
  return { dtype, isBigEndian: descr.startsWith('>') };
}

/** The `descr` we write: little-endian, in which all machines we run on hold numbers. */
export function descrOf(dtype: Dtype): string {
  const kind = dtype.startsWith('uint') ? 'u' : dtype.startsWith('int') ? 'i' : 'f';
  const bytes = itemBytes(dtype);
  return `${bytes === 1 ? '|' : '<'}${kind}${bytes}`;
}

/** Reverses the bytes of every element in place. */
export function swapBytes(bytes: Uint8Array, elementBytes: number): void {
  for (let at = 0; at < bytes.length; at += elementBytes) bytes.subarray(at, at + elementBytes).reverse();
}
