/** Characters of windows-1252 for the bytes 80 to 9f: browsers decode HDF5's "ASCII" as it, Node as latin-1. */
const windows1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/**
 * Text as it was meant. ilastik stores UTF-8 bytes under HDF5's ASCII character set; h5wasm decodes those byte by
 * byte, so that σ arrives as two characters. Text that is no UTF-8 stays as it is.
 */
export function decodeText(text: string): string {
  if (/^[\u0000-\u007f]*$/.test(text)) return text;
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const at = windows1252.indexOf(text[i]!);
    if (code > 0xff && at < 0) return text;
    bytes[i] = code <= 0xff ? code : 0x80 + at;
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return text; // not UTF-8: real latin-1
  }
}

/** Drops what pads fixed-length strings. */
export function stripPadding(text: string): string {
  return text.replace(/\0[\s\S]*$/, '');
}
