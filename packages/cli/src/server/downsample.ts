import {
  allocateTensor,
  itemBytes,
  roiShape,
  shape5,
  stridesOf,
  throwIfAborted,
  type ImageSource,
  type NumberArray,
  type Roi,
  type Shape5,
  type Tensor,
} from '@brushwood/core';
import type { ChunkInput } from './image-tasks.ts';

/** Of the source that are in memory at once, roughly. */
const bandBytes = 16 << 20;

/**
 * A box of an image at a coarser resolution: each voxel the mean of those it is made of, fewer at the far edge. Whole numbers are
 * rounded, halves up; 64-bit ones keep the first voxel instead, as doubles would not hold their sum.
 */
export async function readDownsampled(
  source: ImageSource,
  { roi, factor, sourceLevel, sourceShape }: Omit<ChunkInput, 'image' | 'chunkShape'>,
  signal: AbortSignal,
): Promise<Tensor> {
  const out = allocateTensor(source.info.dtype, roiShape(roi));
  const bytesPerRow = (out.shape[1] * out.shape[4] * factor[4] * factor[3] + 1) * itemBytes(source.info.dtype);
  const rows = Math.max(1, Math.floor(bandBytes / bytesPerRow));
  for (const band of bandsOf(roi, rows)) {
    throwIfAborted(signal);
    const fine: Roi = {
      start: shape5((axis) => band.start[axis] * factor[axis]),
      stop: shape5((axis) => Math.min(sourceShape[axis], band.stop[axis] * factor[axis])),
    };
    const values = await source.read(fine, { level: sourceLevel, signal });
    averageInto(out, values, { factor, shape: roiShape(band), row: band.start[3] - roi.start[3] });
  }
  return out;
}

/** Boxes of a few rows of a flat chunk, one after the other. */
function* bandsOf(roi: Roi, rows: number): Generator<Roi> {
  for (let y = roi.start[3]; y < roi.stop[3]; y += rows) {
    const stop = Math.min(y + rows, roi.stop[3]);
    yield {
      start: shape5((axis) => (axis === 3 ? y : roi.start[axis])),
      stop: shape5((axis) => (axis === 3 ? stop : roi.stop[axis])),
    };
  }
}

/** @param band of `out`: its shape, and the row where it begins; one t and z, `factor` 1 along them */
function averageInto(out: Tensor, fine: Tensor, band: { factor: Shape5; shape: Shape5; row: number }): void {
  const { factor, shape, row } = band;
  const [fineStrides, outStrides] = [stridesOf(fine.shape), stridesOf(out.shape)];
  const [, channels, , height, width] = shape;
  const isBig = out.data instanceof BigInt64Array || out.data instanceof BigUint64Array;
  const isFloat = out.data instanceof Float32Array || out.data instanceof Float64Array;
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      const rows = Math.min(factor[3], fine.shape[3] - y * factor[3]);
      for (let x = 0; x < width; x++) {
        const columns = Math.min(factor[4], fine.shape[4] - x * factor[4]);
        const first = c * fineStrides[1]! + y * factor[3] * fineStrides[3]! + x * factor[4];
        const at = c * outStrides[1]! + (row + y) * outStrides[3]! + x;
        if (isBig) {
          (out.data as BigInt64Array)[at] = (fine.data as BigInt64Array)[first]!;
          continue;
        }
        const values = fine.data as NumberArray;
        let sum = 0;
        for (let v = 0; v < rows; v++) {
          const begin = first + v * fineStrides[3]!;
          for (let u = 0; u < columns; u++) sum += values[begin + u]!;
        }
        const mean = sum / (rows * columns);
        (out.data as NumberArray)[at] = isFloat ? mean : Math.floor(mean + 0.5);
      }
    }
  }
}
