import type { WorkerPool } from '@brushwood/core';
import { ImageService } from './image-service.ts';
import { openDesk, type OpenDeskOptions } from './open-desk.ts';
import type { ProjectDesk } from './project-desk.ts';
import { ServedImages } from './served-images.ts';
import { SharedFolders } from './shared-folders.ts';
import { startUiServer, type UiServer, type UiServerOptions } from './ui-server.ts';

type OwnParts = 'desk' | 'folders' | 'images' | 'reader';

export interface ServeOptions extends OpenDeskOptions, Omit<UiServerOptions, OwnParts> {
  /** Does the work of image tasks. */
  readonly pool: WorkerPool;
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
    const server = await startUiServer({
      ...options,
      desk,
      folders: new SharedFolders(catalog, folders),
      images: new ServedImages(),
      reader: new ImageService(pool),
    });
    const close = async () => {
      try {
        await server.close();
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
