import {
  BrushwoodError,
  evaluateImage,
  findById,
  hasEqualChannels,
  openImage,
  requestOf,
  scoresOf,
  type ImageReference,
  type ImageRequest,
  type Lane,
  type PipelineServices,
  type Project,
  type RunOptions,
  type Scores,
  type StorageFormat,
} from '@brushwood/core';
import { LabelSource } from '../../sources/label-source.ts';
import type { Overlay } from '../layer-stack.ts';
import { asLabels, colorNumbers, errorColors, errorKinds, type ErrorKind } from './error-kinds.ts';
import { isSameImage } from '../same-training.ts';
import { countTruthValues, meaningOf, type TruthMapping, type TruthValues } from './truth-values.ts';

/** A truth image that fits an image of the project. */
export interface TruthImage {
  readonly file: File;
  readonly request: ImageRequest;
  /** The image it is the truth of. */
  readonly image: ImageReference;
  readonly values: TruthValues;
}

/** How the segmentation of an image agrees with the truth. */
export interface TruthComparison {
  readonly of: Project;
  readonly image: ImageReference;
  readonly scores: Scores;
  readonly kinds: readonly ErrorKind[];
  /** Where the errors are; absent if the image is too large to keep that. */
  readonly errors?: LabelSource;
}

/** Voxels of an image whose errors can be kept: a byte each. */
const mostMapVoxels = 2 ** 28;

/**
 * Opens a truth image and looks at its values.
 * @throws 'shape-mismatch' if it is of another size than the image, what reading throws
 */
export async function openTruth(
  formats: readonly StorageFormat[],
  { file, lane, ...run }: RunOptions & { readonly file: File; readonly lane: Lane },
): Promise<TruthImage> {
  const location = { path: file.name, blob: file };
  const raw = await openImage(formats, { location }, run);
  let request: ImageRequest = { location };
  try {
    if (raw.info.shape[1] > 1 && (await hasEqualChannels(raw, run.signal))) request = { location, channels: 'gray' };
  } finally {
    await raw.close();
  }
  const source = await openImage(formats, request, run);
  try {
    checkSize(file.name, source.info.shape, lane);
    return { file, request, image: lane.rawData, values: await countTruthValues(source, run) };
  } finally {
    await source.close();
  }
}

function checkSize(name: string, shape: readonly number[], { rawData, labels }: Lane): void {
  if (shape[1]! > 1) {
    throw new BrushwoodError(
      'shape-mismatch',
      `"${name}" has ${shape[1]} channels. A truth image has one: a number for each class. Save it without colours.`,
    );
  }
  if (labels.shape.every((size, axis) => size === shape[axis])) return;
  throw new BrushwoodError(
    'shape-mismatch',
    `"${name}" is ${sizeText(shape)}, but "${rawData.nickname}" is ${sizeText(labels.shape)}. The truth must show the same voxels: choose the ` +
      'file that belongs to the shown image.',
    { shape: [...shape], expected: [...labels.shape] },
  );
}

function sizeText([t, , z, y, x]: readonly number[]): string {
  const sizes = [x, y, ...(z! > 1 || t! > 1 ? [z] : []), ...(t! > 1 ? [t] : [])];
  return `${sizes.join(' × ')} ${z! > 1 || t! > 1 ? 'voxels' : 'pixels'}`;
}

/** Trains if need be, predicts the whole image and compares it, block by block. @throws as `evaluateImage` and training */
export async function compareTruth(
  project: Project,
  { request, image, mapping }: TruthImage & { readonly mapping: TruthMapping },
  { services, ...run }: RunOptions & { readonly services: PipelineServices },
): Promise<TruthComparison> {
  const workflow = findById(services.catalog.workflows, project.workflowId, 'workflow');
  const trained = project.classifier.model ? project : (await workflow.train(project, { services, ...run })).project;
  const lane = project.lanes.find(({ rawData }) => isSameImage(rawData, image));
  if (!lane) throw new BrushwoodError('lane-missing', `"${image.nickname}" is no longer in the project.`);
  const { rawData, predictionMask: mask } = lane;
  const { confusion, errorMap } = await evaluateImage(trained, {
    services,
    image: requestOf(rawData),
    ...(mask ? { mask: requestOf(mask) } : {}),
    truth: request,
    meaning: meaningOf(mapping),
    mapVoxels: mostMapVoxels,
    ...run,
  });
  const kinds = errorKinds(confusion);
  const numbers = errorMap && colorNumbers(errorMap, kinds, project.classes.length);
  return {
    of: project,
    image,
    scores: scoresOf(confusion),
    kinds,
    ...(numbers ? { errors: new LabelSource(asLabels(errorMap.shape, numbers), errorColors()) } : {}),
  };
}

/** The errors as a layer; what agrees is transparent. */
export function errorOverlay({ errors }: TruthComparison): Overlay | undefined {
  return errors && { name: 'Errors', source: errors, opacity: 0.8, color: 'rgb(255 0 200)' };
}
