/** Bytes fetched at once, and how many such blocks are kept. */
const blockBytes = 1 << 18;
const keptBlocks = 64;

/** A part of a file, as `LazyFile.slice` gives it. */
export interface FilePart {
  readonly size: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A file whose parts are read when they are asked for, at once. It has what h5wasm's file system asks of a blob. */
export interface LazyFile {
  readonly size: number;
  /** The bytes from `start` to before `stop`, fewer at the end of the file. @throws an Error if they cannot be read any more */
  slice(start: number, stop: number): FilePart;
}

/** @param readBlock reads a part of the file, synchronously */
export function createLazyFile(size: number, readBlock: (start: number, stop: number) => Uint8Array): LazyFile {
  /** In the order of their last use. */
  const blocks = new Map<number, Uint8Array>();
  const blockAt = (index: number): Uint8Array => {
    const block = blocks.get(index) ?? readBlock(index * blockBytes, Math.min(size, (index + 1) * blockBytes));
    blocks.delete(index);
    blocks.set(index, block);
    if (blocks.size > keptBlocks) blocks.delete(blocks.keys().next().value!);
    return block;
  };
  return {
    size,
    slice(start, stop) {
      const end = Math.min(stop, size);
      const bytes = new Uint8Array(Math.max(0, end - start));
      for (let at = start; at < end; ) {
        const index = Math.floor(at / blockBytes);
        const block = blockAt(index);
        const from = at - index * blockBytes;
        const part = block.subarray(from, Math.min(block.length, from + end - at));
        if (part.length === 0) throw new Error(`only ${at} of its ${size} bytes can be read`);
        bytes.set(part, at - start);
        at += part.length;
      }
      return { size: bytes.length, bytes };
    },
  };
}

/**
 * The bytes of a blob, without waiting: the main thread has no other way than a synchronous request of text, a character for each byte.
 * @throws an Error if the page's security policy forbids requests of blobs, or the file has changed
 */
export function readBlobNow(blob: Blob): Uint8Array {
  const url = URL.createObjectURL(blob);
  try {
    const request = new XMLHttpRequest();
    request.open('GET', url, false);
    request.overrideMimeType('text/plain; charset=x-user-defined');
    request.send();
    const text = request.responseText;
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    return bytes;
  } finally {
    URL.revokeObjectURL(url);
  }
}
