import { allocateArray, dtypeRange, type Dtype, type TypedArray } from '../grid/dtype.ts';
import { elementCount, type Shape5 } from '../grid/axes.ts';
import type { Tensor } from '../grid/tensor.ts';

/** Numbers in [0, 1) that are the same for one seed on every platform (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** An integer in low…high, both included. */
export function randomInteger(random: () => number, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1));
}

/** `length` random values over the whole range of an integer type, or in [−1000, 1000) for floats. */
export function randomArray(dtype: Dtype, length: number, seed: number): TypedArray {
  const random = seededRandom(seed);
  const data = allocateArray(dtype, length);
  const [low, high] = dtype.startsWith('float') ? [-1000, 1000] : dtypeRange(dtype);
  for (let i = 0; i < length; i++) {
    const value = low + random() * (high - low);
    if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[i] = BigInt(Math.floor(value));
    else data[i] = dtype.startsWith('float') ? value : Math.floor(value + random());
  }
  return data;
}

export function randomTensor(dtype: Dtype, shape: Shape5, seed: number): Tensor {
  return { data: randomArray(dtype, elementCount(shape), seed), shape };
}
