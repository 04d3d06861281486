import type { ImageSource } from '../contracts/image-source.ts';
import { sampleRows } from './select-channels.ts';

/**
 * A short text that two copies of an image share and two different images practically never: shape, dtype and a hash
 * (FNV-1a, two lanes of 32 bits) of 16 rows spread over the image. Not a cryptographic one.
 */
export async function fingerprintImage(source: ImageSource, signal?: AbortSignal): Promise<string> {
  const { shape, dtype } = source.info;
  let [a, b] = [0x811c9dc5, 0x01000193];
  for (const roi of sampleRows(shape)) {
    const { data } = await source.read(roi, { signal });
    for (const byte of new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength)) {
      a = Math.imul(a ^ byte, 0x01000193);
      b = Math.imul(b ^ (byte + 0x9e), 0x85ebca6b);
    }
  }
  const hex = (value: number) => (value >>> 0).toString(16).padStart(8, '0');
  return `${shape.join('x')} ${dtype} ${hex(a)}${hex(b)}`;
}
