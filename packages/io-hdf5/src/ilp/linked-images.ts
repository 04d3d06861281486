import { BrushwoodError, guessAxes, type ImageLocation, type ImageReference } from '@brushwood/core';
import { runtime } from '#hdf5-runtime';
import { Hdf5File } from '../hdf5-file.ts';
import { tryQuickly } from '../quick/try-quickly.ts';
import { datasetFacts, storedAxes, type ImageFacts } from './image-facts.ts';
import {
  candidatePaths,
  folderOf,
  isAbsolutePath,
  isUrl,
  joinPath,
  splitFileList,
  splitInnerPath,
  withForwardSlashes,
} from './image-paths.ts';
import type { ProjectReader } from './project-reader.ts';
import type { StoredImage } from './stored-notes.ts';

/** Where the image of a lane lies that is not in the project file. @throws 'broken-file' if the project doesn't say */
export async function linkedPlace(
  reader: ProjectReader,
  group: string,
  note?: StoredImage,
): Promise<Pick<ImageReference, 'location' | 'storage'>> {
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
  const split = note?.innerPath ? ownSplit(given, note.innerPath) : undefined;
  const scale = reader.text(`${group}/working_scale`);
  const location = split
    ? { ...split, path: joinPath(folderOf(reader.file.location.path), split.path) }
    : await locate(reader, given, reader.numbers(`${group}/shape`));
  return {
    location:
      isUrl(given) && scale ? { ...location, innerPath: scale } : await withStack(location, storedAxes(reader, group)),
    storage: isRelative ? ('relative' as const) : ('absolute' as const),
  };
}

/** Brushwood knows which part of its own paths was the dataset. */
function ownSplit(path: string, innerPath: string): ImageLocation | undefined {
  return path.endsWith(`/${innerPath}`) ? { path: path.slice(0, -innerPath.length - 1), innerPath } : undefined;
}

/**
 * Several files joined by the path separator, or a pattern, are one image: a stack along z, else t, else c, whichever the
 * project's axes have. A pattern that fits no file stays as it is, and opening it says so.
 */
async function withStack(location: ImageLocation, axes = 'zyx'): Promise<ImageLocation> {
  const parts = splitFileList(location.path);
  const isStack = parts.length > 1 || /[*?]/.test(location.path);
  const axis = (['z', 't', 'c'] as const).find((candidate) => axes.includes(candidate));
  if (!isStack || !axis || (await runtime.pathExists(location.path))) return location;
  const expanded = parts.map(async (part) =>
    /[*?]/.test(part) ? ((await runtime.files?.matchingFiles(part)) ?? []) : [part],
  );
  const paths = (await Promise.all(expanded)).flat();
  return paths.length > 0 ? { ...location, stack: { paths, axis } } : location;
}

/** Where a linked image lies now; where it was said to lie if it cannot be found. */
async function locate(
  reader: ProjectReader,
  given: string,
  shape: readonly number[] | undefined,
): Promise<ImageLocation> {
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
    const found = { path: candidate, ...inner };
    if (!(await runtime.pathExists(candidate)) || !(await mayBe(found, shape))) continue;
    reader.warnOfElsewhere(
      `The image "${wanted}" is missing; "${candidate}", of the same name, is used instead. Check that it is the same ` +
        'image, or say where the right one lies with "lanes relink".',
    );
    return found;
  }
  // A page cannot look at the disk: nothing is known of the file there.
  if (runtime.files)
    reader.warnOfElsewhere(
      `The image "${wanted}" is missing. Its labels are kept; say where it lies now with "lanes relink".`,
    );
  return { path: wanted, ...inner };
}

/** False for an HDF5 file without such a dataset or of another size; others are compared when they are opened. */
async function mayBe(location: ImageLocation, shape: readonly number[] | undefined): Promise<boolean> {
  if (!location.innerPath) return true;
  const facts = await hdf5Facts(location, undefined);
  return facts?.shape !== undefined && (!shape || facts.shape.join() === shape.join());
}

/** What project and image say of it; the image is opened only if it is HDF5. */
export async function linkedFacts(
  reader: ProjectReader,
  group: string,
  location: ImageLocation,
  note?: StoredImage,
): Promise<ImageFacts> {
  const axes = storedAxes(reader, group);
  const shape = reader.numbers(`${group}/shape`);
  const isUsable = shape !== undefined && (axes === undefined || axes.length === shape.length);
  const fromFile = await hdf5Facts(location, axes);
  if (fromFile && !isUsable) return fromFile;
  const dtype = fromFile?.dtype ?? note?.dtype;
  if (shape && isUsable) return { axes: axes ?? fromFile?.axes ?? guessAxes(shape), shape, dtype };
  reader.warn(`The project does not say how large "${location.path}" is; the extent of its labels is taken.`);
  return { axes: axes ?? 'yx', shape: undefined, dtype };
}

/** The quick reader reads all of a file, voxels too. */
const maxQuickBytes = 16 << 20;

/** Shape and dtype of a linked HDF5 dataset, if it can be read. */
async function hdf5Facts(location: ImageLocation, axes: string | undefined): Promise<ImageFacts | undefined> {
  if (!location.innerPath || isUrl(location.path) || !(await runtime.exists(location))) return undefined;
  const { innerPath } = location;
  const facts = await tryQuickly(location, (quick) => datasetFacts(quick, innerPath, axes), maxQuickBytes);
  if (facts) return facts;
  let file: Hdf5File | undefined;
  try {
    file = await Hdf5File.open(location);
    return datasetFacts(file, innerPath, axes);
  } catch (error) {
    if (error instanceof BrushwoodError) return undefined; // the image itself says so when it is opened
    throw error;
  } finally {
    await file?.close();
  }
}
