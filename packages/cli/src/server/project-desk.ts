import {
  BrushwoodError,
  messageOf,
  type Catalog,
  type Project,
  type ProjectLocation,
  type ProjectStore,
} from '@brushwood/core';
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

function savedElsewhere(path: string): BrushwoodError {
  return new BrushwoodError(
    'other-settings',
    `"${path}" was saved from another window since this one loaded it. Save a copy, or reload the page to go on from what was saved.`,
    { path },
  );
}
