import { openImage, outputFormat, type Catalog, type ImageSpec, type Scratch } from '@brushwood/core';
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { makeFolderOf } from '../output-file.ts';

/** A hidden file beside the output, uncompressed, so that boxes of it are read cheaply. */
export async function labelScratch(
  catalog: Catalog,
  target: string,
  { spec, signal }: { spec: ImageSpec; signal?: AbortSignal },
): Promise<Scratch> {
  const name = `.${basename(target)}.${randomUUID().slice(0, 8)}.npy`;
  const path = join(dirname(target), name);
  makeFolderOf(path);
  // A TIFF or PNG may lack axes that have one entry; here all have a place.
  const whole: ImageSpec = { ...spec, axes: 'tczyx' };
  const sink = await outputFormat(catalog.formats, { path }).create!({ path }, whole, { signal });
  return {
    sink,
    open: () => openImage(catalog.formats, { location: { path }, axes: whole.axes }, { signal }),
    remove: () => rm(path, { force: true }),
  };
}
