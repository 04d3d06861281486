import {
  allocateTensor,
  BlockGrid,
  cropTensor,
  type CreateImageOptions,
  elementCount,
  type ImageLocation,
  type ImageSink,
  type ImageSpec,
  type Roi,
  stridesOf,
  type Tensor,
  wholeRoi,
} from '@brushwood/core';
import { omeZarr } from '../format.ts';

/** A number for every voxel of tczyx that tells neighbours apart. */
export function valueAt(position: readonly number[]): number {
  return (position.reduce((sum, at, i) => sum + at * [7919, 101, 1009, 31, 3][i]!, 11) % 251) + 1;
}

/** The image of those numbers. */
export function patternOf(spec: ImageSpec): Tensor {
  const tensor = allocateTensor(spec.dtype, spec.shape);
  const strides = stridesOf(spec.shape);
  const isBig = typeof tensor.data[0] === 'bigint';
  for (let i = 0; i < elementCount(spec.shape); i++) {
    const value = valueAt(strides.map((stride, axis) => Math.floor(i / stride) % spec.shape[axis]!));
    tensor.data[i] = isBig ? BigInt(value) : value;
  }
  return tensor;
}

export function unitsOf(sink: ImageSink): Roi[] {
  return [...new BlockGrid(wholeRoi(sink.spec.shape), sink.unitShape!)];
}

/** Writes a whole image; default: the pattern. */
export async function writeImage(
  location: ImageLocation,
  spec: ImageSpec,
  { image = patternOf(spec), ...options }: CreateImageOptions & { image?: Tensor } = {},
): Promise<void> {
  const sink = await omeZarr.create!(location, spec, options);
  for (const unit of unitsOf(sink)) await sink.write(unit, cropTensor(image, unit));
  await sink.close();
}
