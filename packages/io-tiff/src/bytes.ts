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
      try {
        return new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
      } catch (cause) {
        throw new BrushwoodError(
          'broken-file',
          `${name} can no longer be read: it was moved or changed since it was chosen. Choose the file again.`,
          { file: name },
          { cause },
        );
      }
    },
    close: () => Promise.resolve(),
  };
  return source;
}

/** A server that sends no parts of files is asked for the whole, up to this size. */
const maxWholeBytes = 256 << 20;

/**
 * Bytes behind a URL, by HTTP range requests; a file that its server sends only as a whole is held in memory.
 * @throws 'not-found' if the server has no such file; 'unsupported' for a large one without ranges
 */
export async function urlBytes(url: string, signal?: AbortSignal): Promise<ByteSource> {
  const head = await requestRange(url, { offset: 0, length: 1, signal });
  if (head.status !== 206) return wholeBytes(url, head);
  await head.body?.cancel();
  const size = await sizeBehind(url, head, signal);
  const source: ByteSource = {
    name: url,
    size,
    requestBytes: 65536,
    async read(offset, length) {
      checkRange(source, offset, length);
      if (length === 0) return new Uint8Array(0);
      return new Uint8Array(await (await requestRange(url, { offset, length })).arrayBuffer());
    },
    close: () => Promise.resolve(),
  };
  return source;
}

/** A page may not see the range's header of another origin, but it may see the length of the whole. */
async function sizeBehind(url: string, head: Response, signal?: AbortSignal): Promise<number> {
  const stated = /\/(\d+)$/.exec(head.headers.get('content-range') ?? '')?.[1];
  if (stated !== undefined) return Number(stated);
  const whole = await request(url, { method: 'HEAD', ...(signal ? { signal } : {}) });
  const length = whole.headers.get('content-length');
  if (length !== null) return Number(length);
  throw withoutRanges(url, head.status);
}

async function wholeBytes(url: string, response: Response): Promise<ByteSource> {
  const stated = Number(response.headers.get('content-length') ?? 0);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    parts.push(part.value as Uint8Array<ArrayBuffer>);
    size += part.value.length;
    if (Math.max(stated, size) <= maxWholeBytes) continue;
    await reader?.cancel();
    throw withoutRanges(url, response.status);
  }
  return blobBytes(new Blob(parts), url);
}

function withoutRanges(url: string, status: number): BrushwoodError {
  return new BrushwoodError(
    'unsupported',
    `The server of ${url} does not send parts of a file (HTTP ranges). Download the file and open the copy.`,
    { url, status },
  );
}

function requestRange(
  url: string,
  { offset, length, signal }: { offset: number; length: number; signal?: AbortSignal },
): Promise<Response> {
  const headers = { Range: `bytes=${offset}-${offset + length - 1}` };
  return request(url, { headers, ...(signal ? { signal } : {}) });
}

async function request(url: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (error) {
    if (init.signal?.aborted) throw new BrushwoodError('aborted', 'The operation was cancelled.', {}, { cause: error });
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
