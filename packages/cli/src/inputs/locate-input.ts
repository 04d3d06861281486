import { parseImagePath, type Catalog, type ImageLocation } from '@brushwood/core';
import { resolve } from 'node:path';
import { imageLocation } from '../image-file.ts';
import type { FoundInput } from './find-inputs.ts';

/** Where an input lies: one image, or the files of a stack as one. @throws 'not-found' for a missing file */
export function locateInput(catalog: Catalog, { path, stack }: FoundInput): ImageLocation {
  if (!stack) return imageLocation(catalog, path);
  const parts = stack.paths.map((file) => parseImagePath(file, catalog.formats));
  return {
    path: resolve(path),
    innerPath: parts[0]?.innerPath,
    stack: { paths: parts.map((part) => resolve(part.path)), axis: stack.axis },
  };
}
