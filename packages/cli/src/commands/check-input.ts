import {
  BrushwoodError,
  compareImage,
  describeLocation,
  openImage,
  rangeDifference,
  type Catalog,
  type ImageInfo,
  type ImageRequest,
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
  readonly report: Pick<Report, 'warn'>;
}

/**
 * Warns where an image that is not of the project is unlike those that are.
 * @returns the box of the image that is asked for
 * @throws 'shape-mismatch' for a colour picture where grey ones are needed, and for a flat image where features are 3-D;
 * 'invalid-roi'
 */
export async function checkInput(catalog: Catalog, project: Project, check: InputCheck): Promise<Roi | undefined> {
  const { image, isOwn, roi, report } = check;
  if (isOwn && !roi) return undefined;
  const info = await infoOf(catalog, project, { image, isOwn, report });
  return roi && roiOf(roi, info.shape, describeLocation(image.location));
}

async function infoOf(catalog: Catalog, project: Project, { image, isOwn, report }: InputCheck): Promise<ImageInfo> {
  if (isOwn) {
    const { channels: _, ...request } = image;
    const source = await openImage(catalog.formats, request);
    await source.close();
    return source.info;
  }
  const compared = await compareImage(project, { image, catalog }).catch((error: unknown) => {
    throw namingOptions(error);
  });
  for (const difference of compared.differences) report.warn(difference);
  return compared.info;
}

/** Compares the intensities that were predicted with those around the labels. */
export function warnOfRange(
  project: Project,
  { image, range, report }: { image: ImageRequest; range: PredictResult['valueRange']; report: Pick<Report, 'warn'> },
): void {
  const difference = rangeDifference(project, { image, range });
  if (difference !== undefined) report.warn(difference);
}

const remedies: Readonly<Record<string, string>> = {
  colour: 'To use one of its channels say --channels 0.',
  rank: 'If the axes were misread, name them with --input-axes. Features are made 2-D by brushwood features PROJECT --2d.',
};

/** Core cannot know what the command calls its remedies. */
function namingOptions(error: unknown): unknown {
  const remedy = error instanceof BrushwoodError ? remedies[String(error.details['reason'])] : undefined;
  if (!(error instanceof BrushwoodError) || remedy === undefined) return error;
  return new BrushwoodError(error.code, `${error.message} ${remedy}`, error.details, { cause: error });
}
