import {
  chooseClassifier,
  completeOptions,
  countLabels,
  findById,
  type Classifier,
  type ClassifierOption,
  type OptionValues,
  type Samples,
} from '@brushwood/core';
import type { Labeling } from './labeling.ts';

/** The classifier in use and what it can be told. */
export interface ClassifierChoice {
  readonly all: readonly Classifier[];
  readonly current: Classifier | undefined;
  /** The id in the project, known or not. */
  readonly id: string;
  /** Complete: the defaults, overridden by what was chosen. */
  readonly options: OptionValues;
  readonly seed: number;
  /** Seconds training will take with the labels there are, if that is long enough to matter. */
  readonly seconds: number | undefined;
}

/** Training that takes less needs no warning. */
const longSeconds = 1;

export function classifierChoice({ services, project, featurePlan }: Labeling): ClassifierChoice {
  const all = services.catalog.classifiers;
  const { classifierId, seed, options: given } = project.classifier;
  const current = all.find(({ id }) => id === classifierId);
  const options = current ? completeOptions(current, given) : given;
  const counts = project.lanes.map(({ labels }) => countLabels(labels, project.classes.length));
  const sampleCount = counts.flat().reduce((sum, count) => sum + count, 0);
  const seconds = current && estimate(current, options, { sampleCount, featureCount: featurePlan?.featureCount ?? 0 });
  return {
    all,
    current,
    id: classifierId,
    options,
    seed,
    seconds: seconds !== undefined && seconds >= longSeconds ? seconds : undefined,
  };
}

/** Of so many samples, before there are any. */
function estimate(
  classifier: Classifier,
  options: OptionValues,
  sizes: { readonly sampleCount: number; readonly featureCount: number },
): number | undefined {
  const samples: Samples = {
    ...sizes,
    featureMatrix: new Float32Array(0),
    classIndices: new Uint8Array(0),
    classCount: 0,
  };
  return classifier.estimateSeconds?.(samples, options);
}

/** Takes another classifier, with its defaults. The seed stays. */
export function setClassifier({ session, services }: Labeling, id: string): void {
  session.edit(chooseClassifier(session.project, findById(services.catalog.classifiers, id, 'classifier')));
}

/** @throws 'invalid-parameter' for a value out of its range */
export function setClassifierOptions(
  { session, services }: Labeling,
  change: { readonly options?: OptionValues; readonly seed?: number },
): void {
  const { project } = session;
  const classifier = findById(services.catalog.classifiers, project.classifier.classifierId, 'classifier');
  const options = change.options ?? project.classifier.options;
  session.edit(chooseClassifier(project, classifier, { options, seed: change.seed ?? project.classifier.seed }));
}

/** A key like `maxDepth` as words: "Max depth". */
export function optionName({ key }: ClassifierOption): string {
  const words = key.replaceAll(/([A-Z])/g, ' $1').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
