import type { ExportPlan, ImageRequest, Labels, PlannedOutput, Project, ResultSteps } from '@brushwood/core';

export type { ExportPlan, PlannedOutput, ResultSteps };

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
  /** All voxels, those of no class too. */
  readonly voxels?: number;
  /** µm² of a pixel, or µm³ of a voxel where the image is a volume; undefined if unknown. */
  readonly voxelMeasureUm?: number;
  readonly isFlat?: boolean;
}

export interface ExportEvents {
  readonly signal: AbortSignal;
  /** Asked before an image is begun: is it still to be predicted? Default yes. */
  isWanted?(index: number): boolean;
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
  /** Takes all images at once: none of them can be left out any more when it has begun. */
  readonly takesAll?: boolean;
  /**
   * Predicts the images one after the other with the project's model.
   * @throws 'aborted', and what is wrong with the run as a whole; what was finished before stays
   */
  run(project: Project, images: readonly ExportImage[], plan: ExportPlan, events: ExportEvents): Promise<void>;
}
