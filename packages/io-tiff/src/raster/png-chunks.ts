/** The parts of a PNG file: 4 bytes of length, 4 of type, the data, 4 of checksum over type and data (PNG specification, §5). */
export interface PngChunk {
  readonly type: string;
  readonly data: Uint8Array;
}

const signatureBytes = 8;

/** The chunks up to IEND, their checksums verified. @throws an Error for a file that is damaged or cut off */
export function* pngChunks(png: Uint8Array): Generator<PngChunk> {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  for (let at = signatureBytes; ; ) {
    if (at + 12 > png.length) throw new Error('the file ends before its last part');
    const length = view.getUint32(at);
    const end = at + 8 + length;
    if (end + 4 > png.length) throw new Error('the file ends within a part');
    const type = String.fromCharCode(...png.subarray(at + 4, at + 8));
    if (crc32(png.subarray(at + 4, end)) !== view.getUint32(end)) throw new Error(`the checksum of ${type} is wrong`);
    if (type === 'IEND') return;
    yield { type, data: png.subarray(at + 8, end) };
    at = end + 4;
  }
}

/** A chunk as it stands in the file. */
export function pngChunk(type: string, data: Uint8Array): Uint8Array {
  const out = new Uint8Array(data.length + 12);
  const view = new DataView(out.buffer);
  view.setUint32(0, data.length);
  for (let i = 0; i < 4; i++) out[4 + i] = type.charCodeAt(i);
  out.set(data, 8);
  view.setUint32(out.length - 4, crc32(out.subarray(4, out.length - 4)));
  return out;
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/** Checksum of PNG chunks. Source: PNG specification, annex D. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = crcTable[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
