import type { PipelineServices, WorkerPool } from '@brushwood/core';
import { ExportJobs } from './export-jobs.ts';
import { ImageService } from './image-service.ts';
import { openDesk, type OpenDeskOptions } from './open-desk.ts';
import type { ProjectDesk } from './project-desk.ts';
import { ServedImages } from './served-images.ts';
import { SharedFolders } from './shared-folders.ts';
import { startUiServer, type UiServer, type UiServerOptions } from './ui-server.ts';

type OwnParts = 'desk' | 'folders' | 'images' | 'reader' | 'exports';

export interface ServeOptions extends OpenDeskOptions, Omit<UiServerOptions, OwnParts> {
  /** Does the work of image tasks. */
  readonly pool: WorkerPool;
  /** Starts the workers of an export. */
  composeExports(): Promise<PipelineServices>;
}

/** A server of a project. `close` releases the project too. */
export interface ProjectServer extends UiServer {
  readonly desk: ProjectDesk;
}

/**
 * Opens what the command names and serves it.
 * @throws those of `openDesk` and `startUiServer`; nothing stays locked then
 */
export async function serveInputs(inputs: readonly string[], options: ServeOptions): Promise<ProjectServer> {
  const { catalog, pool } = options;
  const { desk, folders, release } = await openDesk(inputs, options);
  try {
    const shared = new SharedFolders(catalog, folders);
    const place = { folders: shared, path: desk.location.path };
    const exports = new ExportJobs({ ...place, compose: options.composeExports, onFault: options.onFault });
    const server = await startUiServer({
      ...options,
      desk,
      exports,
      folders: shared,
      images: new ServedImages(),
      reader: new ImageService(pool),
    });
    const close = async () => {
      try {
        await Promise.all([exports.close(), server.close()]);
      } finally {
        await release();
      }
    };
    return { ...server, desk, close };
  } catch (error) {
    await release();
    throw error;
  }
}
