import type { ImageLocation } from '../contracts/image-location.ts';
import type { ImageSpec } from '../contracts/image-sink.ts';
import type { ImageSource } from '../contracts/image-source.ts';
import type { CreateImageOptions, OpenImageOptions, StorageFormat } from '../contracts/storage-format.ts';
import { axisIndex, type Axis } from '../grid/axes.ts';
import { dtypes, type Dtype } from '../grid/dtype.ts';
import { wholeRoi } from '../grid/roi.ts';
import { allocateTensor } from '../grid/tensor.ts';
import {
  CheckFailure,
  expectError,
  expectThat,
  withExpectedFailures,
  type Check,
  type CheckKitOptions,
} from './check.ts';
import { randomTensor } from './random.ts';

export interface StorageFormatSubject extends CheckKitOptions {
  readonly format: StorageFormat;
  /** An image of the format, not square; for containers the dataset included. */
  readonly sample: ImageLocation;
  /** Files of other kinds: text, another image format, an empty file, … */
  readonly foreign: readonly ImageLocation[];
  /** A place where nothing is. */
  readonly missing: ImageLocation;
  /** A place for a new image, needed if the format writes. `name` differs from call to call and suits file names. */
  createLocation?(name: string): ImageLocation | Promise<ImageLocation>;
  /** What to write, all but the dtype; default: a flat image of 6 × 5 voxels. */
  readonly spec?: Omit<ImageSpec, 'dtype'>;
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

function writeChecks(subject: StorageFormatSubject): Check[] {
  const { format } = subject;
  let created = 0;
  const place = () => createLocation(subject, `format-check-${created++}`);
  const check = (name: string, body: (location: ImageLocation) => Promise<void>): Check => ({
    name,
    run: async () => body(await place()),
  });
  const specOf = (dtype: Dtype) => ({ ...defaultSpec, ...subject.spec, dtype });
  const spec = specOf(format.supports.writeDtypes[0] ?? 'uint8');
  const undeclared = dtypes.filter((dtype) => !format.supports.writeDtypes.includes(dtype));
  const signal = AbortSignal.abort();
  return [
    ...format.supports.writeDtypes.map((dtype) =>
      check(`writes ${dtype} as declared`, (location) => checkWrite(format, location, specOf(dtype))),
    ),
    ...undeclared.map((dtype) =>
      check(`refuses ${dtype}, which is not declared`, (location) =>
        expectError('unsupported-dtype', () => create(format, location, specOf(dtype)), `create with ${dtype}`),
      ),
    ),
    check('an image it wrote is recognised', (location) => checkWrittenProbe(format, location, spec)),
    check('an existing image is not overwritten unasked', (location) => checkNoOverwrite(format, location, spec)),
    check('an existing image is replaced when asked', (location) => checkOverwrite(format, location, spec)),
    check('an overwrite that is given up leaves the old image', (location) => checkGivenUp(format, location, spec)),
    check('a signal that has fired rejects creating', (location) =>
      expectError('aborted', () => create(format, location, spec, { signal }), 'create'),
    ),
  ];
}

const defaultSpec: Omit<ImageSpec, 'dtype'> = { axes: 'yx', shape: [1, 1, 1, 6, 5], content: 'intensity' };

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

async function withImage(
  format: StorageFormat,
  location: ImageLocation,
  options: OpenImageOptions,
  body: (source: ImageSource) => Promise<void> | void,
): Promise<void> {
  const source = await format.open(location, options);
  try {
    await body(source);
  } finally {
    await source.close();
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

async function createLocation(subject: StorageFormatSubject, name: string): Promise<ImageLocation> {
  const location = await subject.createLocation?.(name);
  if (!location) throw new CheckFailure('The format writes: give createLocation, so that this can be checked.');
  return location;
}

function create(format: StorageFormat, location: ImageLocation, spec: ImageSpec, options: CreateImageOptions = {}) {
  if (!format.create) throw new CheckFailure('The format declares that it writes, but has no create.');
  return format.create(location, spec, options);
}

/** Writes a random image in one box; small images are a single unit of writing. */
async function write(
  format: StorageFormat,
  location: ImageLocation,
  { spec, seed, overwrite }: { spec: ImageSpec; seed: number; overwrite?: boolean },
): Promise<void> {
  const sink = await create(format, location, spec, { overwrite });
  await sink.write(wholeRoi(spec.shape), randomTensor(spec.dtype, spec.shape, seed));
  await sink.close();
}

async function expectContent(
  format: StorageFormat,
  location: ImageLocation,
  spec: ImageSpec,
  seed: number,
): Promise<void> {
  const expected = randomTensor(spec.dtype, spec.shape, seed).data;
  await withImage(format, location, {}, async (source) => {
    const { data } = await source.read(wholeRoi(spec.shape));
    expectThat(`${data}` === `${expected}`, `"${location.path}" does not hold the image that was written to it.`);
  });
}

async function checkWrite(format: StorageFormat, location: ImageLocation, spec: ImageSpec): Promise<void> {
  await write(format, location, { spec, seed: 1 });
  await withImage(format, location, {}, ({ info }) => {
    expectThat(info.dtype === spec.dtype, `Wrote ${spec.dtype}, but the file opens as ${info.dtype}.`);
  });
}

async function checkWrittenProbe(format: StorageFormat, location: ImageLocation, spec: ImageSpec): Promise<void> {
  await write(format, location, { spec, seed: 1 });
  expectThat((await format.probe(location)) === true, 'probe of an image that the format wrote itself is false.');
}

async function checkNoOverwrite(format: StorageFormat, location: ImageLocation, spec: ImageSpec): Promise<void> {
  await write(format, location, { spec, seed: 1 });
  await expectError('already-exists', () => create(format, location, spec), 'create where an image is');
  await expectContent(format, location, spec, 1);
}

async function checkOverwrite(format: StorageFormat, location: ImageLocation, spec: ImageSpec): Promise<void> {
  await write(format, location, { spec, seed: 1 });
  await write(format, location, { spec, seed: 2, overwrite: true });
  await expectContent(format, location, spec, 2);
}

async function checkGivenUp(format: StorageFormat, location: ImageLocation, spec: ImageSpec): Promise<void> {
  await write(format, location, { spec, seed: 1 });
  const sink = await create(format, location, spec, { overwrite: true });
  await sink.write(wholeRoi(spec.shape), allocateTensor(spec.dtype, spec.shape));
  await sink.abort();
  await expectContent(format, location, spec, 1);
}
