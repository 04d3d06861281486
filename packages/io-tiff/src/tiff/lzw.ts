/**
 * Decodes TIFF's LZW: codes of 9 to 12 bits, most significant bit first, 256 clears the table, 257 ends; the width
 * grows one code early.
 * @param encoded  one strip or tile
 * @param length   bytes to expect; decoding stops there
 * @returns the bytes decoded, fewer than `length` if the data ends before; undefined if a code is impossible
 *
 * geotiff's decoder is not used: it is several times slower and loops for ever over some damaged data (3.0.5).
 * Source: TIFF 6.0 specification, section 13.
 */
export function decodeLzw(encoded: Uint8Array, length: number): Uint8Array | undefined {
  const out = new Uint8Array(length);
  // An entry is a run of the output: where it was written first, and how long it is.
  const starts = new Uint32Array(4096);
  const lengths = new Uint16Array(4096);
  let size = 258;
  let width = 9;
  let previousStart = -1;
  let previousLength = 0;
  let written = 0;
  let bits = 0;
  let bitCount = 0;
  let at = 0;
  while (written < length) {
    while (bitCount < width) {
      if (at >= encoded.length) return out.subarray(0, written);
      bits = ((bits << 8) | encoded[at++]!) & 0xffffff;
      bitCount += 8;
    }
    bitCount -= width;
    const code = (bits >>> bitCount) & ((1 << width) - 1);
    if (code === 257) break;
    if (code === 256) {
      size = 258;
      width = 9;
      previousStart = -1;
      continue;
    }
    const start = written;
    if (code < 256) {
      out[written++] = code;
    } else if (code < size) {
      written = copyRun(out, starts[code]!, lengths[code]!, written);
    } else if (code === size && previousStart >= 0) {
      written = copyRun(out, previousStart, previousLength, written);
      if (written < length) out[written++] = out[start]!;
    } else {
      return undefined;
    }
    if (previousStart >= 0 && size < 4096) {
      starts[size] = previousStart;
      lengths[size] = previousLength + 1; // the previous run and the first byte of this one, which follows it
      size++;
    }
    if (size + 1 >= 1 << width && width < 12) width++;
    previousStart = start;
    previousLength = written - start;
  }
  return out.subarray(0, written);
}

/** Repeats a run of the output; it may overlap its copy. Returns the new end. */
function copyRun(out: Uint8Array, from: number, count: number, to: number): number {
  const end = Math.min(to + count, out.length);
  for (let i = to; i < end; i++) out[i] = out[from + i - to]!;
  return end;
}
