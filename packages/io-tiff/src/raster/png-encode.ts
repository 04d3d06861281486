import { pngChunk } from './png-chunks.ts';
import type { RasterPixels } from './raster-codec.ts';

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** A PNG of uint8 or uint16 with 1 or 3 channels, every row with the filter "up". Values as they are. */
export async function encodePng({ width, height, channels, dtype, data }: RasterPixels): Promise<Uint8Array> {
  const itemBytes = dtype === 'uint16' ? 2 : 1;
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header[8] = 8 * itemBytes;
  header[9] = channels === 3 ? 2 : 0;
  const rows = filteredRows(data as Uint8Array | Uint16Array, { rowItems: width * channels, height, itemBytes });
  const stream = new Blob([rows]).stream().pipeThrough(new CompressionStream('deflate'));
  const compressed = new Uint8Array(await new Response(stream).arrayBuffer());
  const parts = [signature, pngChunk('IHDR', header), pngChunk('IDAT', compressed), pngChunk('IEND', new Uint8Array())];
  return new Uint8Array(await new Blob(parts as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}

/** Big-endian rows, each less the one above and behind the number of that filter. */
function filteredRows(
  data: Uint8Array | Uint16Array,
  { rowItems, height, itemBytes }: { rowItems: number; height: number; itemBytes: number },
): Uint8Array<ArrayBuffer> {
  const length = rowItems * itemBytes;
  const out = new Uint8Array((length + 1) * height);
  let above: Uint8Array = new Uint8Array(length);
  for (let y = 0, at = 0; y < height; y++, at += length + 1) {
    const row = new Uint8Array(length);
    for (let i = 0; i < rowItems; i++) {
      const value = data[y * rowItems + i]!;
      if (itemBytes === 2) row[2 * i] = value >> 8;
      row[itemBytes * (i + 1) - 1] = value;
    }
    out[at] = 2;
    for (let i = 0; i < length; i++) out[at + 1 + i] = row[i]! - above[i]!;
    above = row;
  }
  return out;
}
