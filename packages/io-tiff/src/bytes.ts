import { BrushwoodError } from '@brushwood/core';

/** Random access to the bytes of a file, a blob or a URL. Reads may run in parallel. */
export interface ByteSource {
  /** For messages. */
  readonly name: string;
  /** Bytes in all. */
  readonly size: number;
  /** What one request should fetch at least: small for a disk, larger over a network. */
  readonly requestBytes: number;
  /**
   * Exactly `length` bytes from `offset`, in a buffer of their own.
   * @throws 'broken-file' if the file ends before; 'closed' after `close`.
   */
  read(offset: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** A file that is being written under another name until `close`. Writes may come in any order. */
export interface WriteTarget {
  /** The temporary name, for other threads that write along; absent where there are no paths. */
  readonly partialPath?: string;
  /** Positioned writes. The bytes are copied or written before the promise resolves. @throws 'write-failed' */
  write(pieces: Iterable<WritePiece>): Promise<void>;
  /** Brings the file to `size` bytes, flushes it and gives it its name. @throws 'write-failed', 'already-exists' */
  close(size: number): Promise<void>;
  /** Removes what was written. Safe twice. */
  abort(): Promise<void>;
}

export interface WritePiece {
  readonly position: number;
  readonly bytes: Uint8Array;
}

/** @throws 'broken-file' if the range does not lie in the file. */
export function checkRange(source: ByteSource, offset: number, length: number): void {
  const isWhole = Number.isSafeInteger(offset) && Number.isSafeInteger(length);
  if (isWhole && offset >= 0 && length >= 0 && offset + length <= source.size) return;
  throw new BrushwoodError(
    'broken-file',
    `${source.name} is truncated or damaged: the file ends after ${source.size} bytes, but bytes ${offset} to ` +
      `${offset + length} are needed. Copy or export the file again.`,
    { file: source.name, size: source.size, offset, length },
  );
}

/** Bytes of a file the browser was given. */
export function blobBytes(blob: Blob, name: string): ByteSource {
  const source: ByteSource = {
    name,
    size: blob.size,
    requestBytes: 65536,
    async read(offset, length) {
      checkRange(source, offset, length);
      return new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
    },
    close: () => Promise.resolve(),
  };
  return source;
}

/**
 * Bytes behind a URL, by HTTP range requests.
 * @throws 'not-found' if the server has no such file; 'unsupported' if it sends no ranges
 */
export async function urlBytes(url: string, signal?: AbortSignal): Promise<ByteSource> {
  const head = await requestRange(url, 0, 1, signal);
  const size = Number(/\/(\d+)$/.exec(head.headers.get('content-range') ?? '')?.[1]);
  await head.body?.cancel();
  if (head.status !== 206 || !Number.isFinite(size)) {
    throw new BrushwoodError(
      'unsupported',
      `The server of ${url} does not send parts of a file (HTTP ranges). Download the file and open the copy.`,
      { url, status: head.status },
    );
  }
  const source: ByteSource = {
    name: url,
    size,
    requestBytes: 65536,
    async read(offset, length) {
      checkRange(source, offset, length);
      if (length === 0) return new Uint8Array(0);
      return new Uint8Array(await (await requestRange(url, offset, length)).arrayBuffer());
    },
    close: () => Promise.resolve(),
  };
  return source;
}

async function requestRange(url: string, offset: number, length: number, signal?: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    const headers = { Range: `bytes=${offset}-${offset + length - 1}` };
    response = await fetch(url, { headers, ...(signal ? { signal } : {}) });
  } catch (error) {
    if (signal?.aborted) throw new BrushwoodError('aborted', 'The operation was cancelled.', {}, { cause: error });
    throw new BrushwoodError('not-found', `${url} could not be reached.`, { url }, { cause: error });
  }
  if (response.ok) return response;
  throw new BrushwoodError('not-found', `${url} could not be read: the server answers ${response.status}.`, {
    url,
    status: response.status,
  });
}

/** All bytes of a source; for formats that are decoded as a whole. */
export function readAll(source: ByteSource): Promise<Uint8Array> {
  return source.read(0, source.size);
}
