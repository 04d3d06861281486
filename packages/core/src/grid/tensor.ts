import { BrushwoodError } from '../errors.ts';
import { elementCount, stridesOf, type Shape5 } from './axes.ts';
import { allocateArray, dtypeOf, type Dtype, type TypedArray } from './dtype.ts';
import { roiShape, type Roi } from './roi.ts';

/** A contiguous block of voxels, axes `tczyx`, slowest first. */
export interface Tensor {
  readonly data: TypedArray;
  readonly shape: Shape5;
}

export function tensorDtype(tensor: Tensor): Dtype {
  return dtypeOf(tensor.data);
}

/** A zeroed tensor. */
export function allocateTensor(dtype: Dtype, shape: Shape5): Tensor {
  return { data: allocateArray(dtype, elementCount(shape)), shape };
}

/** @throws 'shape-mismatch' if the data does not fill the shape. */
export function createTensor(data: TypedArray, shape: Shape5): Tensor {
  if (data.length !== elementCount(shape)) {
    throw new BrushwoodError(
      'shape-mismatch',
      `${data.length} values do not fill the shape (${shape.join(', ')}), which needs ${elementCount(shape)}.`,
      { values: data.length, shape: [...shape] },
    );
  }
  return { data, shape };
}

/** Copies the box `from` of `source` to the place `to.start` of `target`. Both boxes have one shape. */
export function copyBox(source: Tensor, from: Roi, target: Tensor, to: Roi): void {
  const shape = roiShape(from);
  const sourceStrides = stridesOf(source.shape);
  const targetStrides = stridesOf(target.shape);
  const offset = (strides: number[], start: Shape5) => start.reduce((sum, s, i) => sum + s * strides[i]!, 0);
  const sourceStart = offset(sourceStrides, from.start);
  const targetStart = offset(targetStrides, to.start);
  const [nt, nc, nz, ny, nx] = shape;
  const input = source.data as Uint8Array;
  const output = target.data as Uint8Array;
  for (let t = 0; t < nt; t++)
    for (let c = 0; c < nc; c++)
      for (let z = 0; z < nz; z++)
        for (let y = 0; y < ny; y++) {
          const at =
            sourceStart + t * sourceStrides[0]! + c * sourceStrides[1]! + z * sourceStrides[2]! + y * sourceStrides[3]!;
          const row =
            targetStart + t * targetStrides[0]! + c * targetStrides[1]! + z * targetStrides[2]! + y * targetStrides[3]!;
          output.set(input.subarray(at, at + nx), row);
        }
}

/** A copy of a box. */
export function cropTensor(source: Tensor, roi: Roi): Tensor {
  const shape = roiShape(roi);
  const out = allocateTensor(tensorDtype(source), shape);
  copyBox(source, roi, out, { start: [0, 0, 0, 0, 0], stop: shape });
  return out;
}
