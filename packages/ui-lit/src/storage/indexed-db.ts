import { BrushwoodError, messageOf } from '@brushwood/core';

/** Opens a database of the page. @param stores names of its object stores, whose keys are given with every value */
export function openDatabase(name: string, stores: readonly string[]): Promise<IDBDatabase> {
  const opening = indexedDB.open(name, 1);
  opening.onupgradeneeded = () => {
    for (const store of stores) opening.result.createObjectStore(store);
  };
  return resultOf(opening);
}

export function resultOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('the browser gives no reason'));
  });
}

/** Resolves when what was asked of a transaction is on disk. */
export function finished(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error('the browser stopped it'));
  });
}

/** What went wrong in the browser's storage, for people. */
export function storageError(what: string, cause: unknown): BrushwoodError {
  const isFull = (cause as { name?: string } | undefined)?.name === 'QuotaExceededError';
  const reason = isFull ? "the browser's storage is full" : reasonOf(cause);
  const advice = isFull
    ? 'Save the project now, and free disk space or the data of other pages.'
    : 'Save the project now.';
  return new BrushwoodError('write-failed', `${what}: ${reason}. ${advice}`, {}, { cause });
}

/** The message of a foreign error, to be put into a sentence. */
export function reasonOf(cause: unknown): string {
  return messageOf(cause).replace(/\.$/, '');
}
