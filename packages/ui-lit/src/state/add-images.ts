import {
  addLane,
  BrushwoodError,
  detectFormat,
  describeImage,
  elementCount,
  itemBytes,
  newProject,
  nicknameFor,
  parseImagePath,
  type DatasetEntry,
  type ImageLocation,
  type ImageReference,
  type Tensor,
} from '@brushwood/core';
import { appMessage } from './advice.ts';
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

export interface AddImagesOptions {
  /** Begin a new project with them. */
  readonly replaces?: boolean;
  /** Asks which dataset of a container is meant; without it a container of several is refused. */
  readonly chooseDataset?: (name: string, datasets: readonly DatasetEntry[]) => Promise<string | undefined>;
}

/**
 * Adds images as lanes of the project and shows the first of them. One that cannot be added doesn't stop the others.
 * @throws what went wrong with images, after the others were added
 */
export async function addImages(
  labeling: Labeling,
  images: readonly NewImage[],
  { replaces = false, chooseDataset }: AddImagesOptions = {},
): Promise<void> {
  const { catalog } = labeling.services;
  const references: ImageReference[] = [];
  const failures: unknown[] = [];
  for (const image of images) {
    try {
      const chosen = chooseDataset ? await withDataset(labeling, image, chooseDataset) : image;
      if (chosen) references.push(await describe(labeling, chosen));
    } catch (error) {
      failures.push(error);
    }
  }
  // Only now: what was painted meanwhile is in it.
  let project = replaces ? newProject(catalog) : labeling.project;
  const first = project.lanes.length;
  for (const reference of references) {
    try {
      project = addLane(project, reference);
    } catch (error) {
      failures.push(error);
    }
  }
  if (project.lanes.length > first) {
    if (replaces) await labeling.openProject(project);
    else {
      labeling.session.edit(project);
      await labeling.showLane(first);
    }
  }
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) {
    const reasons = failures.map(appMessage).join(' ');
    throw new BrushwoodError('incomplete', `${failures.length} of ${images.length} images were not added. ${reasons}`);
  }
}

/** The image with the dataset the user chose, where its file holds several; undefined if the user chose none. */
async function withDataset(
  { services }: Labeling,
  image: NewImage,
  choose: NonNullable<AddImagesOptions['chooseDataset']>,
): Promise<NewImage | undefined> {
  const location = image.location ?? { path: image.path, blob: image.blob };
  if (image.tensor || location.innerPath || location.stack || !(location.blob || location.files)) return image;
  const { formats } = services.catalog;
  const { list } = await detectFormat(formats, location);
  const datasets = list ? (await list(location)).filter(({ shape }) => shape.length >= 2) : [];
  if (datasets.length < 2) return image;
  const innerPath = await choose(image.name, datasets);
  return innerPath === undefined ? undefined : { ...image, location: { ...location, innerPath } };
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
  const nickname = nicknameFor(image.name.split('/').filter(Boolean).at(-1)!, location.innerPath);
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
