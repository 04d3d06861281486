import {
  BrushwoodError,
  checkAxes,
  coreAxes,
  type CreateImageOptions,
  describeLocation,
  dtypes,
  guessAxes,
  type ImageLocation,
  type ImageSink,
  type ImageSource,
  type ImageSpec,
  isDtype,
  type OpenImageOptions,
  type StorageFormat,
  throwIfAborted,
} from '@brushwood/core';
import { createFile, openFile } from '#file-access';
import { hasNpyMagic, readNpyHeader } from './npy-header.ts';
import { joinNpy, NpySink } from './npy-sink.ts';
import { NpySource } from './npy-source.ts';

/** NumPy's own file of one array. It stores no axes: they are named by the user or guessed from the shape. */
export const npy: StorageFormat = {
  id: 'npy',
  displayName: 'NumPy array',
  extensions: ['.npy'],
  supports: { read: true, write: true, innerPaths: false, writeDtypes: dtypes },
  probe,
  open,
  create,
  check: ({ path }, spec) => checkSpec(spec, path),
  join: joinNpy,
};

async function probe(location: ImageLocation): Promise<boolean> {
  // A file that cannot be opened is not recognised; `open` is there to say why.
  const file = await openFile(location).catch(() => undefined);
  if (!file) return false;
  try {
    return file.size > 10 && hasNpyMagic(await file.read(0, 6));
  } catch {
    return false;
  } finally {
    await file.close();
  }
}

async function open(location: ImageLocation, options: OpenImageOptions = {}): Promise<ImageSource> {
  throwIfAborted(options.signal);
  const name = describeLocation(location);
  if (location.innerPath) {
    throw new BrushwoodError(
      'not-found',
      `${location.path} holds a single array and no dataset "${location.innerPath}". Name the file alone.`,
      { path: location.path, innerPath: location.innerPath },
    );
  }
  const file = await openFile(location);
  try {
    const header = await readNpyHeader(file, name);
    const axes = options.axes ?? axesByShape(header.shape, name);
    checkAxes(axes, header.shape, name);
    throwIfAborted(options.signal);
    return new NpySource(file, header, { name, axes });
  } catch (error) {
    await file.close();
    throw error;
  }
}

function axesByShape(shape: readonly number[], name: string): string {
  if (shape.length >= 2 && shape.length <= 5) return guessAxes(shape);
  throw new BrushwoodError(
    'axes-mismatch',
    `${name} is not an image: 2 to 5 axes are expected, but its shape is (${shape.join(', ')}).`,
    { shape },
  );
}

async function create(location: ImageLocation, spec: ImageSpec, options: CreateImageOptions = {}): Promise<ImageSink> {
  throwIfAborted(options.signal);
  checkSpec(spec, location.path);
  const file = await createFile(location.path, { overwrite: options.overwrite ?? false });
  try {
    return await NpySink.start(file, spec, location.path);
  } catch (error) {
    await file.discard();
    throw error;
  }
}

function checkSpec(spec: ImageSpec, name: string): void {
  if (!isDtype(spec.dtype)) {
    throw new BrushwoodError('unsupported-dtype', `${name}: .npy cannot hold ${String(spec.dtype)}.`);
  }
  checkAxes(spec.axes, spec.shape.slice(0, spec.axes.length), name);
  const missing = [...coreAxes].filter((axis, i) => spec.shape[i] !== 1 && !spec.axes.includes(axis));
  if (missing.length > 0) {
    throw new BrushwoodError(
      'unsupported',
      `${name}: the image has more than one entry along ${missing.join(', ')}, but its axes are to be "${spec.axes}". ` +
        'Add the missing letters to the axes.',
      { axes: spec.axes, shape: spec.shape },
    );
  }
}
