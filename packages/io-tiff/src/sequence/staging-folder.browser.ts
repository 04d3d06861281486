import { BrushwoodError } from '@brushwood/core';
import type { StagingFolder, StagingOptions } from './staging-folder.ts';

/** @throws 'unsupported', always: a page saves single files. */
export async function createStagingFolder({ path }: StagingOptions): Promise<StagingFolder> {
  throw new BrushwoodError(
    'unsupported',
    `"${path}" is a sequence of files, which a page cannot save. Choose a format of one file, or use the brushwood command.`,
    { path },
  );
}
