import {
  BrushwoodError,
  setResultSteps,
  type ClassifierState,
  type ImageReference,
  type Normalization,
  type NumberArray,
  type Project,
  type ResultSteps,
  type StoredModel,
  type TrainingReport,
} from '@brushwood/core';
import type { Hdf5Writer } from '../hdf5-writer.ts';
import { modelDigest, trainingDigest } from './digest.ts';
import { brushwoodGroup as group } from './ilp-layout.ts';
import type { ProjectReader } from './project-reader.ts';
import { readForests } from './read-forests.ts';
import {
  parseModelDescription,
  parseNormalization,
  parseResultSteps,
  parseStoredClassifier,
  parseStoredLane,
  type ModelDescription,
  type StoredClassifier,
  type StoredImage,
  type StoredLane,
} from './stored-notes.ts';
import { writeForests } from './write-forests.ts';

/**
 * What ilastik has no place for, in a root group it carries along:
 *   format      number, 1
 *   lanes       JSON, one `StoredLane` per lane
 *   preprocessing  JSON, `{ normalization }`, if intensities are normalised
 *   results     JSON, `{ steps }`, if the app does something to results before they are written
 *   classifier  JSON, `StoredClassifier`
 *   Model/      a model ilastik cannot use: `description` (JSON), arrays/NNNN and texts/NNNN, or vigra forests
 */
const formatVersion = 1;

/** The notes on lanes, undefined for a damaged one. A group of a later format is not understood: nothing of it may get lost. */
export function readStoredLanes(reader: ProjectReader): readonly (StoredLane | undefined)[] {
  if (reader.file.kind(group) !== 'group') return [];
  const format = reader.numbers(`${group}/format`)?.[0] ?? 0;
  if (format > formatVersion) {
    reader.lose(`The group "${group}"`, `it has format ${format}, written by a newer Brushwood`);
    return [];
  }
  const notes = readJson(reader, `${group}/lanes`);
  const lanes = Array.isArray(notes?.value) ? notes.value.map(parseStoredLane) : [];
  if (notes && (!Array.isArray(notes.value) || lanes.includes(undefined))) {
    reader.warn(
      `The notes on images in "${group}/lanes" are damaged: which channels are used may be lost. Check them before you train.`,
    );
  }
  return lanes;
}

/** The project's normalisation; a damaged note counts as none, and is told. */
export function readNormalization(reader: ProjectReader): Normalization | undefined {
  const note = readJson(reader, `${group}/preprocessing`);
  if (!note) return undefined;
  const normalization = parseNormalization(note.value);
  if (!normalization) {
    reader.warn(`The note on normalisation in "${group}/preprocessing" is damaged: intensities are used as they are.`);
  }
  return normalization;
}

/** The project with its steps for results; a damaged note, or one that does not fit the classes, counts as none, and is told. */
export function withResultSteps(reader: ProjectReader, project: Project): Project {
  const note = readJson(reader, `${group}/results`);
  if (!note) return project;
  try {
    const steps: ResultSteps | undefined = parseResultSteps(note.value);
    if (steps) return setResultSteps(project, steps);
  } catch (error) {
    if (!(error instanceof BrushwoodError)) throw error;
  }
  reader.warn(
    `The note in "${group}/results" on what is done to results is damaged, or does not fit the classes: results are written as they are.`,
  );
  return project;
}

/** The value of a JSON text, undefined in it if there is no sense in it; undefined if there is no such text. */
function readJson(reader: ProjectReader, path: string): { readonly value: unknown } | undefined {
  if (!reader.file.has(path)) return undefined;
  try {
    return { value: JSON.parse(reader.file.readTexts(path)[0] ?? '') };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof BrushwoodError) return { value: undefined };
    throw error;
  }
}

/**
 * The classifier with its model: the forests of the project file if there are any, else a model kept here, if labels
 * and features are still those it was trained on.
 */
export function readClassifier(
  reader: ProjectReader,
  forests: StoredModel | undefined,
  trained: Pick<Project, 'lanes' | 'classes' | 'features' | 'normalization'>,
): ClassifierState {
  const stored = readStoredClassifier(reader);
  if (forests && trained.normalization) {
    reader.warn(
      'The forests in the project were trained by ilastik, on intensities as they are, but the project normalises them: they are left ' +
        'out. Train again, or switch the normalisation off.',
    );
    return readClassifier(reader, undefined, trained);
  }
  const { classifierId = 'random-forest', options = {}, seed = 0 } = stored;
  if (forests) {
    if (stored.modelDigest && stored.modelDigest === modelDigest(forests)) {
      return { classifierId, options, seed, model: { ...forests, classifierId }, ...reportOf(stored) };
    }
    const isSame = classifierId === forests.classifierId;
    return { classifierId: forests.classifierId, options: isSame ? options : {}, seed, model: forests };
  }
  const model = tryReadModel(reader, trained.classes.length);
  if (!model) return { classifierId, options, seed };
  if (stored.trainingDigest !== trainingDigest(trained)) {
    reader.warn(
      'Labels, features or images changed since the stored classifier was trained; it is left out. Train again.',
    );
    return { classifierId, options, seed };
  }
  return { classifierId, options, seed, model, ...reportOf(stored) };
}

function readStoredClassifier(reader: ProjectReader): Partial<StoredClassifier> {
  const note = readJson(reader, `${group}/classifier`);
  if (!note) return {};
  const { stored, damaged } = parseStoredClassifier(note.value);
  if (damaged.length > 0) {
    reader.warn(
      `The note on the classifier in "${group}/classifier" is damaged (${damaged.join(', ')}): defaults are used. Check the ` +
        'classifier and its options before you train.',
    );
  }
  return stored;
}

function reportOf({ report }: Partial<StoredClassifier>): { report?: TrainingReport } {
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
  const note = readJson(reader, `${group}/Model/description`);
  if (!note) return undefined;
  const about = parseModelDescription(note.value);
  if (!about) throw refused(`"${group}/Model/description" is not what it should be.`);
  const { classifierId, knownLabels, featureCount } = about;
  if (about.layout === 'vigra-forests') {
    const forests = readForests(reader, `${group}/Model/Forests`, classCount);
    return forests && { ...forests, classifierId };
  }
  const arrays = fromEntries(about.arrayNames, (i) => numbersAt(reader, `${group}/Model/arrays/${number(i)}`));
  const texts = fromEntries(
    about.textNames,
    (i) => reader.file.readTexts(`${group}/Model/texts/${number(i)}`)[0] ?? '',
  );
  return { layout: 'arrays', classifierId, knownLabels, featureCount, classCount, arrays, texts };
}

function fromEntries<T>(names: readonly string[], read: (i: number) => T): Record<string, T> {
  return Object.fromEntries(names.map((name, i) => [name, read(i)]));
}

function numbersAt(reader: ProjectReader, path: string): NumberArray {
  const data = reader.file.readNumbers(path);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    throw refused(`"${path}" holds integers of 64 bits, which no classifier stores.`);
  }
  return data;
}

function refused(problem: string): BrushwoodError {
  return new BrushwoodError('broken-file', problem);
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
  const { normalization, resultSteps } = project;
  if (resultSteps) writer.write(`${group}/results`, JSON.stringify({ steps: resultSteps }));
  if (normalization) writer.write(`${group}/preprocessing`, JSON.stringify({ normalization }));
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
  const { nickname, channels, dtype, fingerprint, channelRanges } = reference;
  return { nickname, ...written, channels, dtype, fingerprint, channelRanges };
}
