import type { Dtype, ImageLayout, ImageRequest, Labels, Project, ResultSteps, Roi } from '@brushwood/core';

export type { ResultSteps };

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

/** How results are written: the same for the images of the project and for the files of a batch. Plain data. */
export interface ExportPlan {
  readonly outputs: readonly PlannedOutput[];
  /** Of the storage format: `tiff`, `hdf5`, `zarr`, … */
  readonly formatId: string;
  readonly layout?: ImageLayout;
  /** Axes of the files; default those of the input. */
  readonly axes?: string;
  /** File name with `{nickname}`, `{result_type}` and the others of spec §D.1; the format's ending is added if it has none. */
  readonly pattern: string;
  /** The part to write, in voxels of the image; its channel range does not matter. Default: all. */
  readonly roi?: Roi;
  readonly steps: ResultSteps;
  /** Replace files that exist. Without it an image whose file is there already fails: 'already-exists'. */
  readonly overwrite?: boolean;
}

/** An image to predict. Behind a server it is one of the project, a file of the server's folders, or one given to the page. */
export interface ExportImage {
  readonly nickname: string;
  readonly image: ImageRequest;
  readonly mask?: ImageRequest;
  readonly labels?: Labels;
}

/** What came of one image. */
export interface ExportResult {
  readonly index: number;
  readonly files: readonly string[];
  /** Voxels per class of the segmentation, without those of no class. */
  readonly classVoxels?: readonly number[];
  /** µm² of a pixel, or µm³ of a voxel where the image is a volume; undefined if unknown. */
  readonly voxelMeasureUm?: number;
  readonly isFlat?: boolean;
}

export interface ExportEvents {
  readonly signal: AbortSignal;
  /** `index` is the number of the image in the list. `done` and `total` are its blocks. */
  onProgress(progress: { index: number; done: number; total: number; phase: string }): void;
  /** An image is done: its files, and voxels per class of the segmentation if they were counted. */
  onDone(result: ExportResult): void;
  /** Something to know of an image that is predicted nevertheless, such as values the classifier may not know. */
  onWarning?(warning: { index: number; message: string }): void;
  /** An image failed; the others go on. */
  onFailure(failure: { index: number; error: unknown }): void;
}

/** Writes results: in the page, or on the server that the page came from. */
export interface ExportRunner {
  /**
   * Predicts the images one after the other with the project's model.
   * @throws 'aborted', and what is wrong with the run as a whole; what was finished before stays
   */
  run(project: Project, images: readonly ExportImage[], plan: ExportPlan, events: ExportEvents): Promise<void>;
}
