import type { StoredJournal } from './journal-records.ts';
import { finished, openDatabase, resultOf } from './indexed-db.ts';

/** What the journal of one page is, in the database. */
export interface JournalSession {
  /** Of the project. */
  readonly name: string;
  readonly changedAt: number;
  readonly isSaved: boolean;
  readonly missingImages: readonly string[];
  readonly handle?: FileSystemFileHandle;
  readonly journal: StoredJournal;
}

/** Bytes of values given to the database at once: copying them must not hold up the page. */
const batchBytes = 1 << 20;

/**
 * Sessions and their values in the browser's database; each page writes to its own. A lock held as long as the page lives tells others
 * that it does.
 */
export class JournalStore {
  readonly session: string;
  private readonly db: IDBDatabase;
  private readonly release: () => void;

  private constructor(db: IDBDatabase, session: string, release: () => void) {
    this.db = db;
    this.session = session;
    this.release = release;
  }

  static async open(): Promise<JournalStore> {
    const db = await openDatabase('brushwood-journal', ['sessions', 'values']);
    const session = Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('-');
    return new JournalStore(db, session, await holdLock(session));
  }

  /** Stores values under their numbers, some at a time, and takes them out of the list. */
  async putValues(unstored: Map<number, unknown>): Promise<void> {
    while (unstored.size > 0) {
      const batch = nextBatch(unstored);
      const transaction = this.db.transaction('values', 'readwrite', { durability: 'strict' });
      for (const [number, value] of batch) transaction.objectStore('values').put(value, [this.session, number]);
      await finished(transaction);
      for (const [number] of batch) unstored.delete(number);
    }
  }

  /** Stores the state of this page's session, and removes values that it no longer has. */
  async putSession(entry: JournalSession, dropped: readonly number[]): Promise<void> {
    const transaction = this.db.transaction(['sessions', 'values'], 'readwrite', { durability: 'strict' });
    transaction.objectStore('sessions').put(entry, this.session);
    for (const number of dropped) transaction.objectStore('values').delete([this.session, number]);
    await finished(transaction);
  }

  async readSession(id: string): Promise<JournalSession | undefined> {
    return (await resultOf(this.db.transaction('sessions').objectStore('sessions').get(id))) as
      | JournalSession
      | undefined;
  }

  async readValues(id: string): Promise<Map<number, unknown>> {
    const store = this.db.transaction('values').objectStore('values');
    const range = valuesOf(id);
    const [keys, values] = await Promise.all([resultOf(store.getAllKeys(range)), resultOf(store.getAll(range))]);
    return new Map(keys.map((key, i) => [(key as [string, number])[1], values[i]]));
  }

  /** The sessions of pages that are no more. */
  async endedSessions(): Promise<[id: string, session: JournalSession][]> {
    const store = this.db.transaction('sessions').objectStore('sessions');
    const [ids, sessions] = await Promise.all([resultOf(store.getAllKeys()), resultOf(store.getAll())]);
    const held = await heldSessions();
    return ids
      .map((id, i): [string, JournalSession] => [String(id), sessions[i] as JournalSession])
      .filter(([id]) => !held.has(id) && id !== this.session);
  }

  async remove(id: string): Promise<void> {
    const transaction = this.db.transaction(['sessions', 'values'], 'readwrite');
    transaction.objectStore('sessions').delete(id);
    transaction.objectStore('values').delete(valuesOf(id));
    await finished(transaction);
  }

  close(): void {
    this.db.close();
    this.release();
  }
}

/**
 * Can pages that ended be told from those that live? Not where a page is served without security, which has no locks: then nothing
 * is removed but what the user says.
 */
export function canTellEnded(): boolean {
  return navigator.locks !== undefined;
}

const lockName = (session: string) => `brushwood-journal ${session}`;

/** Holds a lock until it is released or the page ends. */
async function holdLock(session: string): Promise<() => void> {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  if (canTellEnded()) {
    await new Promise<void>((resolve) => {
      void navigator.locks.request(lockName(session), () => {
        resolve();
        return held;
      });
    });
  }
  return release;
}

async function heldSessions(): Promise<Set<string>> {
  const { held = [] } = canTellEnded() ? await navigator.locks.query() : {};
  const prefix = lockName('');
  const names = held.map(({ name = '' }) => name).filter((name) => name.startsWith(prefix));
  return new Set(names.map((name) => name.slice(prefix.length)));
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
