import { openImage, outputFormat, type Catalog, type ImageSpec, type Scratch } from '@brushwood/core';
import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { makeFolderOf } from '../output-file.ts';

/** A hidden file beside the output, uncompressed, so that boxes of it are read cheaply. One that a killed run left is taken over. */
export async function labelScratch(
  catalog: Catalog,
  target: string,
  { spec, signal }: { spec: ImageSpec; signal?: AbortSignal },
): Promise<Scratch> {
  const name = `.${basename(target)}.scratch.npy`;
  const path = join(dirname(target), name);
  makeFolderOf(path);
  // A TIFF or PNG may lack axes that have one entry; here all have a place.
  const whole: ImageSpec = { ...spec, axes: 'tczyx' };
  const sink = await outputFormat(catalog.formats, { path }).create!({ path }, whole, { overwrite: true, signal });
  return {
    sink,
    open: () => openImage(catalog.formats, { location: { path }, axes: whole.axes }, { signal }),
    remove: () => rm(path, { force: true }),
  };
}
