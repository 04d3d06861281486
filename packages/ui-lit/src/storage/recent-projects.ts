import { randomUuid } from '@brushwood/core';
import { finished, openDatabase, resultOf } from './indexed-db.ts';
import type { ProjectFile } from './browser-home.ts';

/** A project that was open in this browser. */
export interface RecentProject {
  readonly id: string;
  readonly name: string;
  readonly openedAt: Date;
  /** A small picture of it. */
  readonly thumbnail?: Blob;
  /** Can it be reopened: by its file, or by a copy that was kept? */
  readonly isReachable: boolean;
}

interface Entry {
  readonly name: string;
  readonly openedAt: number;
  readonly thumbnail?: Blob;
  readonly handle?: FileSystemFileHandle;
  /** Kept where the browser gives no handle. */
  readonly copy?: Blob;
}

export interface RecentProjectsOptions {
  /** Entries that are kept; default 12. */
  readonly limit?: number;
  /** Largest copy of a project without a handle; default 256 MB. */
  readonly maxCopyBytes?: number;
}

/**
 * The projects that were open in this browser, in its database: by the handle of their file, or as a copy of its last saved state.
 * Where the browser keeps nothing the list is empty.
 */
export class RecentProjects {
  private readonly db: IDBDatabase | undefined;
  private readonly limit: number;
  private readonly maxCopyBytes: number;

  private constructor(db: IDBDatabase | undefined, { limit = 12, maxCopyBytes = 256 << 20 }: RecentProjectsOptions) {
    this.db = db;
    this.limit = limit;
    this.maxCopyBytes = maxCopyBytes;
  }

  static async open(options: RecentProjectsOptions = {}): Promise<RecentProjects> {
    const db = await openDatabase('brushwood-recent', ['projects']).catch(() => undefined); // private windows have none
    return new RecentProjects(db, options);
  }

  /** The last opened first. */
  async list(): Promise<readonly RecentProject[]> {
    const entries = await this.entries();
    return entries.map(([id, { name, openedAt, thumbnail, handle, copy }]) => ({
      id,
      name,
      openedAt: new Date(openedAt),
      ...(thumbnail ? { thumbnail } : {}),
      isReachable: handle !== undefined || copy !== undefined,
    }));
  }

  /**
   * Notes that a project was opened or saved. One with the same file, or without one the same name, is replaced.
   * @returns its id, or undefined if it could not be kept (no database, or a full one): nothing depends on it
   */
  async remember({ name, handle, blob }: ProjectFile, thumbnail?: Blob): Promise<string | undefined> {
    if (!this.db) return undefined;
    const known = await this.find(name, handle);
    const copy = !handle && blob && blob.size <= this.maxCopyBytes ? blob : undefined;
    const picture = thumbnail ?? known?.[1].thumbnail;
    const entry: Entry = {
      name,
      openedAt: Date.now(),
      ...(picture ? { thumbnail: picture } : {}),
      ...(handle ? { handle } : {}),
      ...(copy ? { copy } : {}),
    };
    const id = known?.[0] ?? randomUuid();
    try {
      await this.put(id, entry);
      for (const [old] of (await this.entries()).slice(this.limit)) await this.forget(old);
      return id;
    } catch {
      return undefined; // a convenience that may fail
    }
  }

  /** The file of a project, for `BrowserHome`. A handle has to be permitted again by the user, which `load` and `save` ask for. */
  async locate(id: string): Promise<ProjectFile | undefined> {
    const entry = (await this.entries()).find(([key]) => key === id)?.[1];
    if (!entry) return undefined;
    const { name, handle, copy } = entry;
    return { name, ...(handle ? { handle } : {}), ...(copy ? { blob: copy } : {}) };
  }

  async forget(id: string): Promise<void> {
    if (!this.db) return;
    const transaction = this.db.transaction('projects', 'readwrite');
    transaction.objectStore('projects').delete(id);
    await finished(transaction);
  }

  close(): void {
    this.db?.close();
  }

  private async put(id: string, entry: Entry): Promise<void> {
    const transaction = this.db!.transaction('projects', 'readwrite');
    transaction.objectStore('projects').put(entry, id);
    await finished(transaction);
  }

  private async entries(): Promise<[string, Entry][]> {
    if (!this.db) return [];
    const store = this.db.transaction('projects').objectStore('projects');
    const [ids, values] = await Promise.all([resultOf(store.getAllKeys()), resultOf(store.getAll())]);
    const entries = ids.map((id, i): [string, Entry] => [String(id), values[i] as Entry]);
    return entries.sort(([, a], [, b]) => b.openedAt - a.openedAt);
  }

  private async find(name: string, handle?: FileSystemFileHandle): Promise<[string, Entry] | undefined> {
    for (const entry of await this.entries()) {
      const other = entry[1].handle;
      const isSame = handle && other ? await handle.isSameEntry(other) : !handle && !other && entry[1].name === name;
      if (isSame) return entry;
    }
    return undefined;
  }
}
