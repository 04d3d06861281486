import type { PageFolder } from '@brushwood/core';

type Entry = MemoryFolder | MemoryFile;

/** The private file system of a page as far as images are written to it, in memory. */
export class MemoryFolder {
  readonly kind = 'directory';
  readonly name: string;
  readonly entries = new Map<string, Entry>();
  /** Names of files that cannot be opened to be written. */
  readonly refused: Set<string>;
  private readonly canMove: boolean;

  constructor({ name = '', canMove = true, refused = new Set<string>() } = {}) {
    this.name = name;
    this.canMove = canMove;
    this.refused = refused;
  }

  get asPageFolder(): PageFolder {
    return this as unknown as PageFolder;
  }

  /** Paths and contents of all files below, sorted. */
  files(above = ''): readonly (readonly [path: string, text: string])[] {
    const found = [...this.entries].flatMap(([name, entry]) =>
      entry.kind === 'directory' ? entry.files(`${above}${name}/`) : [[above + name, entry.text] as const],
    );
    return found.sort(([a], [b]) => (a < b ? -1 : 1));
  }

  async getDirectoryHandle(name: string, { create = false } = {}): Promise<MemoryFolder> {
    const { canMove, refused } = this;
    return this.find(name, 'directory', create ? () => new MemoryFolder({ name, canMove, refused }) : undefined);
  }

  async getFileHandle(name: string, { create = false } = {}): Promise<MemoryFile> {
    return this.find(name, 'file', create ? () => new MemoryFile(this, name, this.canMove) : undefined);
  }

  async removeEntry(name: string): Promise<void> {
    if (!this.entries.delete(name)) throw new DOMException(name, 'NotFoundError');
  }

  async *values(): AsyncGenerator<Entry> {
    yield* this.entries.values();
  }

  private find<T extends Entry>(name: string, kind: T['kind'], make: (() => T) | undefined): T {
    const found = this.entries.get(name) ?? make?.();
    if (!found) throw new DOMException(name, 'NotFoundError');
    if (found.kind !== kind) throw new DOMException(name, 'TypeMismatchError');
    this.entries.set(name, found);
    return found as T;
  }
}

class MemoryFile {
  readonly kind = 'file';
  readonly name: string;
  readonly move?: (to: MemoryFolder, name: string) => Promise<void>;
  text = '';
  private readonly folder: MemoryFolder;

  constructor(folder: MemoryFolder, name: string, canMove: boolean) {
    this.folder = folder;
    this.name = name;
    if (canMove) this.move = (to, as) => this.moveTo(to, as);
  }

  async getFile(): Promise<Blob> {
    return new Blob([this.text]);
  }

  async createWritable() {
    if (this.folder.refused.has(this.name)) throw new DOMException('The disk is full.', 'QuotaExceededError');
    const parts: BlobPart[] = [];
    return {
      write: async (part: BlobPart) => void parts.push(part),
      close: async () => {
        this.text = await new Blob(parts).text();
      },
      abort: async () => undefined,
    };
  }

  private async moveTo(to: MemoryFolder, name: string): Promise<void> {
    const moved = await to.getFileHandle(name, { create: true });
    moved.text = this.text;
    await this.folder.removeEntry(this.name);
  }
}
