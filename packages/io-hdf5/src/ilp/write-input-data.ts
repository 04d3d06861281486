import {
  AxisOrder,
  BlockGrid,
  BrushwoodError,
  describeLocation,
  itemBytes,
  throwIfAborted,
  wholeRoi,
  type ImageLocation,
  type ImageReference,
  type ImageSource,
  type Lane,
  type Project,
  type SaveOptions,
  type Shape5,
  randomUuid,
} from '@brushwood/core';
import { formatAxisTags } from '../axistags.ts';
import { Hdf5File } from '../hdf5-file.ts';
import { Hdf5Source } from '../hdf5-source.ts';
import { chunkShape, type Hdf5Writer } from '../hdf5-writer.ts';
import { storedImage } from './brushwood-group.ts';
import { isAbsolutePath, isUrl, pathBelow, splitFileList, withForwardSlashes } from './image-paths.ts';
import { inputData, localData, predictionMaskRole, rawDataRole } from './ilp-layout.ts';
import type { StoredImage, StoredLane } from './stored-notes.ts';

/** What writing images needs to know of the save. */
export interface ImageWriting {
  readonly writer: Hdf5Writer;
  /** Folder of the project file, `/` between its parts. */
  readonly folder: string;
  /** The project file, as loading names it. */
  readonly path: string;
  readonly project: Project;
  readonly options: SaveOptions;
}

/** Bytes of an embedded image that are in memory at once, roughly. */
const copyBytes = 16 << 20;

/** A lane as it was written. */
export interface WrittenLane {
  /** What Brushwood notes of it. */
  readonly stored: StoredLane;
  /** The lane with its images where they lie now. */
  readonly lane: Lane;
}

/** Writes `Input Data`, embedded images with all their voxels. */
export async function writeInputData(writing: ImageWriting): Promise<WrittenLane[]> {
  const { writer, project } = writing;
  writer.write(`${inputData}/StorageVersion`, '0.2');
  writer.write(`${inputData}/Role Names`, [rawDataRole, predictionMaskRole]);
  writer.group(`${inputData}/infos`);
  writer.group(localData);
  const lanes: WrittenLane[] = [];
  for (const [i, lane] of project.lanes.entries()) {
    lanes.push(await writeLane(writing, `${inputData}/infos/lane${String(i).padStart(4, '0')}`, lane));
    writing.options.onProgress?.({ phase: 'saving images', done: i + 1, total: project.lanes.length, unit: 'images' });
  }
  return lanes;
}

async function writeLane(writing: ImageWriting, group: string, lane: Lane): Promise<WrittenLane> {
  const raw = await writeImage(writing, `${group}/${rawDataRole}`, lane.rawData);
  if (!lane.predictionMask) {
    writing.writer.group(`${group}/${predictionMaskRole}`);
    return { stored: { rawData: raw.stored }, lane: { ...lane, rawData: raw.reference } };
  }
  const mask = await writeImage(writing, `${group}/${predictionMaskRole}`, lane.predictionMask);
  return {
    stored: { rawData: raw.stored, predictionMask: mask.stored },
    lane: { ...lane, rawData: raw.reference, predictionMask: mask.reference },
  };
}

interface WrittenImage {
  readonly stored: StoredImage;
  readonly reference: ImageReference;
}

async function writeImage(writing: ImageWriting, group: string, reference: ImageReference): Promise<WrittenImage> {
  const { writer } = writing;
  writer.write(`${group}/allowLabels`, true);
  writer.write(`${group}/nickname`, reference.nickname);
  writer.write(`${group}/display_mode`, reference.displayMode ?? 'default');
  writer.write(`${group}/normalizeDisplay`, reference.normalizeDisplay ?? false);
  if (reference.displayRange) writer.write(`${group}/drange`, Float64Array.from(reference.displayRange));
  writer.write(`${group}/axis_units`, 'null');
  writer.write(`${group}/scale_locked`, false);
  // An array in memory has no place to link to.
  const isEmbedded = reference.storage === 'embedded' || reference.location.tensor !== undefined;
  if (isEmbedded) return writeEmbedded(writing, group, reference);
  return { stored: writeLink(writing, group, reference), reference };
}

function writeLink({ writer, folder }: ImageWriting, group: string, reference: ImageReference): StoredImage {
  const { location, storage, axes, shape } = reference;
  const { path: linked, innerPath } = linkedPath(location);
  const path = withForwardSlashes(linked);
  const isNameOnly = !isAbsolutePath(path) && (location.blob ?? location.files) !== undefined;
  const below = storage === 'relative' || isNameOnly ? relativePath(folder, path) : undefined;
  const isRemote = isUrl(path);
  const filePath = innerPath && !isRemote ? `${below ?? path}/${innerPath}` : (below ?? path);
  const className = isRemote ? 'MultiscaleUrl' : below === undefined ? 'Filesystem' : 'RelativeFilesystem';
  writer.write(`${group}/__class__`, `${className}DatasetInfo`);
  writer.write(`${group}/location`, 'FileSystem');
  writer.write(`${group}/filePath`, filePath);
  writer.write(`${group}/datasetId`, randomUuid());
  writer.write(`${group}/working_scale`, isRemote ? (innerPath ?? '') : '');
  writeAxes(writer, group, { axes, shape });
  return storedImage(reference, { filePath, innerPath: isRemote ? undefined : innerPath });
}

/** The files of a stack, datasets included, joined by the path separator (spec §C.4), unless a pattern names them already. */
function linkedPath({ path, innerPath, stack }: ImageLocation): { path: string; innerPath?: string } {
  if (!stack || /[*?]/.test(path)) return { path, innerPath };
  return { path: stack.paths.map((file) => (innerPath ? `${file}/${innerPath}` : file)).join(':') };
}

/** Relative to the project's folder, if all files of the path lie below it; a path without a root is that already. */
function relativePath(folder: string, path: string): string | undefined {
  const parts = splitFileList(path);
  if (!isUrl(path) && !parts.some(isAbsolutePath)) return path;
  const isList = parts.length > 1 && parts.every(isAbsolutePath);
  const below = (isList ? parts : [path]).map((part) => pathBelow(folder, part));
  return below.includes(undefined) ? undefined : below.join(':');
}

function writeAxes(writer: Hdf5Writer, group: string, { axes, shape }: { axes: string; shape: Shape5 }): void {
  const fileShape = new AxisOrder(axes).toFileShape(shape);
  writer.write(`${group}/axistags`, formatAxisTags(axes));
  writer.write(`${group}/shape`, BigInt64Array.from(fileShape, BigInt));
}

async function writeEmbedded(writing: ImageWriting, group: string, reference: ImageReference): Promise<WrittenImage> {
  const { writer } = writing;
  const innerPath = embeddedName(writing, reference);
  const source = await openForCopy(writing, reference);
  try {
    const { shape, dtype } = source.info;
    const axes = axesFor(reference.axes, shape);
    if (!writer.has(innerPath)) await copyImage(writing, { source, innerPath, axes });
    writer.write(`${group}/__class__`, 'ProjectInternalDatasetInfo');
    writer.write(`${group}/location`, 'ProjectInternal');
    writer.write(`${group}/inner_path`, `/${innerPath}`);
    writer.write(`${group}/filePath`, `/${innerPath}`);
    writer.write(`${group}/datasetId`, innerPath.slice(localData.length + 1));
    writer.write(`${group}/fromstack`, true);
    writer.write(`${group}/working_scale`, '');
    writeAxes(writer, group, { axes, shape });
    // What was embedded is the image as the lane uses it.
    const location = { path: writing.path, innerPath };
    const embedded = { ...reference, location, storage: 'embedded', axes, shape, channels: 'all', dtype } as const;
    return { stored: storedImage(embedded, { filePath: `/${innerPath}` }), reference: embedded };
  } finally {
    await source.close();
  }
}

/** What is in the file already keeps its name, so that a project in memory can be saved again and again. */
function embeddedName(writing: ImageWriting, reference: ImageReference): string {
  const { innerPath } = reference.location;
  const stays = isInOrigin(writing, reference) && innerPath?.startsWith(`${localData}/`);
  return stays ? innerPath! : `${localData}/${randomUuid()}`;
}

/** Is the dataset in the old project file the image as the lane uses it? */
function isInOrigin({ project }: ImageWriting, { location, channels }: ImageReference): boolean {
  return location.path === project.origin && location.innerPath !== undefined && channels === 'all';
}

/** The file's axes; those it lacks but needs for this shape are added, the channel last. */
function axesFor(axes: string, shape: Shape5): string {
  const missing = [...'tzyx'].filter((axis) => shape['tczyx'.indexOf(axis)]! > 1 && !axes.includes(axis));
  const needsChannel = shape[1] > 1 && !axes.includes('c');
  return `${missing.join('')}${axes}${needsChannel ? 'c' : ''}`;
}

/** An image that is in the old project file is read from there; any other one through the caller. */
async function openForCopy(writing: ImageWriting, reference: ImageReference): Promise<ImageSource> {
  if (!isInOrigin(writing, reference)) return writing.options.openImage(reference);
  const { location, axes } = reference;
  const file = await Hdf5File.open(location);
  try {
    return new Hdf5Source(file, location.innerPath!, { axes });
  } catch (error) {
    await file.close();
    throw error;
  }
}

interface Copy {
  readonly source: ImageSource;
  readonly innerPath: string;
  readonly axes: string;
}

async function copyImage({ writer, options }: ImageWriting, { source, innerPath, axes }: Copy): Promise<void> {
  const { shape, dtype, voxelSize, displayRange } = source.info;
  const order = new AxisOrder(axes);
  const fileShape = order.toFileShape(shape);
  const chunks = chunkShape(axes, fileShape, dtype);
  writer.createChunked({ path: innerPath, shape: fileShape, dtype, chunks });
  writer.dimensionLabels(innerPath, axes);
  writer.attribute(innerPath, 'axistags', formatAxisTags(axes, voxelSize));
  writer.attribute(innerPath, 'display_mode', 'default');
  if (displayRange) writer.attribute(innerPath, 'drange', Float64Array.from(displayRange));
  for (const roi of new BlockGrid(wholeRoi(shape), copyShape(order.toCoreShape(chunks), shape, itemBytes(dtype)))) {
    throwIfAborted(options.signal);
    const { data, shape: blockShape } = await source.read(roi, { signal: options.signal });
    writer.writeBox(innerPath, order.toFileRoi(roi), order.fromCore(data, blockShape));
  }
}

/** Whole chunks, several along y, z, c, t as long as they are few. */
function copyShape(chunk: Shape5, shape: Shape5, bytes: number): Shape5 {
  const block = [...chunk] as [number, number, number, number, number];
  for (const axis of [4, 3, 2, 1, 0] as const) {
    const size = block.reduce((product, n) => product * n, bytes);
    const times = Math.max(1, Math.floor(copyBytes / size));
    block[axis] = Math.min(shape[axis], block[axis] * times);
  }
  return block;
}

/** @throws 'unsupported' for an image a project file cannot point to */
export function checkReferences(project: Project): void {
  for (const { rawData, predictionMask } of project.lanes) {
    for (const reference of [rawData, predictionMask]) {
      if (!reference?.location.blob || reference.storage === 'embedded') continue;
      throw new BrushwoodError(
        'unsupported',
        `"${describeLocation(reference.location)}" was chosen in a browser and has no place on disk to link to. Copy it ` +
          'into the project.',
        { path: reference.location.path },
      );
    }
  }
}
