import {
  BrushwoodError,
  type ImageReference,
  type ImageSource,
  type Project,
  type ProjectStore,
  type SavedProject,
} from '@brushwood/core';
import { reasonOf } from './indexed-db.ts';
import { downloadFile } from './download-file.ts';
import type { ProjectHome } from './project-home.ts';

export interface BrowserHomeOptions {
  /** Reads and writes project files. */
  readonly store: ProjectStore;
  /** Opens images that are to be copied into the project. */
  openImage(reference: ImageReference): Promise<ImageSource>;
}

/** Where a project file comes from: a handle that can be written to, or a file that cannot. Neither: a new project. */
export interface ProjectFile {
  readonly name: string;
  readonly handle?: FileSystemFileHandle;
  readonly blob?: Blob;
}

/** Files of up to this size are copied when they are opened: embedded images stay readable when the file is saved over. */
const maxCopiedBytes = 512 << 20;
const fileTypes = [{ description: 'ilastik project', accept: { 'application/x-hdf5': ['.ilp'] } }];

interface SavePicker {
  showSaveFilePicker?(options: object): Promise<FileSystemFileHandle>;
}
interface PermittedHandle extends FileSystemFileHandle {
  queryPermission?(options: { mode: 'read' | 'readwrite' }): Promise<PermissionState>;
  requestPermission?(options: { mode: 'read' | 'readwrite' }): Promise<PermissionState>;
}

/**
 * A project in a file of this computer that the user chose. It is saved in place where the browser gives a handle, all of it or
 * nothing: the browser swaps the file when it is complete. Elsewhere a save is a download.
 */
export class BrowserHome implements ProjectHome {
  /** What had to be said about the file when it was loaded. */
  warnings: readonly string[] = [];
  private file: ProjectFile;
  private readonly options: BrowserHomeOptions;
  /** When the file was last changed, as far as this page knows. */
  private knownChange: number | undefined;
  /** Saves follow each other. */
  private lastSave: Promise<unknown> = Promise.resolve();

  constructor(file: ProjectFile, options: BrowserHomeOptions) {
    this.file = file;
    this.options = options;
  }

  get name(): string {
    return this.file.name;
  }

  /** With a handle only; else every save asks, or is a download. */
  get canSaveInPlace(): boolean {
    return this.file.handle !== undefined;
  }

  /** For the list of recent projects. */
  get handle(): FileSystemFileHandle | undefined {
    return this.file.handle;
  }

  /** @throws 'not-found' if the file may not be read any more, and what reading a project throws */
  async load(): Promise<Project | undefined> {
    const { name, handle } = this.file;
    const found = handle ? await readHandle(handle) : this.file.blob;
    if (!found) return undefined;
    if (found instanceof File && handle) this.knownChange = found.lastModified;
    const blob = found.size <= maxCopiedBytes ? new Blob([await bytesOf(found, name)]) : found;
    const { project, warnings } = await this.options.store.load({ path: name, blob });
    this.warnings = warnings;
    return project;
  }

  /**
   * Saves where the project is, or as a download.
   * @throws 'other-settings' if another window or program has changed the file since this page read it; 'write-failed', also if the
   * user does not permit it; 'project-incomplete'
   */
  save(project: Project): Promise<SavedProject> {
    return this.enqueue(() => this.saveTo(project, this.file));
  }

  /**
   * Saves to a place that the user chooses, which is the project's from then on; a download where the browser has no such dialog.
   * @returns undefined if the user chose none
   */
  async saveAs(project: Project): Promise<SavedProject | undefined> {
    const { showSaveFilePicker } = globalThis as SavePicker;
    if (!showSaveFilePicker) return this.enqueue(() => this.saveTo(project, { name: this.name }));
    let handle: FileSystemFileHandle;
    try {
      handle = await showSaveFilePicker.call(globalThis, { suggestedName: this.name, types: fileTypes });
    } catch (error) {
      if ((error as { name?: string }).name === 'AbortError') return undefined;
      throw cannotWrite(this.name, error);
    }
    return this.enqueue(async () => {
      this.knownChange = (await handle.getFile()).lastModified; // whatever is there, the user said to replace it
      const saved = await this.saveTo(project, { name: handle.name, handle });
      this.file = { name: handle.name, handle };
      return saved;
    });
  }

  private enqueue<T>(save: () => Promise<T>): Promise<T> {
    const result = this.lastSave.then(save);
    this.lastSave = result.catch(() => undefined); // its caller hears of the failure
    return result;
  }

  private async saveTo(project: Project, { name, handle }: ProjectFile): Promise<SavedProject> {
    if (handle) await this.checkWritable(handle);
    const saved = await this.options.store.save(project, { path: name }, { openImage: this.options.openImage });
    if (!saved.blob) throw cannotWrite(name, new Error('the project store gave no file'));
    if (!handle) {
      downloadFile(saved.blob, name);
      return saved;
    }
    await withFileLock(name, async () => {
      await this.checkUnchanged(handle);
      await writeHandle(handle, saved.blob!);
      this.knownChange = (await handle.getFile()).lastModified;
    });
    return saved;
  }

  private async checkWritable(handle: FileSystemFileHandle): Promise<void> {
    if (await isPermitted(handle, 'readwrite')) return;
    throw new BrushwoodError(
      'write-failed',
      `"${handle.name}" was not saved: the page may not write to it. Save again and allow it, or save under another name.`,
      { path: handle.name },
    );
  }

  private async checkUnchanged(handle: FileSystemFileHandle): Promise<void> {
    const { lastModified } = await handle.getFile().catch(() => ({ lastModified: this.knownChange })); // removed: made anew
    if (this.knownChange === undefined || lastModified === this.knownChange) return;
    throw new BrushwoodError(
      'other-settings',
      `"${handle.name}" was changed by another window or program since it was opened here. Save under another name to keep both.`,
      { path: handle.name },
    );
  }
}

/** Asks the user if need be, which a browser does only while it deals with a click or a key. */
async function isPermitted(handle: PermittedHandle, mode: 'read' | 'readwrite'): Promise<boolean> {
  const state = (await handle.queryPermission?.({ mode })) ?? 'granted';
  return state === 'granted' || (await handle.requestPermission?.({ mode })) === 'granted';
}

async function readHandle(handle: FileSystemFileHandle): Promise<File> {
  try {
    if (!(await isPermitted(handle, 'read'))) throw new Error('the page may not read it');
    return await handle.getFile();
  } catch (cause) {
    throw new BrushwoodError(
      'not-found',
      `"${handle.name}" cannot be read any more: ${reasonOf(cause)}. It was moved or removed, or the page lost its permission; open it again.`,
      { path: handle.name },
      { cause },
    );
  }
}

async function bytesOf(blob: Blob, name: string): Promise<ArrayBuffer> {
  try {
    return await blob.arrayBuffer();
  } catch (cause) {
    throw new BrushwoodError(
      'not-found',
      `"${name}" cannot be read any more: ${reasonOf(cause)}. It was moved or changed since it was chosen; open it again.`,
      { path: name },
      { cause },
    );
  }
}

/** The browser writes to a copy, and puts it in the place of the file when it is closed. */
async function writeHandle(handle: FileSystemFileHandle, blob: Blob): Promise<void> {
  let stream: FileSystemWritableFileStream | undefined;
  try {
    stream = await handle.createWritable({ keepExistingData: false });
    await stream.write(blob);
    await stream.close();
  } catch (cause) {
    await stream?.abort().catch(() => undefined); // it may be closed by the error already
    throw cannotWrite(handle.name, cause);
  }
}

/** Two tabs with one file write one after the other. Pages that are not served securely have no locks. */
async function withFileLock(name: string, work: () => Promise<void>): Promise<void> {
  if (!navigator.locks) return work();
  await navigator.locks.request(`brushwood-file ${name}`, work);
}

function cannotWrite(name: string, cause: unknown): BrushwoodError {
  return new BrushwoodError(
    'write-failed',
    `"${name}" was not saved: ${reasonOf(cause)}. The file is what it was; save under another name.`,
    { path: name },
    { cause },
  );
}
