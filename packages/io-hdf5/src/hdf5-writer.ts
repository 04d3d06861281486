import { allocateArray, BrushwoodError, dtypeOf, itemBytes, type Dtype, type TypedArray } from '@brushwood/core';
import { runtime } from '#hdf5-runtime';
import type { File } from 'h5wasm';
import { shortReason } from './hdf5-file.ts';
import type { Hdf5Library } from './hdf5-runtime.ts';

const dtypeCodes: Readonly<Record<Dtype, string>> = {
  uint8: '<B', // '|b1' would silently become int8
  int8: '<b',
  uint16: '<H',
  int16: '<h',
  uint32: '<I',
  int32: '<i',
  uint64: '<Q',
  int64: '<q',
  float32: '<f',
  float64: '<d',
};

/** The oldest version of the format that can hold the data: most programs read it, and so does our quick reader. */
const oldestFormat: ['earliest', 'latest'] = ['earliest', 'latest'];

export interface NewDataset {
  readonly path: string;
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  readonly chunks: readonly number[];
  /** gzip level 1 if set. */
  readonly isCompressed?: boolean;
}

/** What an attribute or small dataset holds. Integers go as int64, other numbers as float64. */
export type WrittenValue = string | number | boolean | readonly string[] | TypedArray;

/**
 * A new HDF5 file, or one that is added to. h5wasm can only add: no object can be removed or replaced. Failures are 'write-failed'.
 * Paths have no leading slash; groups above them are made as needed.
 */
export class Hdf5Writer {
  readonly path: string;
  private readonly library: Hdf5Library;
  private file: File | undefined;
  private readonly groups = new Set<string>(['']);

  private constructor(path: string, library: Hdf5Library, file: File) {
    this.path = path;
    this.library = library;
    this.file = file;
  }

  /** Creates the file; one of that name is replaced. */
  static async create(path: string): Promise<Hdf5Writer> {
    const library = await runtime.library();
    const file = failsToWrite(path, () => library.run(() => new library.h5.File(path, 'w', { libver: oldestFormat })));
    return new Hdf5Writer(path, library, file);
  }

  /** Opens a file to add to it. */
  static async append(path: string): Promise<Hdf5Writer> {
    const library = await runtime.library();
    const file = failsToWrite(path, () => library.run(() => new library.h5.File(path, 'a')));
    return new Hdf5Writer(path, library, file);
  }

  group(path: string): void {
    this.call((file) => this.makeGroup(file, path));
  }

  has(path: string): boolean {
    return this.call((file) => file.get_type(`/${path}`) >= 0);
  }

  /** A scalar, a list of strings (1-D), or an array of the given shape. */
  write(path: string, value: WrittenValue, shape?: readonly number[]): void {
    this.call((file) => {
      this.makeGroup(file, parentOf(path));
      const { data, dtype, defaultShape } = prepared(value);
      file.create_dataset({ name: path, data, dtype, shape: [...(shape ?? defaultShape)] });
    });
  }

  attribute(path: string, name: string, value: WrittenValue, shape?: readonly number[]): void {
    this.call((file) => {
      const { data, dtype, defaultShape } = prepared(value);
      const target = new this.library.h5.Group(file.file_id, `/${path}`);
      target.create_attribute(name, data, [...(shape ?? defaultShape)], dtype);
    });
  }

  /** Removes the attributes of a dataset that is written anew. */
  clearAttributes(path: string): void {
    this.call((file) => {
      const { Module } = this.library.h5;
      for (const name of Module.get_attribute_names(file.file_id, `/${path}`) as string[]) {
        // The labels are HDF5's own and are overwritten one by one.
        if (name !== 'DIMENSION_LABELS') Module.delete_attribute(file.file_id, `/${path}`, name);
      }
    });
  }

  dimensionLabels(path: string, axes: string): void {
    this.call((file) => {
      [...axes].forEach((axis, i) => this.library.h5.Module.set_dimension_label(file.file_id, `/${path}`, i, axis));
    });
  }

  /** A chunked dataset to be filled by `writeBox`. It begins empty and grows, because h5wasm wants the data at once. */
  createChunked({ path, shape, dtype, chunks, isCompressed }: NewDataset): void {
    this.call((file) => {
      this.makeGroup(file, parentOf(path));
      const dataset = file.create_dataset({
        name: path,
        data: allocateArray(dtype, 0),
        dtype: dtypeCodes[dtype],
        shape: [0, ...shape.slice(1)],
        maxshape: [...shape],
        chunks: [...chunks],
        ...(isCompressed ? { compression: 'gzip' as const, compression_opts: 1 } : {}),
      });
      dataset.resize([...shape]);
    });
  }

  /** Values of a box, in the dataset's axis order. */
  writeBox(path: string, box: { start: readonly number[]; stop: readonly number[] }, data: TypedArray): void {
    this.call((file) => {
      const dataset = new this.library.h5.Dataset(file.file_id, `/${path}`);
      dataset.write_slice(
        box.start.map((start, i) => [start, box.stop[i]!]),
        data,
      );
    });
  }

  /** Writes out what is buffered and frees the handle. Twice is allowed. */
  close(): void {
    const { file } = this;
    if (!file) return;
    this.call(() => {
      file.flush();
      this.file = undefined;
      file.close();
    });
  }

  /** Frees the handle of a file that is given up. */
  abandon(): void {
    const { file } = this;
    this.file = undefined;
    try {
      if (file) this.library.run(() => file.close());
    } catch {
      // What could not be written before cannot be written now; the file is removed anyway.
    }
  }

  private makeGroup(file: File, path: string): void {
    if (this.groups.has(path)) return;
    this.makeGroup(file, parentOf(path));
    if (file.get_type(`/${path}`) < 0) file.create_group(path);
    this.groups.add(path);
  }

  private call<T>(work: (file: File) => T): T {
    const { file } = this;
    if (!file) throw new BrushwoodError('closed', `"${this.path}" was closed already.`, { path: this.path });
    return failsToWrite(this.path, () => this.library.run(() => work(file)));
  }
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

function prepared(value: WrittenValue) {
  if (typeof value === 'string') return { data: value, dtype: 'S', defaultShape: [] };
  if (typeof value === 'boolean') return { data: Uint8Array.of(value ? 1 : 0), dtype: '<B', defaultShape: [] };
  if (typeof value === 'number') {
    return Number.isSafeInteger(value)
      ? { data: BigInt64Array.of(BigInt(value)), dtype: '<q', defaultShape: [] }
      : { data: Float64Array.of(value), dtype: '<d', defaultShape: [] };
  }
  if (ArrayBuffer.isView(value)) {
    return { data: value, dtype: dtypeCodes[dtypeOf(value)], defaultShape: [value.length] };
  }
  return { data: [...value], dtype: 'S', defaultShape: [value.length] };
}

function failsToWrite<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof BrushwoodError) throw error;
    throw new BrushwoodError(
      'write-failed',
      `"${path}" cannot be written: ${shortReason(error)}. Is the disk full, or the folder missing or read-only?`,
      { path },
      { cause: error },
    );
  }
}

/**
 * Chunks as ilastik writes them: about 512 kB, one time point and one channel each, near-cubic in space.
 * @param shape in the order of `axes`
 */
export function chunkShape(axes: string, shape: readonly number[], dtype: Dtype): number[] {
  let left = 512_000 / itemBytes(dtype);
  const chunks = shape.map(() => 1);
  const spatial = [...axes].flatMap((axis, i) => ('zyx'.includes(axis) ? [i] : []));
  // The same for one image in whatever order of axes, also where two are equally long.
  spatial.sort((a, b) => shape[a]! - shape[b]! || (axes[a]! < axes[b]! ? 1 : -1));
  spatial.forEach((i, done) => {
    const side = Math.max(1, Math.floor(left ** (1 / (spatial.length - done)) + 1e-9));
    chunks[i] = Math.min(shape[i]!, side);
    left /= chunks[i]!;
  });
  return chunks;
}
