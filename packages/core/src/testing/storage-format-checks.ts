import type { ImageLocation } from '../contracts/image-location.ts';
import type { ImageSource } from '../contracts/image-source.ts';
import type { OpenImageOptions, StorageFormat } from '../contracts/storage-format.ts';
import { axisIndex, type Axis } from '../grid/axes.ts';
import { wholeRoi } from '../grid/roi.ts';
import {
  CheckFailure,
  expectError,
  expectThat,
  withExpectedFailures,
  type Check,
  type CheckKitOptions,
} from './check.ts';
import { withImage } from './open-and-close.ts';
import { writeChecks, type WritingSubject } from './storage-format-write-checks.ts';

export interface StorageFormatSubject extends WritingSubject, CheckKitOptions {
  /** An image of the format, not square; for containers the dataset included. */
  readonly sample: ImageLocation;
  /** Files of other kinds: text, another image format, an empty file, … */
  readonly foreign: readonly ImageLocation[];
  /** A place where nothing is. */
  readonly missing: ImageLocation;
}

/**
 * Checks of a `StorageFormat` itself: what it declares, recognises, opens and refuses. Its images are checked by
 * `imageSourceChecks` and `imageSinkChecks`. What `supports` declares not to be there is not checked.
 */
export function storageFormatChecks(subject: StorageFormatSubject): Check[] {
  const { format } = subject;
  const check = (name: string, run: () => Promise<void>): Check => ({ name, run });
  const checks = [
    check('the id is made of lower-case words', () => checkId(format)),
    check('extensions are lower case and begin with a dot', () => checkExtensions(format)),
    check('declared support agrees with the methods there are', () => checkSupport(subject)),
    ...(format.supports.read ? readChecks(subject) : []),
    ...(format.supports.read && format.supports.innerPaths ? containerChecks(subject) : []),
    ...(format.supports.read && format.supports.write ? writeChecks(subject) : []),
  ];
  return withExpectedFailures(checks, subject);
}

function readChecks({ format, sample, foreign, missing }: StorageFormatSubject): Check[] {
  const check = (name: string, run: () => Promise<void>): Check => ({ name, run });
  const signal = AbortSignal.abort();
  return [
    check('its own image is recognised', async () => {
      expectThat((await format.probe(sample)) === true, `probe("${sample.path}") is false.`);
    }),
    check('foreign files are not taken for its own', () => checkForeign(format, foreign)),
    check('a missing file is not taken for its own', async () => {
      expectThat((await format.probe(missing)) === false, `probe("${missing.path}") is true, but nothing is there.`);
    }),
    check('its own image opens and reads', () => withImage(format, sample, {}, readAll)),
    check('opening a missing file is refused', () => expectRefusedOpen('not-found', format, missing)),
    check('a signal that has fired rejects opening', () => expectRefusedOpen('aborted', format, sample, { signal })),
    check('axes that are given override those of the file', () => checkAxesOverride(format, sample)),
    check('axes that do not fit the file are refused', () => checkWrongAxes(format, sample)),
  ];
}

function containerChecks({ format, sample }: StorageFormatSubject): Check[] {
  const inner: ImageLocation = { ...sample, innerPath: 'no/such/dataset' };
  return [
    { name: 'datasets are listed as they open', run: () => checkList(format, sample) },
    { name: 'a missing dataset is refused', run: () => expectRefusedOpen('not-found', format, inner) },
  ];
}

async function checkId({ id, displayName }: StorageFormat): Promise<void> {
  expectThat(/^[a-z0-9]+([.-][a-z0-9]+)*$/.test(id), `The id is "${id}", expected lower-case words joined by hyphens.`);
  expectThat(displayName.trim() !== '', 'The displayName is blank.');
}

async function checkExtensions({ extensions }: StorageFormat): Promise<void> {
  expectThat(extensions.length > 0, 'There is no extension.');
  expectThat(new Set(extensions).size === extensions.length, `An extension repeats: ${extensions.join(', ')}.`);
  const wrong = extensions.find((extension) => !/^\.[a-z0-9.]+$/.test(extension));
  expectThat(wrong === undefined, `The extension "${wrong}" is not lower case after a dot.`);
}

async function checkSupport({ format, createLocation: place }: StorageFormatSubject): Promise<void> {
  const { write, writeDtypes, innerPaths } = format.supports;
  expectThat(write === (format.create !== undefined), `supports.write is ${write}, create is ${typeof format.create}.`);
  expectThat(write === writeDtypes.length > 0, `supports.write is ${write} with ${writeDtypes.length} dtypes.`);
  expectThat(!innerPaths || format.list, `supports.innerPaths is ${innerPaths}, list is ${typeof format.list}.`);
  expectThat(!write || place, 'The format writes: give createLocation, so that this can be checked.');
}

async function checkForeign(format: StorageFormat, foreign: readonly ImageLocation[]): Promise<void> {
  for (const location of foreign) {
    const isOwn = await format.probe(location).catch((cause: unknown) => {
      throw new CheckFailure(`probe("${location.path}") failed, expected false.`, { cause });
    });
    expectThat(isOwn === false, `probe("${location.path}") is true.`);
  }
}

async function readAll(source: ImageSource): Promise<void> {
  await source.read(wholeRoi(source.info.shape));
}

function expectRefusedOpen(
  code: 'aborted' | 'not-found' | 'axes-mismatch',
  format: StorageFormat,
  location: ImageLocation,
  options: OpenImageOptions = {},
): Promise<void> {
  const open = async () => (await format.open(location, options)).close();
  return expectError(code, open, `Opening "${location.path}"`);
}

/** With x and y exchanged, the image must come transposed. */
async function checkAxesOverride(format: StorageFormat, sample: ImageLocation): Promise<void> {
  let axes = '';
  const sizes = new Map<string, number>();
  await withImage(format, sample, {}, ({ info }) => {
    axes = [...info.fileAxes].map((axis) => (axis === 'x' ? 'y' : axis === 'y' ? 'x' : axis)).join('');
    [...info.fileAxes].forEach((axis, i) => sizes.set(axes[i]!, info.shape[axisIndex(axis as Axis)]));
  });
  await withImage(format, sample, { axes }, ({ info }) => {
    expectThat(info.fileAxes === axes, `Opened with the axes "${axes}", but fileAxes are "${info.fileAxes}".`);
    for (const [axis, size] of sizes) {
      const found = info.shape[axisIndex(axis as Axis)];
      expectThat(found === size, `With the axes "${axes}", ${axis} has ${found} voxels, expected ${size}.`);
    }
  });
}

async function checkWrongAxes(format: StorageFormat, sample: ImageLocation): Promise<void> {
  let axes = '';
  await withImage(format, sample, {}, ({ info }) => void (axes = info.fileAxes));
  await expectRefusedOpen('axes-mismatch', format, sample, { axes: `${axes}${axes.at(-1)}` });
}

async function checkList(format: StorageFormat, sample: ImageLocation): Promise<void> {
  const { innerPath: _, ...file } = sample;
  const datasets = (await format.list?.(file)) ?? [];
  expectThat(datasets.length > 0, `list("${file.path}") is empty.`);
  if (sample.innerPath !== undefined) {
    const isListed = datasets.some(({ innerPath }) => innerPath === sample.innerPath);
    expectThat(isListed, `list("${file.path}") lacks "${sample.innerPath}".`);
  }
  for (const { innerPath, shape } of datasets.filter(
    (entry) => entry.innerPath === (sample.innerPath ?? entry.innerPath),
  )) {
    await withImage(format, { ...file, innerPath }, {}, ({ info }) => {
      const found = [...info.fileAxes].map((axis) => info.shape[axisIndex(axis as Axis)]);
      expectThat(
        `${found}` === `${shape}`,
        `"${innerPath}" is listed with shape (${shape}), but opens with (${found}).`,
      );
    });
  }
}
