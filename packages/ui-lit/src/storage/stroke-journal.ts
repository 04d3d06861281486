import type { Labels, Project } from '@brushwood/core';
import { finished, openDatabase, resultOf, storageError } from './indexed-db.ts';
import { JournalPacker, unpackJournal, type JournalState, type StoredJournal } from './journal-records.ts';

export type { JournalState };

/** Work that was not saved when its page ended. */
export interface RecoverableWork {
  readonly id: string;
  /** Of the project. */
  readonly name: string;
  readonly changedAt: Date;
  /** Steps of it that can be taken back. */
  readonly stepCount: number;
  /** Images that were too large to be kept here: found in the saved project (`adoptImages`), or to be chosen again (`relinkLane`). */
  readonly missingImages: readonly string[];
  /** The project file, if the page had its handle. */
  readonly handle?: FileSystemFileHandle;
}

export interface StrokeJournalOptions {
  /** Shown name of the project. */
  readonly name: string;
  /** Told once each time that writing begins to fail, in words for people. Painting goes on, and so do the attempts. */
  readonly onProblem?: (message: string) => void;
  /** Images that were given to the page are kept up to this size; default 64 MB. */
  readonly maxImageBytes?: number;
}

interface Session {
  readonly name: string;
  readonly changedAt: number;
  readonly isSaved: boolean;
  readonly missingImages: readonly string[];
  readonly handle?: FileSystemFileHandle;
  readonly journal: StoredJournal;
}

const database = 'brushwood-journal';
/** Bytes of chunks given to the database at once: copying them must not hold up the page. */
const batchBytes = 1 << 20;
/** A write begins at the latest this long after a change, so that it is on disk within a second. */
const longestWaitMs = 300;
const retryMs = 5000;
const writesPerCleaning = 25;
/** Histories of saved projects that are kept for a reload. */
const savedSessionsKept = 5;

/**
 * Keeps what was painted since the last save in the browser's database, so that a crash, a closed tab or a reload loses nothing: the
 * chunks of labels that changed, classes, features and images, and the last steps for undo; not the model. Every page has a session of
 * its own, held by a lock, so that two tabs never write over each other.
 */
export class StrokeJournal {
  private name: string;
  private readonly onProblem: (message: string) => void;
  private readonly db: IDBDatabase | undefined;
  private readonly session: string;
  private readonly releaseLock: () => void;
  private handle: FileSystemFileHandle | undefined;
  private readonly packer: JournalPacker;
  private latest: JournalState | undefined;
  private isWaiting = false;
  private writing: Promise<void> | undefined;
  private writes = 0;
  private hasFailed = false;
  private isSaved = false;
  /** Sessions whose work this one has taken over; removed once it is stored here. */
  private readonly takenOver: string[] = [];
  private readonly onHide = () => void this.flush();

  private constructor(options: StrokeJournalOptions, db: IDBDatabase | undefined, held: HeldLock) {
    this.name = options.name;
    this.onProblem = options.onProblem ?? (() => undefined);
    this.packer = new JournalPacker(options.maxImageBytes ?? 64 << 20);
    this.db = db;
    this.session = held.session;
    this.releaseLock = held.release;
    addEventListener('pagehide', this.onHide);
  }

  /** Begins a session. Where the browser keeps nothing, the problem is told and the journal does nothing. */
  static async open(options: StrokeJournalOptions): Promise<StrokeJournal> {
    const held = await holdLock(crypto.randomUUID());
    try {
      return new StrokeJournal(options, await openDatabase(database, ['sessions', 'values']), held);
    } catch (cause) {
      options.onProblem?.(storageError('Strokes cannot be kept for the case of a crash', cause).message);
      return new StrokeJournal(options, undefined, held);
    }
  }

  /** Another project is open now, or it has another name. */
  rename(name: string, handle?: FileSystemFileHandle): void {
    this.name = name;
    this.handle = handle;
  }

  /** Tells the state after a stroke or another edit. Returns at once; it is stored when the page is idle, within a second. */
  note(state: JournalState): void {
    this.latest = copyOf(state);
    this.isSaved = false;
    this.schedule();
  }

  /** Writes at once what is waiting. */
  async flush(): Promise<void> {
    while (this.latest || this.writing) {
      await this.writeNow();
      if (this.hasFailed) return;
    }
  }

  /** The project was saved: there is nothing to recover. The steps for undo stay, for `historyOf` after a reload. */
  async clear(state: JournalState): Promise<void> {
    this.latest = copyOf(state);
    this.isSaved = true;
    await this.flush();
  }

  /** Unsaved work of pages that are no more, the latest first. */
  async recover(): Promise<readonly RecoverableWork[]> {
    const found: RecoverableWork[] = [];
    for (const [id, session] of await this.endedSessions()) {
      if (session.isSaved) continue;
      const { name, changedAt, journal, missingImages, handle } = session;
      found.push({ id, name, changedAt: new Date(changedAt), stepCount: journal.undo.length, missingImages, handle });
    }
    return found.toSorted((a, b) => b.changedAt.getTime() - a.changedAt.getTime());
  }

  /** The work of an ended page. It is this page's from now on: removed there once it is stored here. */
  async take(id: string): Promise<JournalState | undefined> {
    const session = await this.readSession(id);
    if (!session) return undefined;
    const state = unpackJournal(session.journal, await this.values(id));
    this.takenOver.push(id);
    this.note(state);
    return state;
  }

  /** Forgets the work of an ended page. */
  async discard(id: string): Promise<void> {
    await this.removeSession(id);
  }

  /** The steps of an earlier page that led to this very project, if they are kept. */
  async historyOf(project: Project): Promise<Pick<JournalState, 'undo' | 'redo'> | undefined> {
    for (const [id, { isSaved, name, journal }] of await this.endedSessions()) {
      if (!isSaved || name !== this.name || journal.project.lanes.length !== project.lanes.length) continue;
      const state = unpackJournal(journal, await this.values(id));
      const isSame = state.project.lanes.every(({ labels }, i) => sameLabels(labels, project.lanes[i]!.labels));
      if (isSame) return { undo: state.undo, redo: state.redo };
    }
    return undefined;
  }

  /** Ends the session; what it stored stays for a later page. */
  async close(): Promise<void> {
    removeEventListener('pagehide', this.onHide);
    await this.flush();
    this.db?.close();
    this.releaseLock();
  }

  private schedule(): void {
    if (this.isWaiting || this.writing || !this.db) return;
    this.isWaiting = true;
    whenIdle(() => {
      this.isWaiting = false;
      if (this.latest) void this.writeNow();
    });
  }

  private writeNow(): Promise<void> {
    this.writing ??= this.write().finally(() => {
      this.writing = undefined;
      if (this.latest && !this.hasFailed) this.schedule();
    });
    return this.writing;
  }

  private async write(): Promise<void> {
    const { latest } = this;
    this.latest = undefined;
    try {
      if (latest && this.db) await this.store(this.db, latest);
      this.hasFailed = false;
    } catch (cause) {
      if (!this.hasFailed)
        this.onProblem(storageError('The last strokes are not kept for the case of a crash', cause).message);
      this.hasFailed = true;
      this.latest ??= latest;
      setTimeout(() => this.schedule(), retryMs);
    }
  }

  private async store(db: IDBDatabase, state: JournalState): Promise<void> {
    const journal = this.packer.pack(state);
    while (this.packer.unstored.size > 0) {
      const batch = nextBatch(this.packer.unstored);
      const transaction = db.transaction('values', 'readwrite', { durability: 'strict' });
      for (const [number, value] of batch) transaction.objectStore('values').put(value, [this.session, number]);
      await finished(transaction);
      for (const [number] of batch) this.packer.unstored.delete(number);
    }
    const { name, session, isSaved, handle } = this;
    const transaction = db.transaction(['sessions', 'values'], 'readwrite', { durability: 'strict' });
    const missingImages = this.packer.leftOutImages(state.project);
    const entry: Session = { name, changedAt: Date.now(), isSaved, missingImages, handle, journal };
    transaction.objectStore('sessions').put(entry, session);
    if (this.writes++ % writesPerCleaning === 0) {
      for (const number of this.packer.drop(journal)) transaction.objectStore('values').delete([session, number]);
    }
    await finished(transaction);
    for (const id of this.takenOver.splice(0)) await this.removeSession(id);
    if (isSaved) await this.removeOldHistories();
  }

  private async endedSessions(): Promise<[string, Session][]> {
    if (!this.db) return [];
    const store = this.db.transaction('sessions').objectStore('sessions');
    const [ids, sessions] = await Promise.all([resultOf(store.getAllKeys()), resultOf(store.getAll())]);
    const held = await heldSessions();
    return ids
      .map((id, i): [string, Session] => [String(id), sessions[i] as Session])
      .filter(([id]) => !held.has(id) && !this.takenOver.includes(id) && id !== this.session);
  }

  private async removeOldHistories(): Promise<void> {
    const saved = (await this.endedSessions()).filter(([, { isSaved }]) => isSaved);
    saved.sort(([, a], [, b]) => b.changedAt - a.changedAt);
    for (const [id] of saved.slice(savedSessionsKept)) await this.removeSession(id);
  }

  private async readSession(id: string): Promise<Session | undefined> {
    if (!this.db) return undefined;
    return (await resultOf(this.db.transaction('sessions').objectStore('sessions').get(id))) as Session | undefined;
  }

  private async values(id: string): Promise<Map<number, unknown>> {
    if (!this.db) return new Map();
    const store = this.db.transaction('values').objectStore('values');
    const [keys, values] = await Promise.all([
      resultOf(store.getAllKeys(valuesOf(id))),
      resultOf(store.getAll(valuesOf(id))),
    ]);
    return new Map(keys.map((key, i) => [(key as [string, number])[1], values[i]]));
  }

  private async removeSession(id: string): Promise<void> {
    if (!this.db) return;
    const transaction = this.db.transaction(['sessions', 'values'], 'readwrite');
    transaction.objectStore('sessions').delete(id);
    transaction.objectStore('values').delete(valuesOf(id));
    await finished(transaction);
  }
}

/** Its lists may be the caller's own, which go on changing. */
function copyOf({ project, undo, redo }: JournalState): JournalState {
  return { project, undo: [...undo], redo: [...redo] };
}

interface HeldLock {
  readonly session: string;
  release(): void;
}

const lockName = (session: string) => `brushwood-journal ${session}`;

/** Holds a lock until the page ends. Pages that are not served securely have no locks; theirs would be told as ended. */
async function holdLock(session: string): Promise<HeldLock> {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  if (navigator.locks) {
    await new Promise<void>((resolve) => {
      void navigator.locks.request(lockName(session), () => {
        resolve();
        return held;
      });
    });
  }
  return { session, release };
}

async function heldSessions(): Promise<Set<string>> {
  const { held = [] } = (await navigator.locks?.query()) ?? {};
  const prefix = lockName('');
  return new Set(
    held.map(({ name = '' }) => name).flatMap((name) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : [])),
  );
}

/** All values of a session: numbers come before strings in the order of keys. */
function valuesOf(id: string): IDBKeyRange {
  return IDBKeyRange.bound([id, 0], [id, '']);
}

/** The first values that together have about `batchBytes`. Values are numbered after those they refer to. */
function nextBatch(unstored: ReadonlyMap<number, unknown>): [number, unknown][] {
  const batch: [number, unknown][] = [];
  let bytes = 0;
  for (const entry of unstored) {
    batch.push(entry);
    bytes += ArrayBuffer.isView(entry[1]) ? entry[1].byteLength : 1024;
    if (bytes >= batchBytes) break;
  }
  return batch;
}

function whenIdle(work: () => void): void {
  if ('requestIdleCallback' in globalThis) requestIdleCallback(work, { timeout: longestWaitMs });
  else setTimeout(work, longestWaitMs);
}

function sameLabels(a: Labels, b: Labels): boolean {
  if (a.chunks.size !== b.chunks.size) return false;
  for (const [place, chunk] of a.chunks) {
    const other = b.chunks.get(place);
    if (other?.length !== chunk.length || chunk.some((value, i) => value !== other[i])) return false;
  }
  return true;
}
