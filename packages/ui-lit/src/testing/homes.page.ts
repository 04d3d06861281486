import { createContainer, openImage, requestOf } from '@brushwood/core';
import { plugins } from '../plugins.ts';
import { BrowserHome, type ProjectFile } from '../storage/browser-home.ts';
import { RecentProjects } from '../storage/recent-projects.ts';

export { RecentProjects };
export { loadProject, makeProject } from './projects.page.ts';

export function homeOf(file: ProjectFile): BrowserHome {
  const { formats, projectStores } = createContainer(plugins).catalog;
  const openReference = (reference: Parameters<typeof requestOf>[0]) => openImage(formats, requestOf(reference));
  return new BrowserHome(file, { store: projectStores[0]!, openImage: openReference });
}

/** The handle of a file that the page keeps by itself: the same kind that a dialog gives, without the dialog. */
export async function privateFile(name: string): Promise<FileSystemFileHandle> {
  return (await navigator.storage.getDirectory()).getFileHandle(name, { create: true });
}
