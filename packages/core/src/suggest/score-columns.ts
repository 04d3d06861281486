import type { Classifier, OptionValues, Samples } from '../contracts/classifier.ts';
import { crossValidate } from '../evaluation/cross-validate.ts';
import { takeColumns } from '../evaluation/sample-subsets.ts';
import { findById } from '../find-by-id.ts';
import { defineSetupTask, runBlocks, setupTaskHandler } from '../pipeline/run-blocks.ts';
import type { PipelineServices } from '../pipeline/services.ts';

/** What all sets are scored on. Plain data, posted once per worker. */
export interface ScoreSetup {
  readonly samples: Samples;
  /** Per sample the number of its stroke, which is held out as a whole. */
  readonly groups: Uint32Array;
  readonly classifierId: string;
  readonly options: OptionValues;
  readonly seed: number;
}

/** One set of columns, and its place in the list of sets. */
export interface ScoreJob {
  readonly place: number;
  readonly columns: readonly number[];
}

export const scoreColumnsTask = defineSetupTask<ScoreSetup, ScoreJob, number>('core/score-columns');

export const scoreColumnsHandler = setupTaskHandler({
  task: scoreColumnsTask,
  open: async (setup, { catalog }) => ({
    ...setup,
    classifier: findById(catalog.classifiers, setup.classifierId, 'classifier'),
  }),
  close: async () => undefined,
  run: scoreOne,
  transfer: () => [],
});

async function scoreOne(
  { samples, groups, classifier, options, seed }: ScoreSetup & { readonly classifier: Classifier },
  { columns }: ScoreJob,
  { signal }: { readonly signal: AbortSignal },
): Promise<number> {
  const { scores } = await crossValidate(takeColumns(samples, columns), {
    classifier,
    options,
    seed,
    groups,
    signal,
  });
  return scores.accuracy;
}

/** Cross-validated share of right samples, 0…1, per set; each set on one worker. */
export async function scoreColumnSets(
  { executor }: Pick<PipelineServices, 'executor'>,
  setup: ScoreSetup,
  { sets, signal }: { readonly sets: readonly (readonly number[])[]; readonly signal?: AbortSignal },
): Promise<number[]> {
  const scores: number[] = [];
  await runBlocks(executor, {
    task: scoreColumnsTask,
    setup,
    jobs: sets.map((columns, place) => ({ place, columns })),
    signal,
    onResult: (score, { place }) => void (scores[place] = score),
  });
  return scores;
}
