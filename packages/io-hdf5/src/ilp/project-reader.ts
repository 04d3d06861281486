import { BrushwoodError, messageOf } from '@brushwood/core';
import type { ReadableHdf5 } from '../readable-hdf5.ts';

/** A project file that is being read, with what has to be said about it. */
export class ProjectReader {
  readonly file: ReadableHdf5;
  readonly warnings: string[] = [];
  isIncomplete = false;
  /** Was something in the file itself odd enough for a warning? */
  isOdd = false;

  constructor(file: ReadableHdf5) {
    this.file = file;
  }

  warn(text: string): void {
    this.isOdd = true;
    this.warnings.push(text);
  }

  /** A warning about what lies outside the file. */
  warnOfElsewhere(text: string): void {
    this.warnings.push(text);
  }

  /** Something of the user's could not be read: the project may be looked at, but never written over its file. */
  lose(part: string, cause: unknown): void {
    this.isIncomplete = true;
    this.warn(`${part} could not be read (${messageOf(cause)}). The project cannot be saved over its file.`);
  }

  /** A string, or undefined if there is none. */
  text(path: string): string | undefined {
    return this.texts(path)?.[0];
  }

  /** A list of strings, or undefined if there is none. */
  texts(path: string): string[] | undefined {
    return this.file.kind(path) === 'dataset' && this.file.dataset(path).isText ? this.file.readTexts(path) : undefined;
  }

  /** All values of a dataset of numbers, or undefined if there is none. */
  numbers(path: string): number[] | undefined {
    if (this.file.kind(path) !== 'dataset' || !this.file.dataset(path).dtype) return undefined;
    return Array.from(this.file.readNumbers(path) as Iterable<number | bigint>, Number);
  }

  flag(path: string): boolean | undefined {
    const value = this.numbers(path)?.[0];
    return value === undefined ? undefined : value !== 0;
  }

  /** Names of groups and datasets under a path, sorted by name; links out of the file are reported and left out. */
  names(path: string): string[] {
    const names = this.file.children(path || '/').filter((name) => {
      const full = path ? `${path}/${name}` : name;
      const kind = this.file.kind(full);
      if (kind === 'group' || kind === 'dataset') return true;
      this.warn(`"${full}" is not stored in the project file itself (${kind ?? 'unreadable'}); it is ignored.`);
      return false;
    });
    return names.sort();
  }

  unsupported(problem: string): BrushwoodError {
    const { path } = this.file.location;
    return new BrushwoodError('project-unsupported', `"${path}" ${problem}`, { path });
  }
}
