import { BrushwoodError } from '@brushwood/core';
import type { ClaimedImage, ImageClaim, ObjectFolder } from './object-folder.ts';

/** @throws {BrushwoodError} 'unsupported', always: a browser has no paths. */
export async function claimImage({ target }: ImageClaim): Promise<ClaimedImage> {
  throw noPaths(target);
}

/** @throws {BrushwoodError} 'unsupported', always. */
export function objectFolder(path: string): ObjectFolder {
  throw noPaths(path);
}

/** @throws {BrushwoodError} 'unsupported', always. */
export async function versionOfParents(path: string): Promise<2 | 3 | undefined> {
  throw noPaths(path);
}

function noPaths(path: string): BrushwoodError {
  return new BrushwoodError(
    'unsupported',
    `${path} cannot be written by its path in a browser. Choose another format, or use the brushwood command.`,
    { path },
  );
}
