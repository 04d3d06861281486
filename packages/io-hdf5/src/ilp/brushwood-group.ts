import {
  BrushwoodError,
  type ChannelSelection,
  type ClassifierState,
  type Dtype,
  type ImageReference,
  type NumberArray,
  type OptionValues,
  type Project,
  type StoredModel,
  type TrainingReport,
} from '@brushwood/core';
import type { Hdf5Writer } from '../hdf5-writer.ts';
import { modelDigest, trainingDigest } from './digest.ts';
import { brushwoodGroup as group } from './ilp-layout.ts';
import { parseJson, type ProjectReader } from './project-reader.ts';
import { readForests } from './read-forests.ts';
import { writeForests } from './write-forests.ts';

/**
 * What ilastik has no place for, in a root group it carries along:
 *   format      number, 1
 *   lanes       JSON, one `StoredLane` per lane
 *   classifier  JSON, `StoredClassifier`
 *   Model/      a model ilastik cannot use: `description` (JSON), arrays/NNNN and texts/NNNN, or vigra forests
 */
const formatVersion = 1;

export interface StoredImage {
  readonly nickname: string;
  /** As in the lane's own info: this record is about another image if it differs. */
  readonly filePath?: string;
  readonly innerPath?: string;
  readonly channels: ChannelSelection;
  readonly dtype: Dtype;
  readonly fingerprint?: string;
}

export interface StoredLane {
  readonly rawData: StoredImage;
  readonly predictionMask?: StoredImage;
}

interface StoredClassifier {
  readonly classifierId: string;
  readonly options: OptionValues;
  readonly seed: number;
  readonly report?: TrainingReport;
  readonly modelDigest?: string;
  readonly trainingDigest?: string;
}

interface ModelDescription {
  readonly layout: 'arrays' | 'vigra-forests';
  readonly classifierId: string;
  readonly knownLabels: readonly number[];
  readonly featureCount: number;
  readonly classCount: number;
  readonly arrayNames: readonly string[];
  readonly textNames: readonly string[];
}

/** The notes on lanes. A group of a later format is not understood: nothing of it may get lost. */
export function readStoredLanes(reader: ProjectReader): readonly StoredLane[] {
  if (reader.file.kind(group) !== 'group') return [];
  const format = reader.numbers(`${group}/format`)?.[0] ?? 0;
  if (format > formatVersion) {
    reader.lose(`The group "${group}"`, `it has format ${format}, written by a newer Brushwood`);
    return [];
  }
  const lanes = parseJson<StoredLane[]>(reader.text(`${group}/lanes`));
  return Array.isArray(lanes) ? lanes : [];
}

/**
 * The classifier with its model: the forests of the project file if there are any, else a model kept here, if labels
 * and features are still those it was trained on.
 */
export function readClassifier(
  reader: ProjectReader,
  forests: StoredModel | undefined,
  trained: Pick<Project, 'lanes' | 'classes' | 'features'>,
): ClassifierState {
  const stored = parseJson<StoredClassifier>(reader.text(`${group}/classifier`));
  const { classifierId = 'random-forest', options = {}, seed = 0 } = stored ?? {};
  if (forests) {
    if (stored?.modelDigest && stored.modelDigest === modelDigest(forests)) {
      return { classifierId, options, seed, model: { ...forests, classifierId }, ...reportOf(stored) };
    }
    const isSame = classifierId === forests.classifierId;
    return { classifierId: forests.classifierId, options: isSame ? options : {}, seed, model: forests };
  }
  const model = tryReadModel(reader, trained.classes.length);
  if (!model) return { classifierId, options, seed };
  if (stored?.trainingDigest !== trainingDigest(trained)) {
    reader.warn(
      'Labels, features or images changed since the stored classifier was trained; it is left out. Train again.',
    );
    return { classifierId, options, seed };
  }
  return { classifierId, options, seed, model, ...reportOf(stored) };
}

function reportOf({ report }: StoredClassifier): { report?: TrainingReport } {
  return report ? { report } : {};
}

function tryReadModel(reader: ProjectReader, classCount: number): StoredModel | undefined {
  try {
    return readModel(reader, classCount);
  } catch (error) {
    if (!(error instanceof BrushwoodError)) throw error;
    reader.warn(`The stored classifier is left out: ${error.message} Train again; labels and features are kept.`);
    return undefined;
  }
}

function readModel(reader: ProjectReader, classCount: number): StoredModel | undefined {
  const about = parseJson<ModelDescription>(reader.text(`${group}/Model/description`));
  if (!about) return undefined;
  const { classifierId, knownLabels, featureCount } = about;
  if (about.layout === 'vigra-forests') {
    const forests = readForests(reader, `${group}/Model/Forests`, classCount);
    return forests && { ...forests, classifierId };
  }
  const arrays: Record<string, NumberArray> = {};
  const texts: Record<string, string> = {};
  for (const [i, name] of about.arrayNames.entries()) {
    arrays[name] = reader.file.readNumbers(`${group}/Model/arrays/${number(i)}`) as NumberArray;
  }
  for (const [i, name] of about.textNames.entries()) {
    texts[name] = reader.file.readTexts(`${group}/Model/texts/${number(i)}`)[0] ?? '';
  }
  return { layout: 'arrays', classifierId, knownLabels, featureCount, classCount, arrays, texts };
}

/**
 * @param lanes    the lanes as they were written into the project
 * @param isOnlyOurs the model is not in `ClassifierForests`, so it has to be kept here
 */
export function writeBrushwoodGroup(
  writer: Hdf5Writer,
  project: Project,
  { lanes, isOnlyOurs }: { lanes: readonly StoredLane[]; isOnlyOurs: boolean },
): void {
  const { classifierId, options, seed, report, model } = project.classifier;
  const classifier: StoredClassifier = {
    classifierId,
    options,
    seed,
    report: model && report,
    modelDigest: model && modelDigest(model),
    trainingDigest: model && trainingDigest(project),
  };
  writer.write(`${group}/format`, formatVersion);
  writer.write(`${group}/lanes`, JSON.stringify(lanes));
  writer.write(`${group}/classifier`, JSON.stringify(classifier));
  if (model && isOnlyOurs) writeModel(writer, model);
}

function writeModel(writer: Hdf5Writer, model: StoredModel): void {
  const { layout, classifierId, knownLabels, featureCount, classCount } = model;
  const arrays = layout === 'arrays' ? Object.entries(model.arrays) : [];
  const texts = layout === 'arrays' ? Object.entries(model.texts) : [];
  const arrayNames = arrays.map(([name]) => name);
  const textNames = texts.map(([name]) => name);
  const description: ModelDescription = {
    layout,
    classifierId,
    knownLabels,
    featureCount,
    classCount,
    arrayNames,
    textNames,
  };
  writer.write(`${group}/Model/description`, JSON.stringify(description));
  arrays.forEach(([, data], i) => writer.write(`${group}/Model/arrays/${number(i)}`, data));
  texts.forEach(([, text], i) => writer.write(`${group}/Model/texts/${number(i)}`, text));
  if (layout === 'vigra-forests') writeForests(writer, `${group}/Model/Forests`, model);
}

/** Names may hold anything, HDF5 names may not: members are numbered. */
function number(i: number): string {
  return String(i).padStart(4, '0');
}

/** The note on an image, as the project file refers to it. */
export function storedImage(
  reference: ImageReference,
  written: Pick<StoredImage, 'filePath' | 'innerPath'>,
): StoredImage {
  const { nickname, channels, dtype, fingerprint } = reference;
  return { nickname, ...written, channels, dtype, fingerprint };
}
