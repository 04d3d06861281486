import type { ImageLayout } from '../contracts/storage-format.ts';
import type { Dtype } from '../grid/dtype.ts';
import type { Roi } from '../grid/roi.ts';
import type { ResultSteps } from '../project/result-steps.ts';

/** One kind of result to write. */
export interface PlannedOutput {
  /** Id of an export source: `probabilities`, `segmentation`, … */
  readonly sourceId: string;
  /** Default: the source's own. */
  readonly dtype?: Dtype;
  readonly renormalize?: { readonly from: readonly [number, number]; readonly to: readonly [number, number] };
  /** Numbers of classes, from 0 and after combining, for sources with a channel for each. Default all. */
  readonly channels?: readonly number[];
}

/** From `start`, default the beginning, to before `stop`, default the end of the image. */
export interface PlannedSpan {
  readonly start?: number;
  readonly stop?: number;
}

/** The spans of a part of an image; all of the axes that are not named. */
export type PlannedPart = Readonly<Partial<Record<'t' | 'z' | 'y' | 'x', PlannedSpan>>>;

/** How results are written: the same for the images of the project and for the files of a batch. Plain data. */
export interface ExportPlan {
  readonly outputs: readonly PlannedOutput[];
  /** Of the storage format: `tiff`, `hdf5`, `ome-zarr`, … */
  readonly formatId: string;
  readonly layout?: ImageLayout;
  /** Axes of the files; default those of the input. */
  readonly axes?: string;
  /** File name with `{nickname}`, `{result_type}` and the others of spec §D.1; the format's ending is added if it has none. */
  readonly pattern: string;
  /** The part to write, in voxels of the image; its channel range does not matter. Default: all. */
  readonly roi?: Roi;
  /** The same for images of different sizes: its ends may be those of each image. `roi` comes first where both are said. */
  readonly part?: PlannedPart;
  readonly steps: ResultSteps;
  /** Replace files that exist. Without it an image whose file is there already fails: 'already-exists'. */
  readonly overwrite?: boolean;
}
