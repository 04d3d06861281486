import type { StoredModel, TrainingReport } from '../contracts/classifier.ts';
import type { BrushwoodError, ErrorCode } from '../errors.ts';
import type { Roi } from '../grid/roi.ts';
import type { PipelineServices } from '../pipeline/services.ts';
import type { Project } from '../project/project.ts';

/** A part of an image that is predicted as one: what a viewer shows of it. */
export interface LiveTile {
  readonly laneIndex: number;
  /**
   * Box of one time point at full resolution, `tczyx`; axis c is taken whole whatever it says. A thin box: one slice along z, y
   * or x. Tiles of one grid get the most from the cache.
   */
  readonly roi: Roi;
}

/** A predicted tile. */
export interface LiveTileResult {
  readonly tile: LiveTile;
  /** float32, shape (classCount, voxels of the tile). The receiver's own. */
  readonly probabilities: Float32Array;
  readonly classCount: number;
  /** By a model of few trees; a settled result of the same generation follows. */
  readonly isPreliminary: boolean;
  /** Counts the changes of what is learnt from; all settled tiles of one generation are one model's. */
  readonly generation: number;
}

/** What the engine is doing. */
export interface LiveState {
  /**
   * 'off'; 'waiting' for the user, who is told the `reason`; computing 'features', 'training', 'predicting'; 'settled': the view is
   * up to date.
   */
  readonly phase: 'off' | 'waiting' | 'features' | 'training' | 'predicting' | 'settled';
  /** Of the phase; both 0 where nothing is counted. */
  readonly done: number;
  readonly total: number;
  /** For people: what is missing. Set in the phase 'waiting'. */
  readonly reason?: string;
  /** Of the `reason`: to say it in other words. */
  readonly code?: ErrorCode;
  /** What went wrong; the engine tries again when project or view change. */
  readonly error?: BrushwoodError;
}

export interface LiveOptions {
  readonly services: PipelineServices;
  /** Memory for features that are kept, all workers together. Default 1 GiB. */
  readonly cacheBytes?: number;
  onTile(result: LiveTileResult): void;
  onState(state: LiveState): void;
  /** A settled model, as `runTraining` gives it: what the project should keep. */
  onModel?(model: StoredModel, report: TrainingReport): void;
}

/**
 * Keeps the predictions of a view up to date while a project is edited: features are computed once and kept in the workers,
 * every change of the labels trains anew, and the tiles are repainted, first by a rough model where the classifier has one. The
 * settled model is, to the last bit, the one that `runTraining` makes of the project.
 */
export interface LiveClassification {
  /**
   * The project as it is now. Cheap: what has changed is found by the identity of its parts. Other labels, classes or
   * classifier: trained anew; other features, intensities or images: features too; names and colours: nothing. A model that
   * came with the project and still fits is used as it is.
   */
  setProject(project: Project): void;
  /** The tiles that are wanted, the most urgent first. Work for others is dropped. */
  setView(tiles: readonly LiveTile[]): void;
  /** Off, the state it begins in: nothing is computed, except for `updateOnce` and `feature`. */
  setLive(isLive: boolean): void;
  /** Brings the view up to date once. @throws what stands in the way: 'no-labels', 'one-class', 'no-features', what work throws */
  updateOnce(): Promise<void>;
  /**
   * One feature of a tile, float32, voxels of the tile.
   * @param featureIndex in the order of the plan (`planFeatures`)
   * @throws 'no-features', 'invalid-parameter' for a feature that there isn't, what computing throws
   */
  feature(tile: LiveTile, featureIndex: number): Promise<Float32Array>;
  /** Ends all work and frees what the workers keep. */
  close(): Promise<void>;
}
