import { BrushwoodError } from '../errors.ts';

/** Element types, named as in NumPy and Zarr. Booleans are read as `uint8`. */
export type Dtype =
  | 'uint8'
  | 'int8'
  | 'uint16'
  | 'int16'
  | 'uint32'
  | 'int32'
  | 'uint64'
  | 'int64'
  | 'float32'
  | 'float64';

/** Arrays of numbers. 64-bit integers come as BigInt arrays. */
export type NumberArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;
export type TypedArray = NumberArray | BigUint64Array | BigInt64Array;

const constructors = {
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  uint64: BigUint64Array,
  int64: BigInt64Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

export const dtypes = Object.keys(constructors) as readonly Dtype[];

export function isDtype(name: string): name is Dtype {
  return Object.hasOwn(constructors, name);
}

/** Bytes of one element. */
export function itemBytes(dtype: Dtype): number {
  return constructors[dtype].BYTES_PER_ELEMENT;
}

/** A zeroed array of `length` elements. */
export function allocateArray(dtype: Dtype, length: number): TypedArray {
  return new constructors[dtype](length);
}

/** A view of raw native-endian bytes as elements; copies only if the offset is not aligned. */
export function arrayFromBytes(dtype: Dtype, bytes: Uint8Array): TypedArray {
  const constructor = constructors[dtype];
  const length = Math.floor(bytes.byteLength / constructor.BYTES_PER_ELEMENT);
  const aligned = bytes.byteOffset % constructor.BYTES_PER_ELEMENT === 0 ? bytes : bytes.slice();
  return new constructor(aligned.buffer as ArrayBuffer, aligned.byteOffset, length);
}

export function dtypeOf(array: TypedArray): Dtype {
  for (const dtype of dtypes) if (array instanceof constructors[dtype]) return dtype;
  throw new BrushwoodError(
    'unsupported-dtype',
    `Arrays of type ${Object.prototype.toString.call(array)} are not images.`,
  );
}

/** The values a dtype can hold; for floats the range is [0, 1], the convention for display and export. */
export function dtypeRange(dtype: Dtype): readonly [number, number] {
  switch (dtype) {
    case 'uint8':
      return [0, 255];
    case 'int8':
      return [-128, 127];
    case 'uint16':
      return [0, 65535];
    case 'int16':
      return [-32768, 32767];
    case 'uint32':
      return [0, 4294967295];
    case 'int32':
      return [-2147483648, 2147483647];
    case 'uint64':
      return [0, 2 ** 64];
    case 'int64':
      return [-(2 ** 63), 2 ** 63];
    default:
      return [0, 1];
  }
}
