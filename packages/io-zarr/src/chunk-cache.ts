import { abortError } from '@brushwood/core';

interface Entry<Value> {
  readonly value: Promise<Value>;
  readonly stop: AbortController;
  /** Readers that wait for it. */
  waiting: number;
  /** 0 while it is loaded. */
  bytes: number;
}

interface CacheOptions<Value> {
  /** Of all values that are kept beyond those being loaded. */
  readonly maxBytes: number;
  bytesOf(value: Value): number;
}

/**
 * Keeps what was used last, and loads what several readers want at the same time once. Loading stops when none of them waits
 * any more. Failures are not kept.
 */
export class ChunkCache<Value> {
  private readonly options: CacheOptions<Value>;
  /** Longest unused first. */
  private readonly entries = new Map<string, Entry<Value>>();
  private bytes = 0;

  constructor(options: CacheOptions<Value>) {
    this.options = options;
  }

  /** @throws what `load` throws; 'aborted' for the reader whose signal fires */
  async read(key: string, load: (signal: AbortSignal) => Promise<Value>, signal?: AbortSignal): Promise<Value> {
    if (signal?.aborted) throw abortError(signal);
    const entry = this.entries.get(key) ?? this.start(load, key);
    this.entries.delete(key);
    this.entries.set(key, entry);
    if (entry.bytes > 0) return entry.value;
    entry.waiting++;
    try {
      return await untilAborted(entry.value, signal);
    } finally {
      entry.waiting--;
      if (entry.waiting === 0 && entry.bytes === 0) this.drop(key, entry);
    }
  }

  clear(): void {
    this.entries.clear();
    this.bytes = 0;
  }

  private start(load: (signal: AbortSignal) => Promise<Value>, key: string): Entry<Value> {
    const stop = new AbortController();
    const value = load(stop.signal);
    const entry: Entry<Value> = { value, stop, waiting: 0, bytes: 0 };
    value.then(
      (loaded) => this.keep(key, entry, Math.max(1, this.options.bytesOf(loaded))),
      () => this.drop(key, entry),
    );
    return entry;
  }

  private keep(key: string, entry: Entry<Value>, bytes: number): void {
    entry.bytes = bytes;
    if (this.entries.get(key) !== entry) return; // it was dropped meanwhile
    this.bytes += bytes;
    for (const [oldest, old] of this.entries) {
      if (this.bytes <= this.options.maxBytes) return;
      if (old.bytes > 0) this.forget(oldest, old);
    }
  }

  /** Nobody wants it any more, or it failed. */
  private drop(key: string, entry: Entry<Value>): void {
    if (this.entries.get(key) === entry) this.forget(key, entry);
    entry.stop.abort();
  }

  private forget(key: string, entry: Entry<Value>): void {
    this.entries.delete(key);
    this.bytes -= entry.bytes;
  }
}

/** Rejects with 'aborted' as soon as the signal fires. */
async function untilAborted<Value>(value: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (!signal) return value;
  let stopListening = () => {};
  const aborted = new Promise<never>((_, reject) => {
    const onAbort = () => reject(abortError(signal));
    signal.addEventListener('abort', onAbort);
    stopListening = () => signal.removeEventListener('abort', onAbort);
  });
  try {
    return await Promise.race([value, aborted]);
  } finally {
    stopListening();
  }
}
