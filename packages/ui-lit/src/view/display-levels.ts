import {
  allocateTensor,
  shape5,
  tensorDtype,
  type ImageLevel,
  type Roi,
  type Shape5,
  type Tensor,
} from '@brushwood/core';

/** A level to show, and how it is read. */
export interface DisplayLevel {
  readonly level: ImageLevel;
  /** The image's own level it is read from. */
  readonly from: number;
  /** Voxels of that level for one of this, along y and x; 1 if it is that level. */
  readonly shrink: number;
}

/** Enough of a level that it fits on a screen in a few tiles. */
const smallEnough = 1024;
/** More would read too much for one tile. */
const mostShrink = 8;

/**
 * The image's own levels and, below the coarsest, halves of it, so that a large image without a pyramid can be seen as a whole without
 * asking for a thousand tiles.
 */
export function displayLevels(levels: readonly ImageLevel[]): DisplayLevel[] {
  const result = levels.map((level, from): DisplayLevel => ({ level, from, shrink: 1 }));
  const from = levels.length - 1;
  const { shape, chunkShape, downsampling } = levels[from]!;
  for (let shrink = 2; shrink <= mostShrink; shrink *= 2) {
    if (Math.max(shape[3], shape[4]) <= (smallEnough * shrink) / 2) break;
    const isPlane = (axis: number) => axis >= 3;
    const level = {
      shape: shape5((axis) => (isPlane(axis) ? Math.ceil(shape[axis] / shrink) : shape[axis])),
      chunkShape,
      downsampling: shape5((axis) => downsampling[axis] * (isPlane(axis) ? shrink : 1)),
    };
    result.push({ level, from, shrink });
  }
  return result;
}

/** Reads a box of an image's own level, axes `tczyx`. */
export type ReadLevel = (roi: Roi, level: number, signal: AbortSignal) => Promise<Tensor>;

/** Reads boxes of the levels shown: of the image's own as they are, of the others shrunk. */
export function readDisplayLevel(read: ReadLevel, levels: readonly DisplayLevel[]): ReadLevel {
  return async (roi, index, signal) => {
    const { from, shrink } = levels[index]!;
    if (shrink === 1) return read(roi, from, signal);
    const { shape } = levels[from]!.level;
    const enlarge = (box: Shape5) =>
      shape5((axis) => (axis >= 3 ? Math.min(box[axis] * shrink, shape[axis]) : box[axis]));
    return shrinkTensor(await read({ start: enlarge(roi.start), stop: enlarge(roi.stop) }, from, signal), shrink);
  };
}

/**
 * A tensor of a `shrink`-th of the height and width, rounded up. A pixel is the mean of four voxels, one in each quarter of its box: for
 * looking at, not for computing. Whole numbers are rounded.
 */
export function shrinkTensor(tensor: Tensor, shrink: number): Tensor {
  const [nt, nc, nz, ny, nx] = tensor.shape;
  const out = allocateTensor(tensorDtype(tensor), [nt, nc, nz, Math.ceil(ny / shrink), Math.ceil(nx / shrink)]);
  const [, , , height, width] = out.shape;
  const input = tensor.data;
  const put = writer(out);
  const near = Math.floor(shrink / 4);
  const far = Math.floor((3 * shrink) / 4);
  const last = (at: number, size: number) => Math.min(at, size - 1);
  for (let plane = 0, i = 0; plane < nt * nc * nz; plane++) {
    for (let row = 0; row < height; row++) {
      const above = (plane * ny + last(row * shrink + near, ny)) * nx;
      const below = (plane * ny + last(row * shrink + far, ny)) * nx;
      for (let column = 0; column < width; column++) {
        const left = last(column * shrink + near, nx);
        const right = last(column * shrink + far, nx);
        const sum =
          Number(input[above + left]) +
          Number(input[above + right]) +
          Number(input[below + left]) +
          Number(input[below + right]);
        put(i++, sum / 4);
      }
    }
  }
  return out;
}

function writer({ data }: Tensor): (index: number, value: number) => void {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    return (index, value) => (data[index] = BigInt(Math.round(value)));
  }
  if (data instanceof Float32Array || data instanceof Float64Array) return (index, value) => (data[index] = value);
  return (index, value) => (data[index] = Math.round(value));
}
