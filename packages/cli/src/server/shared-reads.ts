import { abortError } from '@brushwood/core';

interface SharedRead<T> {
  readonly result: Promise<T>;
  readonly stop: AbortController;
  waiting: number;
}

/** Work that several callers may wait for at once. It is done once, and aborted when nobody waits any more. */
export class SharedReads<T> {
  private readonly running = new Map<string, SharedRead<T>>();

  /** The result of the work under way for a key, or of new work. @throws 'aborted' as soon as the caller's own signal fires */
  async join(key: string, begin: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    if (signal.aborted) throw abortError(signal);
    const read = this.running.get(key) ?? this.start(key, begin);
    read.waiting++;
    let onAbort = () => {};
    try {
      return await new Promise<T>((resolve, reject) => {
        onAbort = () => reject(abortError(signal));
        signal.addEventListener('abort', onAbort, { once: true });
        read.result.then(resolve, reject);
      });
    } finally {
      signal.removeEventListener('abort', onAbort);
      if (--read.waiting === 0) this.end(key, read);
    }
  }

  private start(key: string, begin: (signal: AbortSignal) => Promise<T>): SharedRead<T> {
    const stop = new AbortController();
    const read: SharedRead<T> = { result: begin(stop.signal), stop, waiting: 0 };
    // Every caller hears of a failure by itself; the one that nobody waits for any more is of no interest.
    read.result.catch(() => undefined);
    this.running.set(key, read);
    return read;
  }

  /** A caller that comes now begins anew: what was aborted has no result. */
  private end(key: string, read: SharedRead<T>): void {
    if (this.running.get(key) === read) this.running.delete(key);
    read.stop.abort();
  }
}
