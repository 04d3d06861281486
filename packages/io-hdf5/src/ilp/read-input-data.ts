import {
  AxisOrder,
  BrushwoodError,
  guessAxes,
  type Dtype,
  type ImageLocation,
  type ImageReference,
} from '@brushwood/core';
import { runtime } from '#hdf5-runtime';
import { parseAxisTags } from '../axistags.ts';
import { readDatasetAxes } from '../dataset-axes.ts';
import { Hdf5File } from '../hdf5-file.ts';
import type { StoredImage, StoredLane } from './brushwood-group.ts';
import {
  candidatePaths,
  fileStem,
  folderOf,
  isAbsolutePath,
  isUrl,
  joinPath,
  splitFileList,
  splitInnerPath,
  withForwardSlashes,
} from './image-paths.ts';
import { inputData, localData, predictionMaskRole, rawDataRole } from './ilp-layout.ts';
import type { ProjectReader } from './project-reader.ts';

/** A lane without its labels. `hasShape` is false if neither project nor image tells the size. */
export interface LaneImages {
  readonly rawData: ImageReference;
  readonly hasShape: boolean;
  readonly predictionMask?: ImageReference;
}

/**
 * The images of a project, in the order of its lanes.
 * @param stored what Brushwood itself noted of each lane
 */
export async function readLaneImages(reader: ProjectReader, stored: readonly StoredLane[]): Promise<LaneImages[]> {
  if (!reader.file.has(`${inputData}/Role Names`)) {
    reader.warn('The project does not name its roles; images are taken as "Raw Data" and "Prediction Mask".');
  }
  const infos = `${inputData}/infos`;
  const lanes: LaneImages[] = [];
  for (const name of reader.names(infos)) {
    const path = `${infos}/${name}`;
    const raw = `${path}/${rawDataRole}`;
    if (reader.names(raw).length === 0) {
      throw new BrushwoodError('broken-file', `"${reader.file.location.path}": "${path}" names no image.`, { path });
    }
    const own = stored[lanes.length];
    const mask = `${path}/${predictionMaskRole}`;
    const image = await readReference(reader, raw, own?.rawData);
    const maskImage =
      reader.names(mask).length > 0 ? await readReference(reader, mask, own?.predictionMask) : undefined;
    for (const role of reader.names(path)) {
      if (role !== rawDataRole && role !== predictionMaskRole && reader.names(`${path}/${role}`).length > 0) {
        reader.warn(`The image in role "${role}" of "${image.reference.nickname}" is of no use here and is left out.`);
      }
    }
    lanes.push({ rawData: image.reference, hasShape: image.hasShape, predictionMask: maskImage?.reference });
  }
  return lanes;
}

interface ReadImage {
  readonly reference: ImageReference;
  readonly hasShape: boolean;
}

/** What is known of an image: some of it from the project, some from the image itself. */
interface ImageFacts {
  readonly axes: string;
  readonly shape: readonly number[] | undefined;
  readonly dtype: Dtype;
}

async function readReference(reader: ProjectReader, group: string, stored?: StoredImage): Promise<ReadImage> {
  const embedded = embeddedPath(reader, group);
  const place = embedded ? embeddedPlace(reader, embedded) : await linkedPlace(reader, group, stored);
  const nickname = reader.text(`${group}/nickname`) ?? fileStem(place.location.innerPath ?? place.location.path);
  const matching = stored?.nickname === nickname ? stored : undefined;
  const facts = embedded
    ? datasetFacts(reader.file, embedded, storedAxes(reader, group))
    : await linkedFacts(reader, group, place.location, matching);
  checkWholeImage(reader, group, facts);
  const order = new AxisOrder(facts.axes);
  const range = reader.numbers(`${group}/drange`);
  const reference: ImageReference = {
    nickname,
    ...place,
    axes: facts.axes,
    shape: order.toCoreShape(facts.shape ?? [...facts.axes].map(() => 1)),
    dtype: facts.dtype,
    channels: matching?.channels ?? 'all',
    displayMode: reader.text(`${group}/display_mode`),
    normalizeDisplay: reader.flag(`${group}/normalizeDisplay`),
    displayRange: range?.length === 2 ? [range[0]!, range[1]!] : undefined,
    fingerprint: matching?.fingerprint,
  };
  return { reference, hasShape: facts.shape !== undefined };
}

/** Path of the dataset that holds an embedded image, or undefined for a linked one. */
function embeddedPath(reader: ProjectReader, group: string): string | undefined {
  const className = reader.text(`${group}/__class__`) ?? '';
  const location = reader.text(`${group}/location`);
  const inner = reader.text(`${group}/inner_path`);
  const isEmbedded = className ? className.includes('Internal') : location === 'ProjectInternal' || inner !== undefined;
  if (!isEmbedded) return undefined;
  const datasetId = reader.text(`${group}/datasetId`);
  const path = (inner ?? reader.text(`${group}/filePath`) ?? '').replace(/^\/+/, '');
  if (path && reader.file.has(path)) return path;
  if (datasetId && reader.file.has(`${localData}/${datasetId}`)) return `${localData}/${datasetId}`;
  throw new BrushwoodError(
    'broken-file',
    `"${reader.file.location.path}": "${group}" says its image is embedded at "${path || datasetId}", but there is none.`,
    { path: reader.file.location.path },
  );
}

function embeddedPlace(reader: ProjectReader, innerPath: string) {
  const location: ImageLocation = { ...reader.file.location, innerPath };
  return { location, storage: 'embedded' as const };
}

async function linkedPlace(reader: ProjectReader, group: string, stored?: StoredImage) {
  const filePath = reader.text(`${group}/filePath`);
  if (filePath === undefined) {
    throw new BrushwoodError(
      'broken-file',
      `"${reader.file.location.path}": "${group}" says neither where its image lies nor that it is embedded.`,
      { path: reader.file.location.path },
    );
  }
  const given = withForwardSlashes(filePath);
  const isRelative = !isUrl(given) && !isAbsolutePath(given);
  const split = stored?.filePath === filePath && stored.innerPath ? ownSplit(given, stored.innerPath) : undefined;
  const scale = reader.text(`${group}/working_scale`);
  const location = split
    ? { ...split, path: joinPath(folderOf(reader.file.location.path), split.path) }
    : await locate(reader, given);
  return {
    location: isUrl(given) && scale ? { ...location, innerPath: scale } : location,
    storage: isRelative ? ('relative' as const) : ('absolute' as const),
  };
}

/** Brushwood knows which part of its own paths was the dataset. */
function ownSplit(path: string, innerPath: string): ImageLocation | undefined {
  return path.endsWith(`/${innerPath}`) ? { path: path.slice(0, -innerPath.length - 1), innerPath } : undefined;
}

/** Where a linked image lies now; where it was said to lie if it cannot be found. */
async function locate(reader: ProjectReader, given: string): Promise<ImageLocation> {
  if (isUrl(given)) return { path: given };
  const folder = folderOf(reader.file.location.path);
  const whole = joinPath(folder, given);
  if (await runtime.pathExists(whole)) return { path: whole };
  const list = splitFileList(given);
  if (list.length > 1) return { path: list.map((part) => joinPath(folder, part)).join(':') };
  const { path, innerPath } = splitInnerPath(given);
  const inner = innerPath ? { innerPath } : {};
  const wanted = joinPath(folder, path);
  if (/[*?]/.test(path) || (await runtime.pathExists(wanted))) return { path: wanted, ...inner };
  for (const candidate of candidatePaths(folder, path)) {
    if (await runtime.pathExists(candidate)) {
      reader.warn(`"${wanted}" is missing; "${candidate}" is used instead. Check that it is the same image.`);
      return { path: candidate, ...inner };
    }
  }
  // A page cannot look at the disk: nothing is known of the file there.
  if (runtime.files)
    reader.warn(`The image "${wanted}" is missing. Its labels are kept; say where it lies now with "lanes relink".`);
  return { path: wanted, ...inner };
}

/** `axistags`, else the legacy `axisorder`. */
function storedAxes(reader: ProjectReader, group: string): string | undefined {
  const tags = reader.text(`${group}/axistags`);
  const parsed = tags === undefined ? undefined : parseAxisTags(tags);
  const legacy = reader.text(`${group}/axisorder`);
  return parsed?.axes ?? (legacy && /^[tczyx]+$/.test(legacy) ? legacy : undefined);
}

function datasetFacts(
  file: Hdf5File,
  path: string,
  axes: string | undefined,
): ImageFacts & { shape: readonly number[] } {
  const info = file.dataset(path);
  const fits = axes?.length === info.shape.length;
  return {
    axes: readDatasetAxes(file, info, fits ? axes : undefined).axes,
    shape: info.shape,
    dtype: info.dtype ?? 'uint8',
  };
}

async function linkedFacts(
  reader: ProjectReader,
  group: string,
  location: ImageLocation,
  stored?: StoredImage,
): Promise<ImageFacts> {
  const axes = storedAxes(reader, group);
  const shape = reader.numbers(`${group}/shape`);
  const isUsable = shape !== undefined && (axes === undefined || axes.length === shape.length);
  const fromFile = await hdf5Facts(location, axes);
  if (fromFile && !isUsable) return fromFile;
  const dtype = stored?.dtype ?? fromFile?.dtype ?? 'uint8';
  if (shape && isUsable) return { axes: axes ?? fromFile?.axes ?? guessAxes(shape), shape, dtype };
  reader.warn(`The project does not say how large "${location.path}" is; the extent of its labels is taken.`);
  return { axes: axes ?? 'yx', shape: undefined, dtype };
}

/** Shape and dtype of a linked HDF5 dataset, if it can be read. */
async function hdf5Facts(location: ImageLocation, axes: string | undefined): Promise<ImageFacts | undefined> {
  if (!location.innerPath || isUrl(location.path) || !(await runtime.exists(location))) return undefined;
  let file: Hdf5File | undefined;
  try {
    file = await Hdf5File.open(location);
    return datasetFacts(file, location.innerPath, axes);
  } catch (error) {
    if (error instanceof BrushwoodError) return undefined; // the image itself says so when it is opened
    throw error;
  } finally {
    await file?.close();
  }
}

/** ilastik could use a part of an image as a lane; here the whole image would shift all labels. */
function checkWholeImage(reader: ProjectReader, group: string, facts: ImageFacts): void {
  const roi = reader.numbers(`${group}/subvolume_roi`);
  if (!roi || !facts.shape) return;
  const rank = roi.length / 2;
  const isWhole =
    roi.slice(0, rank).every((start) => start === 0) && roi.slice(rank).every((stop, i) => stop === facts.shape![i]);
  if (!isWhole) {
    throw reader.unsupported(
      `uses only a part of an image ("${group}/subvolume_roi"), which is not supported. Crop the image in ilastik first.`,
    );
  }
}
