import type { OptionValues, TrainingReport } from '../contracts/classifier.ts';
import { findById } from '../find-by-id.ts';
import type { Project } from '../project/project.ts';
import { collectProjectSamples, type CollectProjectOptions } from './collect-project-samples.ts';
import { completeOptions, trainClassifier } from './train-classifier.ts';
import { trainedImages } from './trained-images.ts';

export interface TrainOptions extends CollectProjectOptions {
  /** Default: the project's. */
  readonly classifierId?: string;
  readonly options?: OptionValues;
  readonly seed?: number;
  /** Told before learning begins how long it may take, if that is long enough to matter. */
  readonly onEstimate?: (seconds: number) => void;
}

export interface TrainResult {
  /** The project with its new model. */
  readonly project: Project;
  readonly report: TrainingReport;
  /** Seconds for collecting the features of the labelled voxels, and for learning. */
  readonly featureSeconds: number;
  readonly trainSeconds: number;
}

/**
 * Learns from the labels: blocks that hold labels → features → rows → model.
 * @throws 'no-labels', 'one-class' (naming the class), 'no-features', what opening an image throws, 'aborted'
 */
export async function runTraining(project: Project, options: TrainOptions): Promise<TrainResult> {
  const { services, signal, onProgress } = options;
  const classifierId = options.classifierId ?? project.classifier.classifierId;
  const classifier = findById(services.catalog.classifiers, classifierId, 'classifier');
  const isSame = classifierId === project.classifier.classifierId;
  const given = { ...(isSame ? project.classifier.options : {}), ...options.options };
  const seed = options.seed ?? project.classifier.seed;
  completeOptions(classifier, given); // a wrong option is told before the features are computed

  const started = performance.now();
  const { samples, laneIndices, classCounts, valueRange, warnings } = await collectProjectSamples(project, options);
  const collected = performance.now();
  const estimate = classifier.estimateSeconds?.(samples, completeOptions(classifier, given));
  if (estimate !== undefined) options.onEstimate?.(estimate);
  const model = await trainClassifier(classifier, samples, {
    options: given,
    seed,
    pool: services.pool,
    signal,
    onProgress,
  });
  const { sampleCount, featureCount } = samples;
  const told = model.report ?? { sampleCount, featureCount, classCounts, seconds: 0, warnings: [] };
  const report = {
    ...told,
    warnings: [...warnings, ...told.warnings],
    valueRange,
    trainedAt: new Date().toISOString(),
    images: trainedImages(project, laneIndices),
  };
  return {
    project: { ...project, classifier: { classifierId, options: given, seed, model: model.save(), report } },
    report,
    featureSeconds: (collected - started) / 1e3,
    trainSeconds: (performance.now() - collected) / 1e3,
  };
}
