import type { Project, SavedProject } from '@brushwood/core';

export type { SavedProject };

/** Where the project of the app lives: a file behind `brushwood ui`, a file of this computer, or the browser's own storage. */
export interface ProjectHome {
  /** Shown name, without folders. */
  readonly name: string;
  /** Can `save` write where the project came from, without asking for a place? */
  readonly canSaveInPlace: boolean;
  /** Undefined if there is no project yet. */
  load(): Promise<Project | undefined>;
  /** @throws 'locked', 'write-failed', 'project-incomplete'; what was saved before is kept */
  save(project: Project): Promise<SavedProject>;
}
