/**
 * Checks the structure of a Zstandard frame and makes it state its size. geotiff's decoder (zstddec 0.2) loops for ever
 * over damaged frames that don't state theirs (libtiff's don't), and gives away its heap for ill-formed ones.
 * @param bytes   one frame: header, blocks up to the one marked as the last, checksum
 * @param limits  bytes it must hold at least, and those it may hold at most
 * @returns the frame, stating its size; undefined if it is damaged
 *
 * Source: RFC 8878, section 3.1.1.
 */
export function sizedZstdFrame(
  bytes: Uint8Array,
  limits: { readonly least: number; readonly most: number },
): Uint8Array | undefined {
  const magic = [0x28, 0xb5, 0x2f, 0xfd];
  if (bytes.length < 9 || magic.some((byte, i) => bytes[i] !== byte)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const descriptor = bytes[4]!;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const sizeAt = 5 + (isSingleSegment ? 0 : 1) + [0, 1, 2, 4][descriptor & 3]!;
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
  const blocksAt = sizeAt + sizeBytes;
  if (!endsWell(view, blocksAt, (descriptor & 4) !== 0)) return undefined;
  const stated = readSize(view, sizeAt, sizeBytes);
  if (stated !== undefined) return stated >= limits.least && stated <= limits.most ? bytes : undefined;
  const sized = new Uint8Array(bytes.length + 8);
  sized.set(bytes.subarray(0, sizeAt));
  sized[4] = descriptor | 0xc0; // a size of 8 bytes follows
  new DataView(sized.buffer).setBigUint64(sizeAt, BigInt(limits.least), true);
  sized.set(bytes.subarray(sizeAt), sizeAt + 8);
  return sized;
}

function readSize(view: DataView, at: number, bytes: number): number | undefined {
  if (bytes === 0) return undefined;
  if (bytes === 1) return view.getUint8(at);
  if (bytes === 2) return view.getUint16(at, true) + 256;
  return bytes === 4 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true));
}

/** True if the blocks lead exactly to the end of the data. */
function endsWell(view: DataView, start: number, hasChecksum: boolean): boolean {
  let at = start;
  let isLast = false;
  while (!isLast) {
    if (at + 3 > view.byteLength) return false;
    const header = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    const type = (header >> 1) & 3;
    if (type === 3) return false;
    isLast = (header & 1) === 1;
    at += 3 + (type === 1 ? 1 : header >> 3); // a repeated byte is stored once
  }
  return at + (hasChecksum ? 4 : 0) === view.byteLength;
}
