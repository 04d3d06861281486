import type { StoredModel } from '../contracts/classifier.ts';
import type { ImageInfo } from '../contracts/image-source.ts';
import type { ImageSink } from '../contracts/image-sink.ts';
import type { StorageFormat } from '../contracts/storage-format.ts';
import { BrushwoodError } from '../errors.ts';
import type { Project } from '../project/project.ts';
import type { ExportSource } from './export-sources.ts';
import { openImage, type ImageRequest } from './open-image.ts';

/** The project's model; undefined if none is there and no source needs one. @throws 'no-classifier' */
export function requireModel(project: Project, sources: readonly ExportSource[]): StoredModel | undefined {
  const { model } = project.classifier;
  if (!model && sources.some((source) => source.needsModel)) {
    throw new BrushwoodError(
      'no-classifier',
      'The project has no trained classifier. Train it first: brushwood train PROJECT.',
    );
  }
  return model;
}

/** @throws 'shape-mismatch' if the mask differs from the image in more than channels; it may lack t and z */
export async function checkMask(
  formats: readonly StorageFormat[],
  mask: ImageRequest,
  { info, signal }: { info: ImageInfo; signal?: AbortSignal },
): Promise<void> {
  const source = await openImage(formats, mask, { signal });
  const { shape } = source.info;
  await source.close();
  const fits = shape.every(
    (size, axis) => axis === 1 || size === info.shape[axis] || (size === 1 && (axis === 0 || axis === 2)),
  );
  if (!fits) {
    throw new BrushwoodError(
      'shape-mismatch',
      `The mask "${mask.location.path}" has shape (${shape.join(', ')}), but the image has (${info.shape.join(', ')}), axes tczyx; all but ` +
        'the channels must agree.',
      { mask: [...shape], image: [...info.shape] },
    );
  }
}

/** @throws 'unsupported' if a sink cannot be shared by several runs */
export function checkParts(sinks: readonly ImageSink[]): void {
  if (sinks.every((sink) => sink.unitShape && sink.suspend)) return;
  throw new BrushwoodError(
    'unsupported',
    'Several runs can share one image only if all outputs are written in units that stand for themselves. Write OME-Zarr: -o NAME.zarr.',
  );
}
