/** The bytes of windows-1252 that differ from latin-1: browsers decode HDF5's "ASCII" as the former. */
const windows1252 = new Map(
  [...Array(32).keys()].map((i) => {
    const byte = 0x80 + i;
    return [new TextDecoder('windows-1252').decode(Uint8Array.of(byte)), byte] as const;
  }),
);

/**
 * Text as it was meant. ilastik stores UTF-8 bytes under HDF5's ASCII character set; h5wasm decodes those byte by
 * byte, so that σ arrives as two characters. Text that is no UTF-8 stays as it is.
 */
export function decodeText(text: string): string {
  if (/^[\u0000-\u007f]*$/.test(text)) return text;
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const byte = text.charCodeAt(i) <= 0xff ? text.charCodeAt(i) : windows1252.get(text[i]!);
    if (byte === undefined) return text;
    bytes[i] = byte;
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
