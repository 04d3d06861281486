/** Image types that are decoded as a whole. */
export type RasterKind = 'png' | 'jpeg' | 'webp' | 'gif' | 'bmp';

/** The type that the first bytes of a file name; undefined if none of ours. */
export function rasterKind(head: Uint8Array): RasterKind | undefined {
  const text = String.fromCharCode(...head.subarray(0, 12));
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (text.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return 'webp';
  if (text.startsWith('GIF87a') || text.startsWith('GIF89a')) return 'gif';
  // 'BM' alone begins many texts: the size of the second header has to be one that exists.
  const isBitmap = text.startsWith('BM') && head.length >= 16 && [12, 40, 52, 56, 64, 108, 124].includes(head[14]!);
  return isBitmap && head[15] === 0 ? 'bmp' : undefined;
}
