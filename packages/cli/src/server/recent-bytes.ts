/** Byte arrays by key; those that were not asked for for longest are given up when there is no more room. */
export class RecentBytes {
  private readonly entries = new Map<string, Uint8Array>();
  private readonly maxBytes: number;
  private total = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  get(key: string): Uint8Array | undefined {
    const bytes = this.entries.get(key);
    if (!bytes) return undefined;
    // To the end: a Map keeps its entries in the order they came.
    this.entries.delete(key);
    this.entries.set(key, bytes);
    return bytes;
  }

  /** What is larger than a quarter of the room is not kept: it would drive out everything else. */
  set(key: string, bytes: Uint8Array): void {
    this.delete(key);
    if (bytes.length > this.maxBytes / 4) return;
    this.entries.set(key, bytes);
    this.total += bytes.length;
    for (const oldest of this.entries.keys()) {
      if (this.total <= this.maxBytes) break;
      this.delete(oldest);
    }
  }

  private delete(key: string): void {
    this.total -= this.entries.get(key)?.length ?? 0;
    this.entries.delete(key);
  }
}
