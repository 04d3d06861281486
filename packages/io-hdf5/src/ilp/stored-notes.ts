import {
  isDtype,
  type ChannelSelection,
  type Dtype,
  type ImageReference,
  type Normalization,
  type OptionValues,
  type ResultSteps,
  type StoredModel,
  type TrainingReport,
} from '@brushwood/core';

/**
 * The JSON texts in the group `Brushwood/`. Anybody may have changed them, so every field is checked before it is used;
 * a parser gives undefined for what is not as it should be.
 */

/** The note on one image. */
export interface StoredImage {
  readonly nickname: string;
  /** As in the lane's own info: this record is about another image if it differs. */
  readonly filePath: string;
  readonly innerPath?: string;
  readonly channels: ChannelSelection;
  readonly dtype?: Dtype;
  readonly fingerprint?: string;
  readonly channelRanges?: ImageReference['channelRanges'];
}

export interface StoredLane {
  readonly rawData: StoredImage;
  readonly predictionMask?: StoredImage;
}

export interface StoredClassifier {
  readonly classifierId: string;
  readonly options: OptionValues;
  readonly seed: number;
  readonly report?: TrainingReport;
  readonly modelDigest?: string;
  readonly trainingDigest?: string;
}

export interface ModelDescription {
  readonly layout: StoredModel['layout'];
  readonly classifierId: string;
  readonly knownLabels: readonly number[];
  readonly featureCount: number;
  readonly classCount: number;
  readonly arrayNames: readonly string[];
  readonly textNames: readonly string[];
}

type Fields = Readonly<Record<string, unknown>>;

export function parseStoredLane(value: unknown): StoredLane | undefined {
  if (!isFields(value)) return undefined;
  const { predictionMask } = value;
  const [rawData, mask] = [value['rawData'], predictionMask].map(parseStoredImage);
  if (!rawData || (predictionMask !== undefined && !mask)) return undefined;
  return { rawData, predictionMask: mask };
}

function parseStoredImage(value: unknown): StoredImage | undefined {
  if (!isFields(value)) return undefined;
  const { nickname, filePath, innerPath, channels, dtype, fingerprint, channelRanges } = value;
  if (typeof nickname !== 'string' || typeof filePath !== 'string') return undefined;
  if (!isTextOrNone(innerPath) || !isTextOrNone(fingerprint) || !isChannels(channels)) return undefined;
  if (dtype !== undefined && !(typeof dtype === 'string' && isDtype(dtype))) return undefined;
  if (channelRanges !== undefined && !isListOf(channelRanges, isRange)) return undefined;
  return { nickname, filePath, innerPath, channels, dtype, fingerprint, channelRanges };
}

/** The classifier's note as far as it is sound, and the names of the fields that are not. */
export function parseStoredClassifier(value: unknown): { stored: Partial<StoredClassifier>; damaged: string[] } {
  if (!isFields(value)) return { stored: {}, damaged: ['all of it'] };
  const { classifierId, options, seed, modelDigest, trainingDigest } = value;
  const report = value['report'] === undefined ? undefined : parseReport(value['report']);
  const isGood = {
    classifierId: typeof classifierId === 'string' && classifierId !== '',
    options: isOptions(options),
    seed: Number.isSafeInteger(seed),
    report: value['report'] === undefined || report !== undefined,
    modelDigest: isTextOrNone(modelDigest),
    trainingDigest: isTextOrNone(trainingDigest),
  };
  const stored = {
    ...(isGood.classifierId ? { classifierId: classifierId as string } : {}),
    // Options mean nothing without the classifier they are for.
    ...(isGood.classifierId && isOptions(options) ? { options } : {}),
    ...(isGood.seed ? { seed: seed as number } : {}),
    ...(report ? { report } : {}),
    ...(typeof modelDigest === 'string' ? { modelDigest } : {}),
    ...(typeof trainingDigest === 'string' ? { trainingDigest } : {}),
  };
  const damaged = Object.entries(isGood).flatMap(([name, good]) => (good ? [] : [name]));
  return { stored, damaged };
}

/** Without a cross-validation or a list of images that makes no sense: the rest is as good as before. */
function parseReport(value: unknown): TrainingReport | undefined {
  if (!isFields(value)) return undefined;
  const { sampleCount, featureCount, classCounts, outOfBagError, seconds, warnings, valueRange, trainedAt } = value;
  if (!isCount(sampleCount) || !isCount(featureCount) || !isListOf(classCounts, isCount)) return undefined;
  if (!isNumber(seconds) || !isListOf(warnings, isText)) return undefined;
  if (outOfBagError !== undefined && !isNumber(outOfBagError)) return undefined;
  if (valueRange !== undefined && !isListOf(valueRange, isNumber)) return undefined;
  if (!isTextOrNone(trainedAt)) return undefined;
  const crossValidation = parseCrossValidation(value['crossValidation']);
  const { images } = value;
  const [low, high] = valueRange ?? [];
  if (valueRange && (valueRange.length !== 2 || !(low! <= high!))) return undefined;
  return {
    sampleCount,
    featureCount,
    classCounts,
    ...(outOfBagError === undefined ? {} : { outOfBagError }),
    seconds,
    warnings,
    ...(valueRange ? { valueRange: [low!, high!] as const } : {}),
    ...(trainedAt === undefined ? {} : { trainedAt }),
    ...(isListOf(images, isTrainedImage) ? { images } : {}),
    ...(crossValidation ? { crossValidation } : {}),
  };
}

function isTrainedImage(value: unknown): value is { readonly name: string; readonly labels: readonly number[] } {
  return isFields(value) && isText(value['name']) && isCounts(value['labels']);
}

function parseCrossValidation(value: unknown): TrainingReport['crossValidation'] {
  if (!isFields(value)) return undefined;
  const { folds, accuracy, deviation } = value;
  return isCount(folds) && isNumber(accuracy) && isNumber(deviation) ? { folds, accuracy, deviation } : undefined;
}

export function parseModelDescription(value: unknown): ModelDescription | undefined {
  if (!isFields(value)) return undefined;
  const { layout, classifierId, knownLabels, featureCount, classCount, arrayNames, textNames } = value;
  if ((layout !== 'arrays' && layout !== 'vigra-forests') || !isText(classifierId)) return undefined;
  if (!isCount(featureCount) || !isCount(classCount) || !isListOf(knownLabels, isCount)) return undefined;
  const isAscending = knownLabels.every((label, i) => label > (knownLabels[i - 1] ?? 0) && label <= classCount);
  if (!isAscending || !isListOf(arrayNames, isText) || !isListOf(textNames, isText)) return undefined;
  return { layout, classifierId, knownLabels, featureCount, classCount, arrayNames, textNames };
}

/** The normalisation of a `preprocessing` note, undefined if there is no sense in it. */
export function parseNormalization(value: unknown): Normalization | undefined {
  if (!isFields(value) || !isFields(value['normalization'])) return undefined;
  const { method, low, high } = value['normalization'];
  if (method === 'z-score' || method === 'equalize') return { method };
  const isPercentile =
    method === 'percentile' && isNumber(low) && isNumber(high) && low >= 0 && low < high && high <= 100;
  return isPercentile ? { method, low, high } : undefined;
}

/** The steps of a `results` note, undefined if there is no sense in it. Whether they fit the classes is another question. */
export function parseResultSteps(value: unknown): ResultSteps | undefined {
  if (!isFields(value) || !isFields(value['steps'])) return undefined;
  const { postprocessing, smallestObject } = value['steps'];
  if (smallestObject !== undefined && !isCount(smallestObject)) return undefined;
  const objects = smallestObject === undefined ? {} : { smallestObject };
  if (postprocessing === undefined) return objects;
  if (!isFields(postprocessing)) return undefined;
  const { combine, smoothing, thresholds } = postprocessing;
  if (combine !== undefined && !isListOf(combine, isCounts)) return undefined;
  if (smoothing !== undefined && !isNumber(smoothing)) return undefined;
  if (thresholds !== undefined && !isListOf(thresholds, isNumber)) return undefined;
  return {
    postprocessing: {
      ...(combine ? { combine } : {}),
      ...(smoothing === undefined ? {} : { smoothing }),
      ...(thresholds ? { thresholds } : {}),
    },
    ...objects,
  };
}

function isRange(value: unknown): value is readonly [number, number] {
  return isListOf(value, isNumber) && value.length === 2;
}

function isCounts(value: unknown): value is readonly number[] {
  return isListOf(value, isCount);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isListOf<T>(value: unknown, isItem: (item: unknown) => item is T): value is readonly T[] {
  return Array.isArray(value) && value.every(isItem);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isTextOrNone(value: unknown): value is string | undefined {
  return value === undefined || isText(value);
}

function isNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isChannels(value: unknown): value is ChannelSelection {
  return value === 'all' || value === 'gray' || (isListOf(value, isCount) && value.length > 0);
}

function isOptions(value: unknown): value is OptionValues {
  return (
    isFields(value) && Object.values(value).every((option) => ['number', 'boolean', 'string'].includes(typeof option))
  );
}
