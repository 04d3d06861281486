import type { SliceStack } from '../contracts/image-location.ts';
import { singleLevelInfo, type ImageInfo, type ImageSource, type ReadOptions } from '../contracts/image-source.ts';
import type { OpenImageOptions } from '../contracts/storage-format.ts';
import { BrushwoodError, throwIfAborted } from '../errors.ts';
import { axisIndex, elementCount, shape5 } from '../grid/axes.ts';
import { itemBytes } from '../grid/dtype.ts';
import { checkRoi, roiShape, withAxis, wholeRoi, type Roi } from '../grid/roi.ts';
import { allocateTensor, copyBox, type Tensor } from '../grid/tensor.ts';

/** Opens one file of a stack. */
export type OpenSlice = (path: string, options: OpenImageOptions) => Promise<ImageSource>;

export interface ImageStackOptions {
  /** Name of the whole, for messages. */
  readonly name: string;
  /** Axes of the whole image, slowest first. */
  readonly axes?: string;
  readonly signal?: AbortSignal;
}

/** Slices that one read decodes at the same time. */
const parallelSlices = 4;
/** Files that stay open between reads: so many, and no more than fit decoded into so many bytes. */
const maxOpenFiles = 64;
const maxOpenBytes = 128 * 1024 * 1024;

/**
 * Several files as one image. The first one is opened and says what all must be; the others are opened when a box needs
 * them, compared with it, and closed again when others are needed more.
 *
 * Files that lack the stack's axis, or have it with size 1, are its slices; files that have it follow each other along it.
 * The axis is placed among the axes of the files in the order `tzcyx`, unless `axes` names another place.
 * @throws 'invalid-parameter' for no files; 'axes-mismatch', and whatever opening the first file may throw.
 * Reading throws 'shape-mismatch', 'unsupported-dtype' or 'axes-mismatch' for a file unlike the first one, naming it.
 */
export async function openImageStack(
  stack: SliceStack,
  openSlice: OpenSlice,
  options: ImageStackOptions,
): Promise<ImageSource> {
  const [firstPath] = stack.paths;
  if (firstPath === undefined) {
    throw new BrushwoodError(
      'invalid-parameter',
      `The stack "${options.name}" has no files. Check the pattern or the folder.`,
    );
  }
  const { first, sliceAxes } = await openFirst(firstPath, openSlice, { stack, options });
  const open = (path: string) => openSlice(path, { axes: sliceAxes });
  return new StackSource({ ...options, stack, first, open });
}

/** The first file, with those of the axes asked for that lie in it. */
async function openFirst(
  path: string,
  openSlice: OpenSlice,
  { stack, options }: { stack: SliceStack; options: ImageStackOptions },
): Promise<{ first: ImageSource; sliceAxes: string | undefined }> {
  const { axes, signal } = options;
  if (axes === undefined) return { first: await openSlice(path, { signal }), sliceAxes: undefined };
  const own = axes.replace(stack.axis, '');
  try {
    return { first: await openSlice(path, { axes: own, signal }), sliceAxes: own };
  } catch (error) {
    const mayHaveAxis = own !== axes && error instanceof BrushwoodError && error.code === 'axes-mismatch';
    if (!mayHaveAxis || (await hasUnnamedChannels(path, openSlice, axes))) throw error;
    return { first: await openSlice(path, { axes, signal }), sliceAxes: axes };
  }
}

/** Colour pictures must not be taken for volumes because the axes asked for are as many as theirs. */
async function hasUnnamedChannels(path: string, openSlice: OpenSlice, axes: string): Promise<boolean> {
  const source = await openSlice(path, {});
  await source.close();
  return source.info.shape[1] > 1 && !axes.includes('c');
}

interface OpenFile {
  readonly source: Promise<ImageSource>;
  users: number;
}

class StackSource implements ImageSource {
  readonly info: ImageInfo;
  private readonly stack: SliceStack;
  private readonly name: string;
  private readonly open: (path: string) => Promise<ImageSource>;
  /** What every file must be. */
  private readonly slice: ImageInfo;
  private readonly axis: 0 | 1 | 2;
  private readonly maxOpen: number;
  /** Open files by their place in the stack, the one used longest ago first. */
  private readonly files = new Map<number, OpenFile>();
  private readonly waiting: (() => void)[] = [];
  private isClosed = false;

  constructor(
    parts: ImageStackOptions & { stack: SliceStack; first: ImageSource; open: (path: string) => Promise<ImageSource> },
  ) {
    this.stack = parts.stack;
    this.name = parts.name;
    this.open = parts.open;
    this.slice = parts.first.info;
    this.axis = axisIndex(parts.stack.axis) as 0 | 1 | 2;
    this.files.set(0, { source: Promise.resolve(parts.first), users: 0 });
    this.info = stackInfo(this.slice, parts.stack, parts.axes);
    const bytes = elementCount(this.slice.shape) * itemBytes(this.slice.dtype);
    this.maxOpen = Math.max(parallelSlices, Math.min(maxOpenFiles, Math.floor(maxOpenBytes / bytes)));
  }

  async read(roi: Roi, { level = 0, signal }: ReadOptions = {}): Promise<Tensor> {
    await Promise.resolve(); // one turn of the event loop, so that a signal that fires right after the call is seen
    throwIfAborted(signal);
    if (this.isClosed) throw this.closedError();
    if (level !== 0) {
      throw new BrushwoodError(
        'invalid-parameter',
        `"${this.name}" is a stack of files and has one level; level ${level} does not exist.`,
      );
    }
    checkRoi(roi, this.info.shape, this.name);
    const size = this.slice.shape[this.axis];
    const [start, stop] = [roi.start[this.axis], roi.stop[this.axis]];
    const firstIndex = Math.floor(start / size);
    const lastIndex = Math.floor((stop - 1) / size);
    if (firstIndex === lastIndex) return this.readSlice(firstIndex, roi, signal);
    const out = allocateTensor(this.info.dtype, roiShape(roi));
    for (let index = firstIndex; index <= lastIndex; index += parallelSlices) {
      const batch = Array.from({ length: Math.min(parallelSlices, lastIndex - index + 1) }, async (_, i) => {
        const [from, to] = [Math.max(start, (index + i) * size), Math.min(stop, (index + i + 1) * size)];
        const part = await this.readSlice(index + i, withAxis(roi, this.axis, from, to), signal);
        copyBox(part, wholeRoi(part.shape), out, withAxis(wholeRoi(out.shape), this.axis, from - start, to - start));
      });
      await Promise.all(batch);
    }
    return out;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    for (const wake of this.waiting.splice(0)) wake();
    const files = [...this.files.values()];
    this.files.clear();
    await Promise.all(files.map(closeFile));
  }

  /** A box of one file, in voxels of the whole image. */
  private async readSlice(index: number, roi: Roi, signal?: AbortSignal): Promise<Tensor> {
    const file = await this.take(index);
    try {
      const source = await file.source;
      throwIfAborted(signal);
      const offset = index * this.slice.shape[this.axis];
      const own = withAxis(roi, this.axis, roi.start[this.axis] - offset, roi.stop[this.axis] - offset);
      return await source.read(own, { signal });
    } finally {
      file.users--;
      this.waiting.shift()?.();
    }
  }

  /** The open file, counted as used; waits while as many as may be open are in use. */
  private async take(index: number): Promise<OpenFile> {
    while (true) {
      if (this.isClosed) throw this.closedError();
      const known = this.files.get(index);
      if (known) {
        this.files.delete(index); // and to the end: it is the one used last
        this.files.set(index, known);
        known.users++;
        return known;
      }
      if (this.files.size < this.maxOpen) return this.openFile(index);
      const idle = [...this.files].find(([, file]) => file.users === 0);
      if (idle) {
        this.files.delete(idle[0]);
        await closeFile(idle[1]);
      } else {
        await new Promise<void>((resolve) => this.waiting.push(resolve));
      }
    }
  }

  private openFile(index: number): OpenFile {
    const path = this.stack.paths[index]!;
    const source = this.open(path).then(async (opened) => {
      const problem = this.problemOf(path, opened.info);
      if (!problem) return opened;
      await opened.close();
      throw problem;
    });
    const file: OpenFile = { source, users: 1 };
    this.files.set(index, file);
    source.catch(() => {
      if (this.files.get(index) === file) this.files.delete(index); // the next read tries again
    });
    return file;
  }

  /** What makes a file unfit to lie in one stack with the first. */
  private problemOf(path: string, info: ImageInfo): BrushwoodError | undefined {
    const { slice } = this;
    const [first] = this.stack.paths;
    const differs = (code: 'axes-mismatch' | 'shape-mismatch' | 'unsupported-dtype', found: string, wanted: string) =>
      new BrushwoodError(
        code,
        `"${path}" does not fit into the stack "${this.name}": it has ${found}, but the first file, "${first}", has ${wanted}. ` +
          'Take it out of the stack, or convert the files to one kind.',
        { path, found, wanted },
      );
    if (info.shape.some((size, i) => size !== slice.shape[i]))
      return differs('shape-mismatch', `the shape ${shapeText(info)}`, shapeText(slice));
    if (info.dtype !== slice.dtype) return differs('unsupported-dtype', `the dtype ${info.dtype}`, slice.dtype);
    if (info.fileAxes !== slice.fileAxes)
      return differs('axes-mismatch', `the axes "${info.fileAxes}"`, `"${slice.fileAxes}"`);
    return undefined;
  }

  private closedError(): BrushwoodError {
    return new BrushwoodError('closed', `The stack "${this.name}" was closed before this read. Open it again.`);
  }
}

async function closeFile({ source }: OpenFile): Promise<void> {
  const opened = await source.catch(() => undefined); // one that could not be opened has told its reader
  await opened?.close();
}

/** `(480, 640), axes "yx"` in the file's own order. */
function shapeText({ shape, fileAxes }: ImageInfo): string {
  return `(${[...fileAxes].map((axis) => shape['tczyx'.indexOf(axis)]).join(', ')}) with axes "${fileAxes}"`;
}

function stackInfo(slice: ImageInfo, { paths, axis }: SliceStack, axes: string | undefined): ImageInfo {
  const at = axisIndex(axis);
  const names = slice.channelNames;
  return singleLevelInfo({
    fileAxes: axes?.includes(axis) ? axes : withStackAxis(slice.fileAxes, axis),
    shape: shape5((i) => (i === at ? slice.shape[i] * paths.length : slice.shape[i])),
    dtype: slice.dtype,
    chunkShape: slice.levels[0]!.chunkShape,
    voxelSize: slice.voxelSize,
    channelNames: axis === 'c' ? undefined : names,
    displayRange: slice.displayRange,
  });
}

/** The axis before the first of the others that comes after it in `tzcyx`. */
function withStackAxis(axes: string, axis: string): string {
  if (axes.includes(axis)) return axes;
  const order = 'tzcyx';
  const place = [...axes].findIndex((other) => order.indexOf(other) > order.indexOf(axis));
  return `${axes.slice(0, place)}${axis}${axes.slice(place)}`;
}
