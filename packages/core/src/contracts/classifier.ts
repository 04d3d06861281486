import type { Shape3 } from '../grid/axes.ts';
import type { NumberArray } from '../grid/dtype.ts';
import type { BlockArena } from '../pipeline/block-arena.ts';
import type { RunOptions } from './progress.ts';
import type { WorkerPool } from './worker-pool.ts';

/** Labelled voxels: one row and its class each. */
export interface Samples {
  /** float32, row-major, (sampleCount, featureCount). Finite. */
  readonly featureMatrix: Float32Array;
  /** The class of every row, 0…classCount − 1. */
  readonly classIndices: Uint8Array;
  readonly sampleCount: number;
  readonly featureCount: number;
  /** Classes of the project, those without a sample included. */
  readonly classCount: number;
}

/** The features of one block, plane by plane. */
export interface FeatureBlock {
  /** float32, shape (featureCount, ...shape). May be a view into the arena the model was loaded with. */
  readonly data: Float32Array;
  readonly featureCount: number;
  readonly shape: Shape3;
}

/** One option a classifier declares, so that commands and panels can offer it. */
export type ClassifierOption = {
  readonly key: string;
  readonly description: string;
} & (
  | { readonly kind: 'integer' | 'number'; readonly default: number; readonly min: number; readonly max: number }
  | { readonly kind: 'boolean'; readonly default: boolean }
  | { readonly kind: 'choice'; readonly default: string; readonly choices: readonly string[] }
);
export type OptionValues = Readonly<Record<string, number | boolean | string>>;

export interface TrainContext extends RunOptions {
  /** Checked and completed by core from the declared options. */
  readonly options: OptionValues;
  /** Same seed, same samples, same options: the same model, whatever the number of workers. */
  readonly seed: number;
  /** Trains in parallel if given. */
  readonly pool?: WorkerPool;
}

/** What training says of itself. */
export interface TrainingReport {
  readonly sampleCount: number;
  readonly featureCount: number;
  /** Samples per class of the project. */
  readonly classCounts: readonly number[];
  /** Share of wrong out-of-bag votes, 0…1. Samples of one stroke resemble each other: held-out images do worse. */
  readonly outOfBagError?: number;
  readonly seconds: number;
  readonly warnings: readonly string[];
  /** Smallest and largest intensity around the labels, filled in by core: other images can be held against it. */
  readonly valueRange?: readonly [number, number];
  /** When it was trained, ISO 8601, filled in by core. */
  readonly trainedAt?: string;
  /** The images it was trained on, and their samples per class, filled in by core. */
  readonly images?: readonly { readonly name: string; readonly labels: readonly number[] }[];
  /** What cross-validation said of the labels it was trained on, if it was asked. */
  readonly crossValidation?: {
    readonly folds: number;
    /** Share of held-out samples that were recognised: mean over the folds, and its standard deviation. */
    readonly accuracy: number;
    readonly deviation: number;
  };
}

/** One forest in vigra's HDF5 layout (spec §C.6). */
export interface VigraForest {
  /** In file order: the order of summation. */
  readonly trees: readonly VigraTree[];
  readonly columnCount: number;
  readonly classCount: number;
  /** Class values, ascending. */
  readonly labels: readonly number[];
  /** `_options` and `_ext_param` as far as they are numbers of shape (1,), by name. */
  readonly options: Readonly<Record<string, number>>;
  readonly parameters: Readonly<Record<string, number>>;
}
export interface VigraTree {
  /** int32: `[columnCount, classCount, node, …]`, root at 2. */
  readonly topology: Int32Array;
  /** float64. */
  readonly parameters: Float64Array;
}

/** A model as plain data: goes into project files and to workers. */
export type StoredModel =
  | {
      readonly layout: 'vigra-forests';
      readonly classifierId: string;
      readonly forests: readonly VigraForest[];
      /** Class values (label, from 1) of the forests' columns, ascending. */
      readonly knownLabels: readonly number[];
      /** Feature columns the model needs. */
      readonly featureCount: number;
      /** Classes of the project: columns of the probabilities. */
      readonly classCount: number;
    }
  | {
      readonly layout: 'arrays';
      readonly classifierId: string;
      readonly knownLabels: readonly number[];
      readonly featureCount: number;
      readonly classCount: number;
      /** Numbers, by name. */
      readonly arrays: Readonly<Record<string, NumberArray>>;
      /** JSON text, by name. Never code. */
      readonly texts: Readonly<Record<string, string>>;
    };

export interface ClassifierModel {
  readonly featureCount: number;
  /** Classes of the project: planes of the probabilities. */
  readonly classCount: number;
  readonly report?: TrainingReport;
  /**
   * Writes the probabilities of a block. Classes without a sample get 0; the others sum to 1.
   * A voxel with a NaN feature gets 0 everywhere.
   * @param out float32, shape (classCount, ...features.shape). Overwritten.
   * @throws 'shape-mismatch' if the block has another number of features than the model or `out` another length.
   */
  predict(features: FeatureBlock, out: Float32Array): void;
  save(): StoredModel;
}

export interface Classifier {
  /** Stable and stored in project files. */
  readonly id: string;
  readonly displayName: string;
  readonly options: readonly ClassifierOption[];
  /** `train` divides its work over the pool it is given. Others are trained as one task of a worker, so that no page stands still. */
  readonly isParallel?: boolean;
  /** Its models are forests in vigra's layout: ilastik reads them from a project file. It trains anew instead of others. */
  readonly makesVigraForests?: boolean;
  /** Seconds training will take, roughly; undefined if it is always quick. Shown before training begins. */
  estimateSeconds?(samples: Samples, options: OptionValues): number | undefined;
  /**
   * @throws 'no-labels' without a sample, 'one-class' if all samples share a class, 'not-finite' for NaN or infinite
   * features, 'aborted'.
   */
  train(samples: Samples, context: TrainContext): Promise<ClassifierModel>;
  /**
   * As `train`, but hands over a rough model early, for live update. Absent if there is no earlier one. The model at the end is
   * the one of `train`, to the last bit, and so is its report except for the seconds.
   * @param onPartial called at most once, with a model of the same features and classes; the rest is trained when what it
   * returns has settled. If it fails, training fails with its error.
   * @throws as `train`
   */
  trainProgressively?(
    samples: Samples,
    context: TrainContext,
    onPartial: (model: ClassifierModel) => Promise<void> | void,
  ): Promise<ClassifierModel>;
  /**
   * @param arena the memory of this worker; blocks that lie in it are predicted without a copy
   * @throws 'broken-file' if the stored model is not what it should be
   */
  load(stored: StoredModel, arena?: BlockArena): ClassifierModel;
}
