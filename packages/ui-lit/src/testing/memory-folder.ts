import type { PageFolder } from '@brushwood/core';

/** A folder as browsers hand it out, as far as exports use it, in memory: for tests in Node. */
export class MemoryFolder {
  readonly kind = 'directory';
  readonly name: string;
  private readonly entries = new Map<string, MemoryFolder | MemoryFile>();

  constructor(name = 'folder', files: Readonly<Record<string, string>> = {}) {
    this.name = name;
    for (const [path, text] of Object.entries(files)) this.entries.set(path, new MemoryFile(path, text));
  }

  /** For what takes a folder of a browser. */
  get asPageFolder(): PageFolder {
    return this as unknown as PageFolder;
  }

  /** Name and content of the files, not those of folders in it. */
  get files(): Readonly<Record<string, string>> {
    const files = [...this.entries.values()].filter((entry) => entry instanceof MemoryFile);
    return Object.fromEntries(files.map(({ name, text }) => [name, text]));
  }

  async *keys(): AsyncGenerator<string> {
    yield* [...this.entries.keys()];
  }

  async *values(): AsyncGenerator<MemoryFolder | MemoryFile> {
    yield* [...this.entries.values()];
  }

  async getDirectoryHandle(name: string, { create = false } = {}): Promise<MemoryFolder> {
    const found = this.find(name, MemoryFolder, create && (() => new MemoryFolder(name)));
    return found;
  }

  async getFileHandle(name: string, { create = false } = {}): Promise<MemoryFile> {
    return this.find(name, MemoryFile, create && (() => new MemoryFile(name)));
  }

  async removeEntry(name: string): Promise<void> {
    if (!this.entries.delete(name)) throw new DOMException(`There is no ${name}.`, 'NotFoundError');
  }

  private find<T extends MemoryFolder | MemoryFile>(
    name: string,
    kind: abstract new (...args: never[]) => T,
    make: false | (() => T),
  ): T {
    const found = this.entries.get(name);
    if (found instanceof kind) return found;
    if (found) throw new DOMException(`${name} is of another kind.`, 'TypeMismatchError');
    if (!make) throw new DOMException(`There is no ${name}.`, 'NotFoundError');
    const made = make();
    this.entries.set(name, made);
    return made;
  }
}

class MemoryFile {
  readonly kind = 'file';
  readonly name: string;
  text: string;

  constructor(name: string, text = '') {
    this.name = name;
    this.text = text;
  }

  async getFile(): Promise<File> {
    return new File([this.text], this.name);
  }

  /** Replaces the content when it is closed. */
  async createWritable(): Promise<WritableStream<Uint8Array>> {
    const parts: Uint8Array[] = [];
    return new WritableStream({
      write: (part) => void parts.push(part),
      close: async () => {
        this.text = await new Blob(parts as BlobPart[]).text();
      },
    });
  }
}
