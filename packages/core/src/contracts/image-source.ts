import type { Shape5 } from '../grid/axes.ts';
import type { Dtype } from '../grid/dtype.ts';
import type { Roi } from '../grid/roi.ts';
import type { Tensor } from '../grid/tensor.ts';

/** Size of a voxel. Axes that are not known are left out. */
export interface VoxelSize {
  /** UDUNITS-like name, `micrometer` where the file says so in any spelling; `pixel` if unknown. */
  readonly unit: string;
  readonly x?: number;
  readonly y?: number;
  readonly z?: number;
  /** Time between frames in `timeUnit`. */
  readonly t?: number;
  readonly timeUnit?: string;
  /** Where the centre of the first voxel lies, in the same units; 0 on axes that are left out. */
  readonly origin?: { readonly x?: number; readonly y?: number; readonly z?: number; readonly t?: number };
}

export interface ImageLevel {
  readonly shape: Shape5;
  /** Unit of decoding: reads on its borders are cheapest. */
  readonly chunkShape: Shape5;
  /** Size of a voxel of this level in voxels of level 0, per axis. */
  readonly downsampling: Shape5;
}

/** What is known of an image without decoding it. Shapes in `tczyx`. */
export interface ImageInfo {
  /** The file's own axes, slowest first: `yxc`. Exports keep this order by default. */
  readonly fileAxes: string;
  /** Shape of level 0. */
  readonly shape: Shape5;
  readonly dtype: Dtype;
  /** At least one; 0 is full resolution. */
  readonly levels: readonly ImageLevel[];
  readonly voxelSize?: VoxelSize;
  readonly channelNames?: readonly string[];
  /** Smallest and largest value to show, where the file says so. */
  readonly displayRange?: readonly [number, number];
}

export interface ReadOptions {
  /** 0 = full resolution. */
  readonly level?: number;
  readonly signal?: AbortSignal;
}

/** An opened image. Reads may run in parallel. */
export interface ImageSource {
  readonly info: ImageInfo;
  /**
   * A copy of a box, axes `tczyx`, dtype `info.dtype`.
   * @throws 'invalid-roi' outside the image, 'broken-file' if the bytes cannot be decoded, 'aborted', 'closed'.
   */
  read(roi: Roi, options?: ReadOptions): Promise<Tensor>;
  /** Frees handles. Reading afterwards rejects with 'closed'; closing twice is allowed. */
  close(): Promise<void>;
}

/** Info of an image with one level. */
export function singleLevelInfo(info: Omit<ImageInfo, 'levels'> & { chunkShape: Shape5 }): ImageInfo {
  const { chunkShape, ...rest } = info;
  return { ...rest, levels: [{ shape: info.shape, chunkShape, downsampling: [1, 1, 1, 1, 1] }] };
}
