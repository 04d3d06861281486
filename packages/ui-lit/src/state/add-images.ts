import {
  addLane,
  describeImage,
  elementCount,
  itemBytes,
  newProject,
  parseImagePath,
  type ImageLocation,
  type ImageReference,
  type Tensor,
} from '@brushwood/core';
import type { Labeling } from './labeling.ts';

/** An image to be added: an address, a file, or one in memory. */
export interface NewImage {
  /** Shown name. */
  readonly name: string;
  /** Address, or the path of the file within what was dropped. */
  readonly path: string;
  readonly blob?: Blob;
  readonly tensor?: Tensor;
  /** Of an image in a folder or a container, as it was opened. */
  readonly location?: ImageLocation;
  readonly axes?: string;
}

/** Adds images as lanes of the project and shows the first of them. @throws what describing an image throws */
export async function addImages(
  labeling: Labeling,
  images: readonly NewImage[],
  { replaces = false }: { replaces?: boolean } = {},
): Promise<void> {
  const { catalog } = labeling.services;
  const references: ImageReference[] = [];
  for (const image of images) references.push(await describe(labeling, image));
  // Only now: what was painted meanwhile is in it.
  const before = replaces ? newProject(catalog) : labeling.project;
  const first = before.lanes.length;
  const project = references.reduce((lanes, reference) => addLane(lanes, reference), before);
  if (replaces) await labeling.openProject(project);
  else {
    labeling.session.edit(project);
    await labeling.showLane(first);
  }
}

/** Images up to this size are copied into the project when they were given to the page as files. */
const largestCopy = 256 * 2 ** 20;

/** What the project writes down of an image: its name is its nickname, without folders and ending. */
export async function describe(labeling: Labeling, image: NewImage): Promise<ImageReference> {
  const { formats } = labeling.services.catalog;
  const { path, blob, tensor, axes } = image;
  const location: ImageLocation =
    image.location ?? (blob || tensor ? { path, blob, tensor } : parseImagePath(path, formats));
  const isRemote = /^https?:/.test(path);
  const nickname = image.name
    .split('/')
    .filter(Boolean)
    .at(-1)!
    .replace(/(\.ome)?\.[^.]+$/, '');
  const storage = tensor ? 'embedded' : isRemote ? 'absolute' : 'relative';
  const { reference, isGrayRgb } = await describeImage(formats, location, { nickname, storage, axes });
  const isGiven = location.blob !== undefined || location.files !== undefined;
  const bytes = elementCount(reference.shape) * itemBytes(reference.dtype ?? 'uint8');
  return {
    ...reference,
    ...(isGrayRgb ? { channels: 'gray' } : {}),
    // A page cannot find a file again by its name: what is not too large goes into the project.
    ...(isGiven && bytes <= largestCopy ? { storage: 'embedded' } : {}),
  };
}
