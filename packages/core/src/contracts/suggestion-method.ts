import type { ClassifierModel, ClassifierOption, OptionValues, Samples } from './classifier.ts';
import type { RunOptions } from './progress.ts';
import type { WorkerPool } from './worker-pool.ts';

/** What a method of feature selection may use. */
export interface SuggestionContext extends RunOptions {
  /** Checked and completed by core from the declared parameters. */
  readonly parameters: OptionValues;
  /** Same seed, same samples, same parameters: the same features, whatever the number of workers. */
  readonly seed: number;
  readonly pool: WorkerPool;
  /** Trains the default classifier of new projects, a forest, on samples or on columns of them. */
  train(samples: Samples): Promise<ClassifierModel>;
  /**
   * How well the default classifier does on sets of columns: per set the share of samples, 0…1, that it gets right when it was
   * trained without their strokes. The sets of one call are worked on in parallel, each on a worker, with small forests and on some
   * thousand samples, so that hundreds of sets can be tried.
   */
  score(sets: readonly (readonly number[])[]): Promise<number[]>;
}

/** A way to find out which features are worth their time. */
export interface SuggestionMethod {
  /** Stable: command lines name it. */
  readonly id: string;
  readonly displayName: string;
  readonly parameters: readonly ClassifierOption[];
  /** What a list of results calls the set it chose with these parameters: `Filter method, 7 features`. */
  nameOf(parameters: OptionValues): string;
  /**
   * Columns of the samples that make a good set, the most useful one first; at least one. Long work belongs to the workers of the
   * pool: this runs on the caller's thread.
   * @throws 'aborted'
   */
  choose(samples: Samples, context: SuggestionContext): Promise<readonly number[]>;
}
