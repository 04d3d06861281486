import {
  allocateArray,
  BrushwoodError,
  elementCount,
  messageOf,
  type Shape5,
  stridesOf,
  type Tensor,
  tensorDtype,
} from '@brushwood/core';
import { Crc32cCodec } from '../crc32c.ts';
import { copyStrided } from '../strided-copy.ts';
import type { ZarrLayout } from './layout.ts';

/** Compresses bytes. */
export type Compressor = (bytes: Uint8Array) => Promise<Uint8Array>;

/** Of zstd, which here compresses better than blosc at the same speed; higher levels halve the speed for a tenth of the size. */
export const zstdLevel = 1;
/** What `CompressionStream` uses and does not let us choose. */
export const gzipLevel = 6;

/**
 * What is done to the bytes of a chunk. In version 3 a checksum follows them, so that damage is noticed; whoever reads shards can
 * check it, as their index has one too.
 */
export async function openCompressor({ compression, version }: ZarrLayout): Promise<Compressor> {
  const compress = await openCompression(compression);
  if (version === 2) return compress;
  const checksum = Crc32cCodec.fromConfig();
  return async (bytes) => checksum.encode(await compress(bytes));
}

/** @throws {BrushwoodError} 'internal' if zarrita has lost its zstd */
async function openCompression(compression: ZarrLayout['compression']): Promise<Compressor> {
  if (compression === 'none') return async (bytes) => bytes;
  if (compression === 'gzip') return gzip;
  const { registry } = await import('zarrita');
  const Zstd = await registry.get('zstd')?.();
  const codec = Zstd?.fromConfig({ level: zstdLevel }, {} as never);
  if (codec?.kind === 'array_to_bytes' || codec?.kind === 'array_to_array' || !codec) {
    throw new BrushwoodError('internal', 'The zstd compressor is missing. Install Brushwood again.');
  }
  return async (bytes) => codec.encode(bytes);
}

async function gzip(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/**
 * One chunk of a unit as its bytes in the file: little-endian, C order, filled with zeros beyond the end of the unit.
 * @param origin where in the unit the chunk begins
 */
export async function encodeChunk(
  unit: Tensor,
  origin: Shape5,
  { chunkShape, compress }: { chunkShape: Shape5; compress: Compressor },
): Promise<Uint8Array> {
  const chunk = allocateArray(tensorDtype(unit), elementCount(chunkShape));
  const strides = stridesOf(unit.shape);
  const offset = origin.reduce((sum, at, i) => sum + at * strides[i]!, 0);
  const part = chunkShape.map((size, i) => Math.min(size, unit.shape[i]! - origin[i]!));
  const target = { data: chunk, offset: 0, strides: stridesOf(chunkShape) };
  copyStrided({ data: unit.data, offset, strides }, target, part);
  try {
    return await compress(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
  } catch (cause) {
    throw new BrushwoodError('write-failed', `A chunk cannot be compressed: ${messageOf(cause)}.`, {}, { cause });
  }
}
