import {
  BrushwoodError,
  messageOf,
  type Catalog,
  type Project,
  type ProjectLocation,
  type ProjectStore,
} from '@brushwood/core';
import { existsSync } from 'node:fs';
import { join, parse } from 'node:path';
import { saveOptions } from '../project-file.ts';
import type { Report } from '../report.ts';

/** A project as it is on disk, with the number of its state. */
export interface ProjectState {
  readonly project: Project;
  /** Goes up with every save: a page that saves says which state it began from. */
  readonly revision: number;
  readonly warnings: readonly string[];
}

export interface DeskOptions {
  readonly catalog: Catalog;
  readonly store: ProjectStore;
  readonly location: ProjectLocation;
  readonly project: Project;
  readonly warnings: readonly string[];
  /** Why nothing can be saved; absent if it can. */
  readonly obstacle?: string;
  readonly report: Report;
}

/** The one project of a server: who saves, one at a time, and what was saved last. */
export class ProjectDesk {
  readonly location: ProjectLocation;
  readonly obstacle: string | undefined;
  private readonly options: DeskOptions;
  private current: ProjectState;
  private lastSave: Promise<unknown> = Promise.resolve();

  constructor(options: DeskOptions) {
    const { project, warnings, location, obstacle } = options;
    this.options = options;
    this.location = location;
    this.obstacle = obstacle;
    this.current = { project, warnings, revision: 1 };
  }

  get state(): ProjectState {
    return this.current;
  }

  /**
   * Writes the project to its file.
   * @param revision the state the project was made from; undefined overwrites any
   * @throws 'write-failed' if it cannot be written, 'other-settings' if another window has saved since
   */
  save(project: Project, revision?: number): Promise<ProjectState> {
    const save = this.lastSave.then(() => this.saveNow(project, revision));
    this.lastSave = save.catch(() => undefined); // its caller hears of the failure
    return save;
  }

  /**
   * Writes a project to a new file beside the server's own, which stays as it is.
   * @param projectAt the project, with images as a file at that path names them
   * @returns the path of the copy
   * @throws 'write-failed'
   */
  saveCopy(projectAt: (path: string) => Project): Promise<string> {
    const copy = this.lastSave.then(async () => {
      const { store, catalog, report } = this.options;
      const path = freePath(this.location.path);
      const saved = await store.save(projectAt(path), { path }, saveOptions(catalog, { report }));
      for (const warning of saved.warnings) report.warn(`${path}: ${warning}`);
      report.note(`Saved a copy: ${path}.`);
      return path;
    });
    this.lastSave = copy.catch(() => undefined); // its caller hears of the failure
    return copy;
  }

  /** When the save under way is done, if there is one. */
  async settled(): Promise<void> {
    await this.lastSave;
  }

  private async saveNow(project: Project, revision?: number): Promise<ProjectState> {
    const { store, catalog, report } = this.options;
    const { path } = this.location;
    if (this.obstacle !== undefined) throw new BrushwoodError('write-failed', this.obstacle, { path });
    if (revision !== undefined && revision !== this.current.revision) throw savedElsewhere(path);
    try {
      const saved = await store.save(project, this.location, saveOptions(catalog, { report }));
      for (const warning of saved.warnings) report.warn(`${path}: ${warning}`);
      this.current = { ...saved, revision: this.current.revision + 1 };
      report.note(`Saved ${path}.`);
      return this.current;
    } catch (error) {
      report.warn(`${path} was not saved: ${messageOf(error)}`);
      throw error;
    }
  }
}

/** `cells.ilp` → `cells-copy.ilp`, or with a number behind it. */
function freePath(path: string): string {
  const { dir, name, ext } = parse(path);
  for (let number = 1; ; number++) {
    const copy = join(dir, `${name}-copy${number > 1 ? number : ''}${ext}`);
    if (!existsSync(copy)) return copy;
  }
}

function savedElsewhere(path: string): BrushwoodError {
  return new BrushwoodError(
    'other-settings',
    `"${path}" was saved from another window since this one loaded it. Save a copy, or reload the page to go on from what was saved.`,
    { path },
  );
}
