import { createContainer, openImage, wholeRoi, type ImageLocation, type StorageFormat } from '@brushwood/core';
import { plugins } from '../plugins.ts';

/** What an image is, and a hash of its values level by level. */
export interface ReadImage {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly fileAxes: string;
  readonly levels: readonly { readonly shape: readonly number[]; readonly sha256: string }[];
  readonly voxelSize?: unknown;
}

/** Reads all levels of an image. The same code runs in Node, in a page and in its workers. */
export async function readWhole(location: ImageLocation, formats?: readonly StorageFormat[]): Promise<ReadImage> {
  const source = await openImage(formats ?? createContainer(plugins).catalog.formats, { location });
  try {
    const { shape, dtype, fileAxes, levels, voxelSize } = source.info;
    const read: { shape: readonly number[]; sha256: string }[] = [];
    for (const [level, { shape: levelShape }] of levels.entries()) {
      const { data } = await source.read(wholeRoi(levelShape), { level });
      read.push({ shape: levelShape, sha256: await sha256(data) });
    }
    return { shape, dtype, fileAxes, levels: read, voxelSize };
  } finally {
    await source.close();
  }
}

async function sha256(data: ArrayBufferView): Promise<string> {
  const bytes = new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength).slice();
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
