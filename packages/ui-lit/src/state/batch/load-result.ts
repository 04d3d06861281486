import {
  BrushwoodError,
  combinedClasses,
  describeImage,
  elementCount,
  emptyLabels,
  type ImageReference,
} from '@brushwood/core';
import { LabelSource } from '../../sources/label-source.ts';
import type { ServerHome } from '../../storage/server-home.ts';
import type { Layer, ShownImage } from '../../view/layer.ts';
import type { ExportImage } from '../exports/export-plan.ts';
import type { Labeling } from '../labeling.ts';
import type { MadeWith } from './batch.ts';
import { openLane } from '../open-lane.ts';
import { segmentAgain } from './segment-again.ts';

/** An image of a batch with its segmentation, ready for a viewer. */
export interface LoadedResult {
  readonly image: ShownImage;
  readonly layers: readonly Layer[];
}

/** The segmentation is kept in memory. */
const mostVoxels = 2 ** 26;

/**
 * Opens an image of a batch and segments it as it was in its run: by the same model, with the same steps, of the same part.
 * @param home of the server, for images that only it can open
 * @throws what opening and predicting throw, 'too-large' for what does not fit into the memory of a page
 */
export async function loadResult(
  labeling: Labeling,
  { image, made }: { readonly image: ExportImage; readonly made: MadeWith },
  { home, signal }: { home: ServerHome | undefined; signal: AbortSignal },
): Promise<LoadedResult> {
  const { services } = labeling;
  const rawData = await referenceOf(labeling, image, { home, signal });
  const shape = rawData.shape;
  if (elementCount(shape) / shape[1] > mostVoxels) {
    throw new BrushwoodError(
      'too-large',
      `"${image.nickname}" is too large to be looked at here. Add it to the images of the project, or open its result in another program.`,
      { shape: [...shape] },
    );
  }
  const lane = { rawData, labels: emptyLabels(shape) };
  const opened = await openLane(lane, { services, signal });
  const segmentation = await segmentAgain(services, rawData, { made, signal });
  const { classes: trained } = made.project;
  const { postprocessing } = made.plan.steps;
  const classes = postprocessing ? combinedClasses(trained, postprocessing) : trained;
  const colors = classes.map(({ color }) => color);
  return {
    image: opened.image,
    layers: [
      { id: 'raw', name: 'Image', source: opened.raw, opacity: 1, isVisible: true },
      {
        id: 'segmentation',
        name: 'Segmentation',
        source: new LabelSource(segmentation, colors),
        opacity: 0.4,
        isVisible: true,
      },
    ],
  };
}

async function referenceOf(
  { services }: Labeling,
  { nickname, image }: ExportImage,
  { home, signal }: { home: ServerHome | undefined; signal: AbortSignal },
): Promise<ImageReference> {
  const { channels, axes } = image;
  const path = home?.filePathOf(image.location);
  const [served] = home && path !== undefined ? await home.openFiles([path]) : [];
  if (served) return { ...served, channels: channels ?? served.channels };
  const options = { nickname, storage: 'relative', axes, channels, signal } as const;
  return (await describeImage(services.catalog.formats, image.location, options)).reference;
}
