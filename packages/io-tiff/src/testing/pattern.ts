import { allocateArray, AxisOrder, elementCount, type Dtype, type Tensor } from '@brushwood/core';

/**
 * The image of the fixtures: (31 i² + 7 i) mod m at place i, in the order of the file's axes.
 * @param axes   axes of the file, slowest first
 * @param shape  sizes in the same order
 */
export function patternTensor(
  axes: string,
  shape: readonly number[],
  { dtype, modulus }: { dtype: Dtype; modulus: number },
): Tensor {
  const data = allocateArray(dtype, elementCount(shape));
  for (let i = 0; i < data.length; i++) data[i] = (31 * i * i + 7 * i) % modulus;
  const order = new AxisOrder(axes);
  return { data: order.toCore(data, shape), shape: order.toCoreShape(shape) };
}
