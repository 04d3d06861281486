import {
  BrushwoodError,
  describeLocation,
  hasEqualChannels,
  openImage,
  type Catalog,
  type ImageInfo,
  type ImageRequest,
  type ImageSource,
  type PredictResult,
  type Project,
  type Roi,
} from '@brushwood/core';
import type { Report } from '../report.ts';
import { roiOf, type RoiSpans } from '../roi-option.ts';

export interface InputCheck {
  readonly image: ImageRequest;
  /** An image of the project: it is what it was trained on. */
  readonly isOwn: boolean;
  readonly roi?: RoiSpans;
  readonly report: Report;
}

/**
 * Compares an image that is not of the project with those that are: features of another dtype or dimensionality are
 * some the forest has never seen. Warns of what may be meant.
 * @returns the box of the image that is asked for
 * @throws 'shape-mismatch' for a colour picture where grey ones are needed, and for a flat image where features are 3-D;
 * 'invalid-roi'
 */
export async function checkInput(catalog: Catalog, project: Project, check: InputCheck): Promise<Roi | undefined> {
  const { image, isOwn, roi, report } = check;
  if (isOwn && !roi) return undefined;
  const { channels = 'all', ...request } = image;
  const name = describeLocation(image.location);
  const source = await openImage(catalog.formats, request);
  try {
    if (channels === 'gray' && !isOwn) await checkGray(source, name);
  } finally {
    await source.close();
  }
  if (!isOwn) compareWithLanes(project, source.info, { name, report });
  return roi && roiOf(roi, source.info.shape, name);
}

function compareWithLanes(
  project: Project,
  { dtype, shape }: ImageInfo,
  { name, report }: { name: string; report: Report },
): void {
  const trained = project.lanes[0]?.rawData;
  if (!trained) return;
  checkRank(project, { name, report, isVolume: shape[2] > 1 });
  if (trained.dtype && dtype !== trained.dtype) {
    report.warn(
      `${name} is ${dtype}, the training image "${trained.nickname}" is ${trained.dtype}: the classifier may not know such values.`,
    );
  }
}

/** Compares the intensities that were predicted with those around the labels. */
export function warnOfRange(
  { classifier }: Project,
  { image, range, report }: { image: ImageRequest; range: PredictResult['valueRange']; report: Report },
): void {
  const known = classifier.report?.valueRange;
  if (!known || !range) return;
  const [found, learnt] = [range[1] - range[0], known[1] - known[0]];
  const isInside = range[0] >= known[0] - learnt / 2 && range[1] <= known[1] + learnt / 2;
  // Darker pictures are common; only something like 0 to 1 instead of 0 to 255 is another scale.
  if (isInside && found >= learnt / 50) return;
  report.warn(
    `${describeLocation(image.location)} has values from ${range[0]} to ${range[1]}, the labelled parts of the training images from ` +
      `${known[0]} to ${known[1]}: the classifier may not know such values.`,
  );
}

/** Of a colour picture 'gray' would use the first channel and lose two. */
async function checkGray(source: ImageSource, name: string): Promise<void> {
  if (source.info.shape[1] === 1 || (await hasEqualChannels(source))) return;
  throw new BrushwoodError(
    'shape-mismatch',
    `${name} is a colour picture: its channels differ. Grey ones are needed here; to use one of its channels say --channels 0.`,
  );
}

/** Slices of a volume can be predicted as flat images if all features are 2-D, but not the other way round. */
function checkRank(project: Project, input: { name: string; report: Report; isVolume: boolean }): void {
  const { features, lanes } = project;
  const { name, report, isVolume } = input;
  if (isVolume === lanes[0]!.rawData.shape[2] > 1) return;
  const has3d = features.sigmas.some(
    (_, column) => !features.computeIn2d[column] && features.selected.some((cells) => cells[column]),
  );
  const [kind, others] = isVolume ? ['a volume', 'flat'] : ['a flat image', 'volumes'];
  if (has3d) {
    throw new BrushwoodError(
      'shape-mismatch',
      `${name} is ${kind}, the images of the project are ${others}, and its features are computed in 3-D. If the axes were misread, ` +
        'name them with --input-axes; or compute all features in 2-D (brushwood features PROJECT --2d) and train again.',
    );
  }
  report.warn(`${name} is ${kind}, the images of the project are ${others}: every slice is predicted by itself.`);
}
