import { BrushwoodError, isAbortError, messageOf } from '@brushwood/core';
import ZipFileStore from '@zarrita/storage/zip';
import type { ZarrStore } from './store.ts';

/** The bytes of a file, wherever it lies. */
export interface FileBytes {
  getLength(): Promise<number>;
  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
}

type ZipEntries = Parameters<
  NonNullable<ConstructorParameters<typeof ZipFileStore>[1]>['transformEntries'] & object
>[0];
type ZipEntry = ZipEntries[string];

const metadataName = /(^|\/)(zarr\.json|\.zarray|\.zgroup|\.zattrs)$/;
/** Objects read as a whole; larger ones would not fit one array. */
const maxObjectBytes = 2 ** 31 - 1;
/** Compressed entries are inflated whole: a small file must not become gigabytes. Metadata is small, and chunks are stored as they are. */
const maxDeflatedBytes = 256 * 1024;
const maxInflatedBytes = 16 * 1024 * 1024;
const stored = 0;

/** Do these bytes begin a zip file? */
export function isZip(start: Uint8Array): boolean {
  return start[0] === 0x50 && start[1] === 0x4b && start[2] === 3 && start[3] === 4;
}

/**
 * A hierarchy in a zip file, at its top or in the only folder there.
 * @throws {BrushwoodError} 'broken-file' if it is no zip file
 */
export async function openZipStore(file: FileBytes, who: string): Promise<ZarrStore> {
  const entries = new Map<string, ZipEntry>();
  const zip = new ZipFileStore(file, {
    transformEntries: (found) => {
      for (const [name, entry] of Object.entries(found)) if (!entry.isDirectory) entries.set(name, entry);
      return found;
    },
  });
  const guarded = <T>(key: string, action: Promise<T>) => action.catch((cause: unknown) => failed(who + key, cause));
  await guarded('', zip.has('/zarr.json'));
  const root = rootOf([...entries.keys()]);
  const lookUp = (key: string) => ({ name: `${root}${key.slice(1)}`, entry: entries.get(`${root}${key.slice(1)}`) });
  return {
    async get(key, options) {
      options?.signal?.throwIfAborted();
      const { name, entry } = lookUp(key);
      if (!entry) return undefined;
      checkEntry(entry, `${who}${key}`);
      if (entry.compressionMethod !== stored) return guarded(key, zip.get(`/${name}`));
      const range = { offset: 0, length: entry.size };
      return complete(await guarded(key, zip.getRange(`/${name}`, range)), entry.size, `${who}${key}`);
    },
    async getRange(key, range, options) {
      options?.signal?.throwIfAborted();
      const { name, entry } = lookUp(key);
      if (!entry) return undefined;
      if (entry.compressionMethod !== stored) throw compressed(`${who}${key}`);
      const length = 'suffixLength' in range ? range.suffixLength : range.length;
      const offset = 'suffixLength' in range ? entry.size - length : range.offset;
      if (offset < 0 || offset + length > entry.size) return complete(undefined, length, `${who}${key}`);
      return complete(await guarded(key, zip.getRange(`/${name}`, { offset, length })), length, `${who}${key}`);
    },
    async folders(below) {
      const start = below === '' ? root : `${root}${below}/`;
      const inside = [...entries.keys()].filter((name) => name.startsWith(start) && name.includes('/', start.length));
      return [...new Set(inside.map((name) => name.slice(start.length, name.indexOf('/', start.length))))];
    },
  };
}

/** A blob, as a browser hands out files. */
export function blobBytes(blob: Blob): FileBytes {
  return {
    getLength: async () => blob.size,
    read: async (offset, length) => new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer()),
  };
}

function rootOf(names: readonly string[]): string {
  const folders = names.filter((name) => metadataName.test(name)).map((name) => name.replace(metadataName, '$1'));
  if (folders.length === 0 || folders.includes('')) return '';
  const tops = new Set(names.map((name) => name.slice(0, name.indexOf('/') + 1)));
  const [top = ''] = tops;
  return tops.size === 1 ? top : '';
}

function checkEntry({ size, compressedSize, compressionMethod }: ZipEntry, what: string): void {
  if (compressionMethod === stored) {
    if (size <= maxObjectBytes) return;
    throw new BrushwoodError('unsupported', `${what} has ${size} bytes; objects of up to 2 GB are read.`, { size });
  }
  if (!metadataName.test(what) || compressedSize > maxDeflatedBytes || size > maxInflatedBytes) throw compressed(what);
}

function compressed(what: string): BrushwoodError {
  return new BrushwoodError(
    'unsupported',
    `${what} is compressed by the zip file, which is read only where chunks are stored as they are. Zip the image again without ` +
      'compression (zip -0 -r), or unpack it.',
    { object: what },
  );
}

function complete(bytes: Uint8Array | undefined, expected: number, what: string): Uint8Array {
  if (bytes?.length === expected) return bytes;
  throw new BrushwoodError(
    'broken-file',
    `${what} is truncated: ${expected} bytes are needed. Copy the zip file again.`,
    {
      expected,
      found: bytes?.length ?? 0,
    },
  );
}

function failed(what: string, cause: unknown): never {
  if (cause instanceof BrushwoodError || isAbortError(cause)) throw cause;
  throw new BrushwoodError(
    'broken-file',
    `${what} cannot be read from the zip file: ${messageOf(cause)}.`,
    { object: what },
    { cause },
  );
}
