import {
  BrushwoodError,
  describeLocation,
  elementCount,
  messageOf,
  type Dtype,
  type ImageLocation,
  type TypedArray,
} from '@brushwood/core';
import { runtime } from '#hdf5-runtime';
import type { Attribute, Dataset, File, Metadata } from 'h5wasm';
import type { Hdf5Library, MountedFile } from './hdf5-runtime.ts';
import type { ReadableHdf5 } from './readable-hdf5.ts';
import { decodeText, stripPadding } from './strings.ts';

export type NodeKind = 'group' | 'dataset' | 'datatype' | 'external-link' | 'broken-link';

/** What a dataset is, without its values. */
export interface DatasetInfo {
  readonly path: string;
  /** In the file's axis order; empty for a scalar. */
  readonly shape: readonly number[];
  /** Undefined for anything but plain numbers (booleans are `uint8`). */
  readonly dtype: Dtype | undefined;
  readonly isText: boolean;
  /** For people: `float16`, `compound`. */
  readonly typeName: string;
  readonly chunks: readonly number[] | undefined;
  /** Bytes of one element in the file. */
  readonly itemBytes: number;
}

/** Attributes hold little; 64-bit integers come as numbers. */
export type AttributeValue = string | number | readonly string[] | readonly number[];

/** Nothing this program reads as one piece (a tree, a block of labels, a list of names) comes near it. */
const maxBytesAtOnce = 1 << 30;
const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/** Does the file begin with HDF5's signature, at offset 0 or behind a user block of 512, 1024, 2048 … bytes? */
export async function isHdf5(location: ImageLocation): Promise<boolean> {
  if (!(await runtime.exists(location))) return false;
  for (let offset = 0; offset <= 1 << 16; offset = Math.max(512, offset * 2)) {
    const bytes = await runtime.readBytes(location, offset, signature.length);
    if (bytes.length < signature.length) return false;
    if (signature.every((byte, i) => bytes[i] === byte)) return true;
  }
  return false;
}

/**
 * An HDF5 file that is read. Every failure of the library becomes a `BrushwoodError` that names file and object.
 * Links that lead out of the file are seen but never followed.
 */
export class Hdf5File implements ReadableHdf5 {
  readonly location: ImageLocation;
  private readonly library: Hdf5Library;
  private readonly mounted: MountedFile;
  private file: File | undefined;
  /** Set once this file brought the library down. */
  private crash: BrushwoodError | undefined;

  private constructor(location: ImageLocation, library: Hdf5Library, mounted: MountedFile, file: File) {
    this.location = location;
    this.library = library;
    this.mounted = mounted;
    this.file = file;
  }

  /** @throws 'not-found', 'broken-file' for a file that is not HDF5, is cut off or corrupt */
  static async open(location: ImageLocation): Promise<Hdf5File> {
    if (!(await runtime.exists(location))) {
      throw new BrushwoodError('not-found', `There is no file "${location.path}".`, { path: location.path });
    }
    if (!(await isHdf5(location))) {
      throw new BrushwoodError(
        'broken-file',
        `"${location.path}" is not an HDF5 file. Check what it is, or copy it again.`,
        { path: location.path },
      );
    }
    const library = await runtime.library();
    const mounted = await runtime.mount(location);
    try {
      const file = library.run(() => new library.h5.File(mounted.name, 'r'));
      return new Hdf5File(location, library, mounted, file);
    } catch (error) {
      await mounted.release();
      throw brokenFile(`"${location.path}" cannot be read as HDF5`, location, error);
    }
  }

  /** What lies at a path, or undefined. Links inside the file are followed. */
  kind(path: string): NodeKind | undefined {
    return this.call(path, (file) => {
      const { Module } = this.library.h5;
      switch (file.get_type(absolute(path))) {
        case Module.H5G_GROUP:
          return 'group';
        case Module.H5G_DATASET:
          return 'dataset';
        case Module.H5G_TYPE:
          return 'datatype';
        case Module.H5G_UDLINK:
          return 'external-link';
        case Module.H5G_LINK:
          return 'broken-link';
        default:
          return undefined;
      }
    });
  }

  has(path: string): boolean {
    return this.kind(path) !== undefined;
  }

  /** Is the name at this path only a pointer to another name? */
  isSoftLink(path: string): boolean {
    return this.call(path, (file) => typeof file.get_link(absolute(path)) === 'string');
  }

  /** Names in a group, in the file's order; empty if there is no such group. */
  children(path: string): string[] {
    if (path !== '/' && this.kind(path) !== 'group') return [];
    return this.call(path, (file) => this.library.h5.Module.get_names(file.file_id, absolute(path), false));
  }

  /** @throws 'not-found', 'unsupported' for a dataset whose values lie in other files */
  dataset(path: string): DatasetInfo {
    return this.openDataset(path).info;
  }

  /** All values of a dataset of numbers. @throws 'unsupported-dtype', 'too-large', 'broken-file' */
  readNumbers(path: string): TypedArray {
    const { info, handle } = this.openDataset(path);
    if (!info.dtype) throw unsupportedDtype(info, this.location);
    this.checkSize(path, elementCount(info.shape) * info.itemBytes);
    return toTypedArray(
      this.call(path, () => handle.value),
      info.dtype,
    );
  }

  /** The values of a box, in the file's axis order. */
  readBox(info: DatasetInfo, start: readonly number[], stop: readonly number[]): TypedArray {
    const { dtype, path } = info;
    if (!dtype) throw unsupportedDtype(info, this.location);
    this.checkSize(path, elementCount(stop.map((s, i) => s - start[i]!)) * info.itemBytes);
    const value = this.call(path, (file) => {
      const dataset = new this.library.h5.Dataset(file.file_id, absolute(path));
      return info.shape.length === 0 ? dataset.value : dataset.slice(start.map((s, i) => [s, stop[i]!]));
    });
    return toTypedArray(value, dtype);
  }

  /** The strings of a dataset, one for a scalar. @throws 'not-found', 'broken-file' if it holds no strings */
  readTexts(path: string): string[] {
    const { info, handle } = this.openDataset(path);
    if (!info.isText) throw brokenFile(`"${path}" should hold text, but holds ${info.typeName}`, this.location);
    this.checkSize(path, elementCount(info.shape) * 16);
    const value = this.call(path, () => handle.value);
    return (Array.isArray(value) ? value : [value]).map((text) => stripPadding(decodeText(String(text))));
  }

  attributeNames(path: string): string[] {
    return this.call(path, (file) => this.library.h5.Module.get_attribute_names(file.file_id, absolute(path)));
  }

  /** An attribute, or undefined if there is none or it is neither numbers nor text. */
  attribute(path: string, name: string): AttributeValue | undefined {
    return this.call(path, (file) => {
      const attribute = this.findAttribute(file, path, name);
      if (!attribute) return undefined;
      const { metadata, json_value: value } = attribute;
      if (metadata.type === hdf5Class.string) {
        if (Array.isArray(value)) return value.map((text) => stripPadding(decodeText(String(text))));
        return value === null ? undefined : stripPadding(decodeText(String(value)));
      }
      if (Array.isArray(value)) return value.every(isNumeric) ? value.map(Number) : undefined;
      return isNumeric(value) ? Number(value) : undefined;
    });
  }

  /** Names of the dimensions as HDF5 itself keeps them; empty strings where there is none. */
  dimensionLabels(path: string): string[] {
    return this.call(path, (file) =>
      this.library.h5.Module.get_dimension_labels(file.file_id, absolute(path)).map((label) => label ?? ''),
    );
  }

  /** Frees the handle. Twice is allowed. */
  async close(): Promise<void> {
    const { file } = this;
    this.file = undefined;
    if (!file) return;
    try {
      this.library.run(() => file.close());
    } catch {
      // Nothing was written, so there is nothing to lose; a damaged file may not even close.
    }
    await this.mounted.release();
  }

  private call<T>(path: string, work: (file: File) => T): T {
    const { file } = this;
    if (!file) {
      throw new BrushwoodError('closed', `"${this.location.path}" was closed already.`, { path: this.location.path });
    }
    if (this.crash) throw this.crash;
    try {
      return this.library.confine(() => work(file));
    } catch (error) {
      if (error instanceof BrushwoodError) throw error;
      const broken = brokenFile(
        `"${describeLocation({ ...this.location, innerPath: path })}" cannot be read`,
        this.location,
        error,
      );
      if (this.library.isCrashed) this.crash = broken;
      throw broken;
    }
  }

  private findAttribute(file: File, path: string, name: string): Attribute | undefined {
    try {
      return new this.library.h5.Attribute(file.file_id, absolute(path), name);
    } catch (error) {
      if (messageOf(error) === 'error - name not defined!') return undefined; // h5wasm's own word for "no such attribute"
      throw error;
    }
  }

  private openDataset(path: string): { info: DatasetInfo; handle: Dataset } {
    const handle = this.call(path, (file) => new this.library.h5.Dataset(file.file_id, absolute(path)));
    let metadata: Metadata;
    try {
      metadata = this.call(path, () => handle.metadata);
    } catch (error) {
      throw this.explainMissing(path, error);
    }
    if (metadata.virtual_sources) throw this.outside(path, 'a virtual dataset');
    const info: DatasetInfo = {
      path,
      shape: metadata.shape ?? [0],
      dtype: dtypeOf(metadata),
      isText: metadata.type === hdf5Class.string,
      typeName: typeName(metadata),
      chunks: metadata.chunks ?? undefined,
      itemBytes: metadata.size,
    };
    return { info, handle };
  }

  private explainMissing(path: string, error: unknown): unknown {
    const kind = this.kind(path);
    if (kind === 'dataset') return error;
    if (kind === 'external-link' || kind === 'broken-link') return this.outside(path, 'a link to another place');
    const where = describeLocation({ ...this.location, innerPath: path });
    return new BrushwoodError('not-found', `There is no dataset at "${where}".`, { path: where });
  }

  private checkSize(path: string, bytes: number): void {
    if (bytes <= maxBytesAtOnce) return;
    throw new BrushwoodError(
      'too-large',
      `"${describeLocation({ ...this.location, innerPath: path })}" would need ${bytes} bytes at once, more than ` +
        `${maxBytesAtOnce}. The file is probably damaged; for an image, read smaller boxes.`,
      { path, bytes },
    );
  }

  private outside(path: string, what: string): BrushwoodError {
    return new BrushwoodError(
      'unsupported',
      `"${describeLocation({ ...this.location, innerPath: path })}" is ${what}: its values lie elsewhere. Such pointers ` +
        'are not followed; copy the data into one file (for example with h5repack or h5py).',
      { path },
    );
  }
}

/** Numbers of HDF5's type classes (H5T_class_t). */
const hdf5Class = { integer: 0, float: 1, string: 3, enumeration: 8 } as const;

function dtypeOf(metadata: Metadata): Dtype | undefined {
  const { size, signed, type, enum_type: enumeration } = metadata;
  if (type === hdf5Class.float) return size === 4 ? 'float32' : size === 8 ? 'float64' : undefined;
  if (type === hdf5Class.enumeration && enumeration?.type === hdf5Class.integer) {
    const names = Object.keys(enumeration.members);
    if (size === 1 && names.length === 2 && names.includes('TRUE')) return 'uint8';
  } else if (type !== hdf5Class.integer) return undefined;
  if (![1, 2, 4, 8].includes(size)) return undefined;
  return `${signed ? 'int' : 'uint'}${size * 8}` as Dtype;
}

function typeName(metadata: Metadata): string {
  const names = ['integer', 'float', 'time', 'text', 'bit field', 'opaque bytes', 'compound', 'reference', 'enum'];
  const name = [...names, 'variable-length list', 'array'][metadata.type] ?? 'unknown type';
  return metadata.type <= 1 ? (dtypeOf(metadata) ?? `${name}${metadata.size * 8}`) : name;
}

function toTypedArray(value: unknown, dtype: Dtype): TypedArray {
  if (ArrayBuffer.isView(value)) {
    // Booleans are stored as int8.
    return value instanceof Int8Array && dtype === 'uint8'
      ? new Uint8Array(value.buffer as ArrayBuffer, value.byteOffset, value.length)
      : (value as TypedArray);
  }
  if (typeof value === 'bigint') return dtype === 'int64' ? BigInt64Array.of(value) : BigUint64Array.of(value);
  return Float64Array.of(Number(value));
}

function isNumeric(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean';
}

function absolute(path: string): string {
  return path.startsWith('/') ? path : `/${path}`;
}

export function unsupportedDtype(info: DatasetInfo, location: ImageLocation): BrushwoodError {
  return new BrushwoodError(
    'unsupported-dtype',
    `"${describeLocation({ ...location, innerPath: info.path })}" holds ${info.typeName}; images hold integers of 8 to 64 ` +
      'bits or floats of 32 or 64 bits. Convert it first.',
    { path: info.path, typeName: info.typeName },
  );
}

/** A 'broken-file' error with the library's innermost reason. */
export function brokenFile(what: string, location: ImageLocation, cause?: unknown): BrushwoodError {
  const reason = cause === undefined ? '' : `: ${shortReason(cause)}`;
  return new BrushwoodError(
    'broken-file',
    `${what}${reason}. The file is damaged, cut off, or still being written; use a good copy of it.`,
    { path: location.path },
    { cause },
  );
}

/** HDF5 reports a whole stack; its last line is where things went wrong. */
export function shortReason(cause: unknown): string {
  const lines = [...messageOf(cause).matchAll(/line \d+ in \w+\(\): (.*)/g)].map((match) => match[1]!);
  return lines.at(-1) ?? messageOf(cause).split('\n')[0]!;
}
