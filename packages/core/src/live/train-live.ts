import type { ClassifierModel, TrainingReport } from '../contracts/classifier.ts';
import type { Progress } from '../contracts/progress.ts';
import { findById } from '../find-by-id.ts';
import type { PipelineServices } from '../pipeline/services.ts';
import { completeOptions, joinSamples, trainClassifier } from '../pipeline/train-classifier.ts';
import { trainedImages } from '../pipeline/trained-images.ts';
import { joinRanges, type ValueRange } from '../pipeline/value-range.ts';
import { hasLabels } from '../project/labels.ts';
import type { Project } from '../project/project.ts';
import type { LaneRows } from './collect-rows.ts';

export interface LiveTrainOptions {
  readonly services: PipelineServices;
  /** Labelled voxels per class. */
  readonly classCounts: readonly number[];
  readonly signal: AbortSignal;
  onProgress(progress: Progress): void;
  /** Gets a rough model if the classifier has one; the rest is trained after it. */
  onPartial(model: ClassifierModel): Promise<void>;
}

/**
 * Rows of all lanes → model: the samples are those of `runTraining`, in its order.
 * @param lanes none of whose rows is missing
 */
export async function trainLive(
  project: Project,
  lanes: readonly LaneRows[],
  { services, classCounts, onPartial, ...options }: LiveTrainOptions,
): Promise<{ model: ClassifierModel; report: TrainingReport }> {
  const { classifierId, seed, options: given } = project.classifier;
  const classifier = findById(services.catalog.classifiers, classifierId, 'classifier');
  const parts = lanes.flatMap(({ rows, labels }) => rows.collect(labels));
  const samples = joinSamples(parts, project.classes.length, allocateShared);
  const context = { ...options, options: completeOptions(classifier, given), seed, pool: services.pool };
  const model = classifier.trainProgressively
    ? await classifier.trainProgressively(samples, context, onPartial)
    : await trainClassifier(classifier, samples, { ...context, options: given });
  const valueRange = parts.map((part) => part.valueRange).reduce<ValueRange | undefined>(joinRanges, undefined);
  const { sampleCount, featureCount } = samples;
  const told = model.report ?? { sampleCount, featureCount, classCounts, seconds: 0, warnings: [] };
  const labelled = project.lanes.flatMap((lane, i) => (hasLabels(lane.labels) ? [i] : []));
  const images = trainedImages(project, labelled);
  return { model, report: { ...told, valueRange, trainedAt: new Date().toISOString(), images } };
}

/** Memory that workers read without a copy, where the platform has it (a page that is cross-origin isolated). */
function allocateShared(length: number): Float32Array {
  return typeof SharedArrayBuffer === 'undefined'
    ? new Float32Array(length)
    : new Float32Array(new SharedArrayBuffer(4 * length));
}
