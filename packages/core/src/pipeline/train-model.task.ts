import type { OptionValues, Samples, StoredModel, TrainingReport } from '../contracts/classifier.ts';
import { defineTask } from '../contracts/worker-pool.ts';

export interface TrainModelInput {
  readonly classifierId: string;
  readonly samples: Samples;
  /** Complete and checked. */
  readonly options: OptionValues;
  readonly seed: number;
}

export interface TrainModelOutput {
  readonly stored: StoredModel;
  readonly report?: TrainingReport;
}

/** Trains a classifier that does not divide its work, away from the thread that asks. */
export const trainModelTask = defineTask<TrainModelInput, TrainModelOutput>('core/train-model');
