import { BrushwoodError } from '../errors.ts';
import type { PageFolder } from './page-file.ts';

/**
 * The private file system of the page (OPFS).
 * @throws 'unsupported' where there is none: outside of a browser, and on pages that came over plain http from another computer
 */
export async function openPageStorage(): Promise<PageFolder> {
  const { navigator } = globalThis as { navigator?: { storage?: { getDirectory?(): Promise<PageFolder> } } };
  const { storage } = navigator ?? {};
  if (storage?.getDirectory) return storage.getDirectory();
  throw new BrushwoodError(
    'unsupported',
    'There is no private storage for files here: browsers keep it for pages of this computer and over https. Open the page so, or give the file itself.',
  );
}
