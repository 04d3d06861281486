import type { Project } from '../project/project.ts';
import type { ImageReference } from '../project/lane.ts';
import type { ImageSource } from './image-source.ts';
import type { RunOptions } from './progress.ts';

/** A project file. In the browser `blob` holds it. */
export interface ProjectLocation {
  readonly path: string;
  readonly blob?: Blob;
}

export interface SaveOptions extends RunOptions {
  /** Opens images that are to be copied into the project. */
  openImage(reference: ImageReference): Promise<ImageSource>;
}

/** What a save came to. */
export interface SavedProject {
  /** As it is now kept: images that were copied in are looked for in the project file, `origin` is that file. */
  readonly project: Project;
  /** What could not be kept, or not in a way that ilastik understands. */
  readonly warnings: readonly string[];
  /** The file itself where there is no disk to write it to: in a browser. The images in it have it as their `blob`. */
  readonly blob?: Blob;
}

export interface ProjectStore {
  readonly id: string;
  readonly displayName: string;
  readonly extensions: readonly string[];
  probe(location: ProjectLocation): Promise<boolean>;
  /**
   * Reads a whole project. What can't be carried over is in `warnings`.
   * @throws 'not-found', 'broken-file', 'project-unsupported' (another workflow or version; says which), 'aborted'.
   */
  load(location: ProjectLocation, options?: RunOptions): Promise<{ project: Project; warnings: readonly string[] }>;
  /**
   * Writes the whole project next to the old file and renames it over; the previous generation stays as `NAME.bak`. In a browser it
   * is made in memory, `path` is only its name, and the caller puts the `blob` where it belongs; a linked image that has a `blob` or
   * `files` is noted by its `path`, relative to the project file unless that is absolute.
   * @throws 'project-incomplete' for a project that was not read completely, 'locked', 'write-failed', 'aborted'; in
   * every case the file on disk is what it was.
   */
  save(project: Project, location: ProjectLocation, options: SaveOptions): Promise<SavedProject>;
  /**
   * Takes the write lock of a project until released. Other processes' `lock` rejects with 'locked' and says who holds
   * it; a lock whose process is gone is taken over.
   */
  lock(location: ProjectLocation): Promise<{ release(): Promise<void> }>;
}
