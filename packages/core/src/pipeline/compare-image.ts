import type { Catalog } from '../contracts/plugin.ts';
import type { ImageInfo, ImageSource } from '../contracts/image-source.ts';
import { describeLocation } from '../contracts/image-location.ts';
import { BrushwoodError } from '../errors.ts';
import type { Project } from '../project/project.ts';
import { openImage, type ImageRequest } from './open-image.ts';
import { hasEqualChannels } from './select-channels.ts';
import type { ValueRange } from './value-range.ts';

/** An image beside those a classifier was trained on. */
export interface ComparedImage {
  /** Of all its channels. */
  readonly info: ImageInfo;
  /** For people: what the classifier may not know. */
  readonly differences: readonly string[];
}

/**
 * Compares an image that is not of the project with those that are, before it is predicted: features of another dtype or dimensionality
 * are some the forest has never seen.
 * @throws 'shape-mismatch' for a colour picture where grey ones are needed (`details.reason` 'colour') and for a flat image where
 * features are 3-D, or the other way round (`details.reason` 'rank'); those of opening
 */
export async function compareImage(
  project: Project,
  { image, catalog, signal }: { image: ImageRequest; catalog: Catalog; signal?: AbortSignal },
): Promise<ComparedImage> {
  const { channels = 'all', ...request } = image;
  const name = describeLocation(image.location);
  const source = await openImage(catalog.formats, request, { signal });
  try {
    if (channels === 'gray') await checkGray(source, name);
  } finally {
    await source.close();
  }
  return { info: source.info, differences: differencesOf(project, source.info, name) };
}

/** What is to be known of the intensities that were predicted, beside those around the labels; undefined if they are alike. */
export function rangeDifference(
  { classifier }: Project,
  { image, range }: { image: ImageRequest; range: ValueRange | undefined },
): string | undefined {
  const known = classifier.report?.valueRange;
  if (!known || !range) return undefined;
  const [found, learnt] = [range[1] - range[0], known[1] - known[0]];
  const isInside = range[0] >= known[0] - learnt / 2 && range[1] <= known[1] + learnt / 2;
  // Darker pictures are common; only something like 0 to 1 instead of 0 to 255 is another scale.
  if (isInside && found >= learnt / 50) return undefined;
  return (
    `${describeLocation(image.location)} has values from ${range[0]} to ${range[1]}, the labelled parts of the training images from ` +
    `${known[0]} to ${known[1]}: the classifier may not know such values.`
  );
}

function differencesOf(project: Project, { dtype, shape }: ImageInfo, name: string): string[] {
  const trained = project.lanes[0]?.rawData;
  if (!trained) return [];
  const rank = rankDifference(project, name, shape[2] > 1);
  const differences = rank === undefined ? [] : [rank];
  if (trained.dtype && dtype !== trained.dtype) {
    differences.push(
      `${name} is ${dtype}, the training image "${trained.nickname}" is ${trained.dtype}: the classifier may not know such values.`,
    );
  }
  return differences;
}

/** Of a colour picture 'gray' would use the first channel and lose two. */
async function checkGray(source: ImageSource, name: string): Promise<void> {
  if (source.info.shape[1] === 1 || (await hasEqualChannels(source))) return;
  throw new BrushwoodError(
    'shape-mismatch',
    `${name} is a colour picture: its channels differ. Grey ones are needed here.`,
    { path: name, reason: 'colour' },
  );
}

/** Slices of a volume can be predicted as flat images if all features are 2-D, but not the other way round. */
function rankDifference({ features, lanes }: Project, name: string, isVolume: boolean): string | undefined {
  if (isVolume === lanes[0]!.rawData.shape[2] > 1) return undefined;
  const has3d = features.sigmas.some(
    (_, column) => !features.computeIn2d[column] && features.selected.some((cells) => cells[column]),
  );
  const [kind, others] = isVolume ? ['a volume', 'flat'] : ['a flat image', 'volumes'];
  if (!has3d) return `${name} is ${kind}, the images of the project are ${others}: every slice is predicted by itself.`;
  throw new BrushwoodError(
    'shape-mismatch',
    `${name} is ${kind}, the images of the project are ${others}, and its features are computed in 3-D. ` +
      'To predict slices by themselves, compute all features in 2-D and train again.',
    { path: name, reason: 'rank' },
  );
}
