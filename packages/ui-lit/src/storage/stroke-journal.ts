import type { Labels, Project } from '@brushwood/core';
import { storageError } from './indexed-db.ts';
import { JournalPacker, unpackJournal, type JournalState } from './journal-records.ts';
import { canTellEnded, JournalStore, type JournalSession } from './journal-store.ts';

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

/** A state that is to be written. */
interface Entry {
  readonly state: JournalState;
  readonly name: string;
  readonly handle?: FileSystemFileHandle;
  readonly isSaved: boolean;
}

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
  /** Is there work that would be offered if the page ended now? */
  isUnsaved = false;
  private name: string;
  private readonly onProblem: (message: string) => void;
  private readonly store: JournalStore | undefined;
  private handle: FileSystemFileHandle | undefined;
  private readonly packer: JournalPacker;
  private latest: Entry | undefined;
  private isWaiting = false;
  private writing: Promise<void> | undefined;
  private writes = 0;
  private hasFailed = false;
  /** Sessions whose work this one has taken over; removed once it is stored here. */
  private readonly takenOver: string[] = [];
  private readonly onHide = () => void this.flush();

  private constructor(options: StrokeJournalOptions, store?: JournalStore) {
    this.name = options.name;
    this.onProblem = options.onProblem ?? (() => undefined);
    this.packer = new JournalPacker(options.maxImageBytes ?? 64 << 20);
    this.store = store;
    addEventListener('pagehide', this.onHide);
  }

  /** Begins a session. Where the browser keeps nothing, the problem is told and the journal does nothing. */
  static async open(options: StrokeJournalOptions): Promise<StrokeJournal> {
    try {
      return new StrokeJournal(options, await JournalStore.open());
    } catch (cause) {
      options.onProblem?.(storageError('Strokes cannot be kept for the case of a crash', cause).message);
      return new StrokeJournal(options);
    }
  }

  /** Another project is open now, or it has another name. */
  rename(name: string, handle?: FileSystemFileHandle): void {
    this.name = name;
    this.handle = handle;
  }

  /** Tells the state after a stroke or another edit. Returns at once; it is stored when the page is idle, within a second. */
  note(state: JournalState): void {
    this.latest = this.entryOf(state, false);
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
    this.latest = this.entryOf(state, true);
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
    const session = await this.store?.readSession(id);
    if (!this.store || !session) return undefined;
    const state = unpackJournal(session.journal, await this.store.readValues(id));
    this.takenOver.push(id);
    this.note(state);
    return state;
  }

  /** Forgets the work of an ended page. */
  async discard(id: string): Promise<void> {
    await this.store?.remove(id);
  }

  /** The steps of an earlier page that led to this very project, if they are kept. */
  async historyOf(project: Project): Promise<Pick<JournalState, 'undo' | 'redo'> | undefined> {
    for (const [id, { isSaved, name, journal }] of await this.endedSessions()) {
      if (!isSaved || name !== this.name || journal.project.lanes.length !== project.lanes.length) continue;
      const state = unpackJournal(journal, await this.store!.readValues(id));
      const isSame = state.project.lanes.every(({ labels }, i) => sameLabels(labels, project.lanes[i]!.labels));
      if (isSame) return { undo: state.undo, redo: state.redo };
    }
    return undefined;
  }

  /** Ends the session; what it stored stays for a later page. */
  async close(): Promise<void> {
    removeEventListener('pagehide', this.onHide);
    await this.flush();
    this.store?.close();
  }

  /** What is written later is still of the project that is open now. */
  private entryOf(state: JournalState, isSaved: boolean): Entry {
    this.isUnsaved = !isSaved;
    return { state: copyOf(state), name: this.name, handle: this.handle, isSaved };
  }

  private schedule(): void {
    if (this.isWaiting || this.writing || !this.store) return;
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
      if (latest && this.store) await this.writeState(this.store, latest);
      this.hasFailed = false;
    } catch (cause) {
      if (!this.hasFailed)
        this.onProblem(storageError('The last strokes are not kept for the case of a crash', cause).message);
      this.hasFailed = true;
      this.latest ??= latest;
      setTimeout(() => this.schedule(), retryMs);
    }
  }

  private async writeState(store: JournalStore, { state, name, handle, isSaved }: Entry): Promise<void> {
    const { packer } = this;
    const journal = packer.pack(state);
    await store.putValues(packer.unstored);
    const missingImages = packer.leftOutImages(state.project);
    const isDue = isSaved || this.writes++ % writesPerCleaning === 0;
    const dropped = isDue ? packer.drop(journal) : [];
    await store.putSession({ name, changedAt: Date.now(), isSaved, missingImages, handle, journal }, dropped);
    if (!canTellEnded()) return;
    for (const id of this.takenOver.splice(0)) await store.remove(id);
    if (isSaved) await this.removeOldHistories(store);
  }

  private async endedSessions(): Promise<[string, JournalSession][]> {
    const ended = (await this.store?.endedSessions()) ?? [];
    return ended.filter(([id]) => !this.takenOver.includes(id));
  }

  private async removeOldHistories(store: JournalStore): Promise<void> {
    const saved = (await this.endedSessions()).filter(([, { isSaved }]) => isSaved);
    saved.sort(([, a], [, b]) => b.changedAt - a.changedAt);
    for (const [id] of saved.slice(savedSessionsKept)) await store.remove(id);
  }
}

/** Its lists may be the caller's own, which go on changing. */
function copyOf({ project, undo, redo }: JournalState): JournalState {
  return { project, undo: [...undo], redo: [...redo] };
}

function whenIdle(work: () => void): void {
  if ('requestIdleCallback' in globalThis) requestIdleCallback(work, { timeout: longestWaitMs });
  else setTimeout(work, longestWaitMs);
}

function sameLabels(a: Labels, b: Labels): boolean {
  const isAlike = String(a.shape) === String(b.shape) && String(a.chunkShape) === String(b.chunkShape);
  if (!isAlike || a.chunks.size !== b.chunks.size) return false;
  for (const [place, chunk] of a.chunks) {
    const other = b.chunks.get(place);
    if (other?.length !== chunk.length || chunk.some((value, i) => value !== other[i])) return false;
  }
  return true;
}
