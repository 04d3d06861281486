import { BrushwoodError, naturalOrder, stackName, type Catalog } from '@brushwood/core';
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { journalName, RunJournal } from '../batch/run-journal.ts';
import { isImageFolder } from '../image-file.ts';
import { expandGlob, isGlob } from './glob.ts';

/** Along which axis the files of a stack follow each other. */
export type StackAxis = 'z' | 't' | 'c';

export interface FindOptions {
  /** Look into the folders of folders too. */
  readonly recursive?: boolean;
  /** Each pattern or folder is one image of many files. */
  readonly stack?: StackAxis;
}

/** One image to work on: a path as the user would type it, or the files of a stack. */
export interface FoundInput {
  readonly path: string;
  readonly stack?: { readonly paths: readonly string[]; readonly axis: StackAxis };
}

export interface FoundInputs {
  readonly inputs: readonly FoundInput[];
  /** Files in the folders and patterns that an earlier run wrote, and which are therefore no inputs. */
  readonly ownOutputs: number;
}

/**
 * The images a command line names: files, URLs, patterns (which a shell did not expand), folders of images, and lists of all
 * these (`@list.txt`, one a line). Patterns and folders come in natural order, words in theirs.
 * @throws 'not-found' for a pattern, folder or list without an image
 */
export function findInputs(catalog: Catalog, words: readonly string[], options: FindOptions = {}): FoundInputs {
  const finder = new Finder(catalog, options);
  const inputs = words.flatMap((word) => finder.find(word));
  return { inputs, ownOutputs: finder.ownOutputs };
}

class Finder {
  ownOutputs = 0;
  private readonly catalog: Catalog;
  private readonly options: FindOptions;
  private readonly journal = new RunJournal();

  constructor(catalog: Catalog, options: FindOptions) {
    this.catalog = catalog;
    this.options = options;
  }

  find(word: string): readonly FoundInput[] {
    if (/^https?:\/\//.test(word)) return [{ path: word }];
    if (word.startsWith('@') && !existsSync(word)) return readList(word.slice(1)).flatMap((line) => this.find(line));
    const paths = this.filesOf(word);
    if (!paths) return [{ path: word }];
    const own = paths.filter((path) => !this.journal.owns(path));
    this.ownOutputs += paths.length - own.length;
    if (own.length === 0) throw nothingFound(word, paths.length);
    const { stack } = this.options;
    return stack ? [{ path: stackPath(own), stack: { paths: own, axis: stack } }] : own.map((path) => ({ path }));
  }

  /** Undefined for a word that names one image. */
  private filesOf(word: string): readonly string[] | undefined {
    if (existsSync(word)) {
      return isFolder(word) && !isImageFolder(this.catalog, word) ? this.imagesIn(word) : undefined;
    }
    return isGlob(word) ? expandGlob(word, { isWhole: (path) => this.isContainer(path) }) : undefined;
  }

  /** @param entered real paths of the folders searched so far: links may lead back to them */
  private imagesIn(folder: string, entered = new Set<string>()): string[] {
    const found: string[] = [];
    const real = realpathSync(folder);
    if (entered.has(real)) return found;
    entered.add(real);
    for (const name of readdirSync(folder).sort(naturalOrder)) {
      const path = join(folder, name);
      if (name.startsWith('.')) continue;
      if (this.isImage(path)) found.push(path);
      else if (this.options.recursive && isFolder(path)) found.push(...this.imagesIn(path, entered));
    }
    return found;
  }

  private isImage(path: string): boolean {
    const { formats, projectStores } = this.catalog;
    const name = path.toLowerCase();
    const endsLike = (extension: string) => name.endsWith(extension);
    if (projectStores.some((store) => store.extensions.some(endsLike))) return false;
    if (isFolder(path)) return isImageFolder(this.catalog, path);
    return formats.some((format) => format.supports.read && format.extensions.some(endsLike));
  }

  private isContainer(path: string): boolean {
    const name = path.toLowerCase();
    return this.catalog.formats.some(
      (format) => format.supports.innerPaths && format.extensions.some((extension) => name.endsWith(extension)),
    );
  }
}

/** A path for a stack that shows its name. */
function stackPath(paths: readonly string[]): string {
  return join(dirname(paths[0]!), stackName(paths.map((path) => basename(path))));
}

function readList(path: string): readonly string[] {
  if (!existsSync(path)) {
    throw new BrushwoodError('not-found', `There is no list "${path}". Check the path after @.`, { path });
  }
  const lines = readFileSync(path, 'utf8').split(/\r?\n/);
  return lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
}

function nothingFound(word: string, written: number): BrushwoodError {
  const isFolder = existsSync(word);
  const what = isFolder ? `The folder "${word}" holds no image` : `No file fits "${word}"`;
  const why =
    written > 0
      ? ` but the ${written} file(s) that Brushwood wrote there (see ${journalName})`
      : isFolder
        ? ' of a readable format (folders in it are searched with --recursive)'
        : '';
  return new BrushwoodError('not-found', `${what}${why}. Check the path.`, { path: word });
}

function isFolder(path: string): boolean {
  // A link may lead nowhere, or to itself.
  return existsSync(path) && statSync(path).isDirectory();
}
