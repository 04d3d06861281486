import type { ImageLocation } from '../contracts/image-location.ts';
import type { ImageSpec } from '../contracts/image-sink.ts';
import type { CreateImageOptions, StorageFormat } from '../contracts/storage-format.ts';
import { dtypes, type Dtype } from '../grid/dtype.ts';
import { wholeRoi } from '../grid/roi.ts';
import { allocateTensor } from '../grid/tensor.ts';
import { CheckFailure, expectError, expectThat, type Check } from './check.ts';
import { withImage } from './open-and-close.ts';
import { randomTensor } from './random.ts';

/** A format and where it may write. */
export interface WritingSubject {
  readonly format: StorageFormat;
  /** A place for a new image, needed if the format writes. `name` differs from call to call and suits file names. */
  createLocation?(name: string): ImageLocation | Promise<ImageLocation>;
  /** What to write, all but the dtype; default: a flat image of 6 × 5 voxels. */
  readonly spec?: Omit<ImageSpec, 'dtype'>;
}

/** The part of `storageFormatChecks` about formats that write. */
export function writeChecks(subject: WritingSubject): Check[] {
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

async function createLocation(subject: WritingSubject, name: string): Promise<ImageLocation> {
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
