import { BrushwoodError, type PageFolder } from '@brushwood/core';

/**
 * The page's own file system (OPFS), in which files are written before they go where they belong.
 * @throws 'unsupported' for a page that is given none
 */
export async function privateFolder(): Promise<PageFolder> {
  // Both are there only for pages that came safely.
  const { storage, locks } = navigator as Partial<Navigator>;
  if (storage?.getDirectory && locks) return storage.getDirectory();
  throw new BrushwoodError(
    'unsupported',
    'This browser gives files only to https or localhost pages. Open Brushwood at its https address, or start "brushwood ui" on this computer.',
  );
}
