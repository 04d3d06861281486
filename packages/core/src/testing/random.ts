import { allocateArray, dtypeRange, type Dtype, type TypedArray } from '../grid/dtype.ts';
import { elementCount, type Shape5 } from '../grid/axes.ts';
import type { Tensor } from '../grid/tensor.ts';
import { seededRandom } from '../seeded-random.ts';

export { seededRandom };

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
