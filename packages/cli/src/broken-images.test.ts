import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeBrokenImages } from './testing/broken-images.ts';
import { complaintsAbout, type FailedCommand } from './testing/failed-command.ts';
import { writeProject } from './testing/sample-project.ts';
import { removeFolder, temporaryFolder } from './testing/temporary-folder.ts';

let folder: string;
beforeAll(async () => {
  folder = await temporaryFolder();
  await writeBrokenImages(folder);
  await writeProject(join(folder, 'p.ilp'), { image: join(folder, 'gray.png') });
  for (const name of ['variants.h5', 'elsewhere.h5', 'elsewhere.raw']) {
    await copyFile(fileURLToPath(new URL(`../../../fixtures/hdf5/${name}`, import.meta.url)), join(folder, name));
  }
});
afterAll(() => removeFolder(folder));

const create = (image: string) => ['create', 'new.ilp', '--image', image];
const predict = (image: string) => ['predict', 'p.ilp', image, '-o', 'out.npy'];

/** What is said of a file that ends too early, by its kind: what was found, and what to do. */
const cutOff: Record<string, readonly (string | RegExp)[]> = {
  png: ['cannot be read as PNG', 'truncated or damaged; copy or export it again'],
  jpg: ['cannot be read as JPEG', 'truncated or damaged; copy or export it again'],
  bmp: ['cannot be read as BMP', 'truncated or damaged; copy or export it again'],
  tif: ['is truncated or damaged', 'Copy or export the file again'],
  npy: [/is truncated|cannot be read as \.npy/, /Copy or save it again|the file ends after 9 bytes/],
  h5: ['cannot be read as HDF5', 'use a good copy of it'],
};
/** What is said of a file that is something else than its name says. */
const otherContent: Record<string, readonly (string | RegExp)[]> = {
  png: ['cannot be read as PNG', 'copy or export it again'],
  jpg: ['cannot be read as JPEG', 'copy or export it again'],
  bmp: ['cannot be read as BMP', 'copy or export it again'],
  tif: ['is not a TIFF file', 'export the image again'],
  npy: ['cannot be read as .npy', 'save the array again'],
  h5: ['is not an HDF5 file', 'copy it again'],
};

const cutRows = Object.keys(cutOff).flatMap((ending): FailedCommand[] => {
  const says = [ending, ...cutOff[ending]!];
  return [
    {
      what: `an empty .${ending}`,
      args: create(`empty.${ending}`),
      exitCode: 1,
      says: ['is empty', 'export the image'],
    },
    { what: `a text named .${ending}`, args: create(`text.${ending}`), exitCode: 1, says: otherContent[ending]! },
    { what: `the first 9 bytes of a .${ending}`, args: create(`start.${ending}`), exitCode: 1, says },
    { what: `half a .${ending}`, args: predict(`half.${ending}`), exitCode: 1, says, code: 'broken-file' },
    { what: `a .${ending} without its last bytes`, args: create(`most.${ending}`), exitCode: 1, says },
  ];
});

const contentRows: FailedCommand[] = [
  {
    what: 'a TIFF that claims ten thousand million pixels',
    args: create('claims.tif'),
    exitCode: 1,
    says: ['claims 100000 × 100000 pixels', 'the file ends after 222 bytes'],
    code: 'broken-file',
  },
  {
    what: 'a .npy that claims 80 TB',
    args: predict('claims.npy'),
    exitCode: 1,
    says: ['shape (100000, 100000, 1000)', 'but the file has 228'],
  },
  {
    what: 'a TIFF whose directory is cut',
    args: create('cut-directory.tif'),
    exitCode: 1,
    says: ['is truncated or damaged', 'Copy or export the file again'],
  },
  {
    what: 'a .zarr folder with nothing in it',
    args: create('nothing.zarr'),
    exitCode: 1,
    says: ['holds no image', 'Name the array'],
  },
  {
    what: 'a .zarr folder whose metadata is cut',
    args: create('broken.zarr'),
    exitCode: 1,
    says: ['cannot be read as Zarr', '.zarray is not JSON'],
  },
  { what: 'a TIFF of half a strip', args: predict('no-strip.tif'), exitCode: 1, says: ['claims 40 × 30 pixels'] },
  {
    what: 'a .npy of pickled objects',
    args: create('pickle.npy'),
    exitCode: 1,
    says: ['pickled Python objects', 'never opened', 'Save a plain array'],
  },
  {
    what: 'a .npy of complex numbers',
    args: create('complex.npy'),
    exitCode: 1,
    says: ['"<c8"', 'Convert it'],
    code: 'unsupported-dtype',
  },
  { what: 'a .npy whose header has no shape', args: create('no-shape.npy'), exitCode: 1, says: ['must hold', 'shape'] },
  { what: 'a .npy of one axis', args: create('vector.npy'), exitCode: 1, says: ['2 to 5 axes', '(100)'] },
  { what: 'a .npy without a pixel', args: create('no-pixel.npy'), exitCode: 1, says: ['is empty', '(0, 10)'] },
  { what: 'an image that holds NaN', args: predict('nan.npy'), exitCode: 1, says: ['NaN', 'y=15 x=15', 'replace'] },
  {
    what: 'an image that holds an infinite value',
    args: predict('infinite.npy'),
    exitCode: 1,
    says: ['Infinity', 'y=0 x=7', 'replace'],
    code: 'not-finite',
  },
  {
    what: 'an image of one pixel',
    args: predict('dot.npy'),
    exitCode: 1,
    says: ['has 1 voxels along y', 'need at least 4', 'Untick this sigma'],
    code: 'image-too-small',
  },
  {
    what: 'an image with other channels than the training images',
    args: predict('colour.npy'),
    exitCode: 1,
    says: ['trained on 3 features', 'with 3 channel(s) gives 9', '--channels'],
    code: 'shape-mismatch',
  },
];

const nameRows: FailedCommand[] = [
  { what: 'a folder as image', args: create('folder'), exitCode: 1, says: ['is a folder', 'folder/*.tif'] },
  {
    what: 'an image that does not exist',
    args: create('missing.tif'),
    exitCode: 1,
    says: ['There is no file "missing.tif"', 'Check the path'],
    code: 'not-found',
  },
  { what: 'an input that does not exist', args: predict('missing.h5/data'), exitCode: 1, says: ['There is no file'] },
  { what: 'a dataset inside a PNG', args: create('gray.png/inside'), exitCode: 1, says: ['There is no file'] },
  {
    what: 'an HDF5 file with several datasets and none named',
    args: create('variants.h5'),
    exitCode: 1,
    says: ['several datasets: name one', 'axes/labels (2, 3, 4) uint8', 'Write "'],
    code: 'not-found',
  },
  {
    what: 'a dataset that does not exist',
    args: create('variants.h5/nothing'),
    exitCode: 1,
    says: ['has no dataset "nothing"', 'Its datasets: '],
  },
  {
    what: 'a group of an HDF5 file',
    args: create('variants.h5/native'),
    exitCode: 1,
    says: ['no dataset', 'variants.h5/native'],
  },
  {
    what: 'an HDF5 dataset that lies in another file',
    args: create('variants.h5/external-link'),
    exitCode: 1,
    says: ['is a link to another place', 'copy the data into one file'],
  },
  {
    what: 'an HDF5 link that leads nowhere',
    args: create('variants.h5/soft-broken'),
    exitCode: 1,
    says: ['is a link to another place'],
  },
  {
    what: 'an HDF5 dataset of compound values',
    args: predict('variants.h5/compound'),
    exitCode: 1,
    says: ['holds compound', 'Convert it first'],
  },
  {
    what: 'axes that are no axes',
    args: [...create('gray.png'), '--input-axes', 'yq'],
    exitCode: 2,
    says: ['one letter of t, c, z, y, x', 'got "yq"'],
    code: 'invalid-parameter',
  },
  {
    what: 'axes that name a letter twice',
    args: [...create('gray.png'), '--input-axes', 'yyx'],
    exitCode: 2,
    says: ['one letter', 'got "yyx"'],
  },
  {
    what: 'more axes than the image has',
    args: [...create('gray.png'), '--input-axes', 'zyx'],
    exitCode: 1,
    says: ['3 letters for 2 axes', '--input-axes yx'],
    code: 'axes-mismatch',
  },
];

describe.each([
  ['image files that are not whole', cutRows],
  ['image files that hold what is no image', contentRows],
  ['names of images', nameRows],
])('%s', (_, rows) => {
  for (const row of rows) it(row.what, async () => expect(await complaintsAbout(row, folder)).toEqual([]));
});
