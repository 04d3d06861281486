import { describe, it } from 'vitest';
import type { ImageLocation } from '../contracts/image-location.ts';
import type { StorageFormat } from '../contracts/storage-format.ts';
import { BrushwoodError, throwIfAborted } from '../errors.ts';
import type { Dtype } from '../grid/dtype.ts';
import { kitChecks } from './kit-checks.ts';
import { memoryFormat } from './memory-format.ts';
import { MemoryStore } from './memory-store.ts';
import { randomTensor } from './random.ts';
import { storageFormatChecks, type StorageFormatSubject } from './storage-format-checks.ts';

const writeDtypes: readonly Dtype[] = ['uint8', 'float32'];
const sample: ImageLocation = { path: 'a.memory', innerPath: 'raw' };

/** A format that writes two dtypes, in a store with one image of two datasets. */
function subject(
  fault: (format: StorageFormat, store: MemoryStore) => Partial<StorageFormat> = () => ({}),
): StorageFormatSubject {
  const store = new MemoryStore();
  for (const name of ['a.memory/raw', 'a.memory/other']) {
    const tensor = randomTensor('uint8', [1, 2, 1, 5, 7], 1);
    store.images.set(name, {
      spec: { axes: 'cyx', shape: tensor.shape, dtype: 'uint8', content: 'intensity' },
      tensor,
    });
  }
  const memory = memoryFormat(store);
  const format: StorageFormat = {
    ...memory,
    supports: { ...memory.supports, writeDtypes },
    create: async (location, spec, options) => {
      if (!writeDtypes.includes(spec.dtype))
        throw new BrushwoodError('unsupported-dtype', `${spec.dtype} is not written.`);
      return memory.create!(location, spec, options);
    },
  };
  return {
    format: { ...format, ...fault(format, store) },
    sample,
    foreign: [{ path: 'notes.txt' }],
    missing: { path: 'missing.memory' },
    createLocation: (name) => ({ path: `${name}.memory` }),
  };
}

/** Writes a dtype although it is not declared, as bytes. */
const writingUndeclared = (dtype: Dtype) =>
  subject((format) => ({
    create: (location, spec, options) =>
      format.create!(location, spec.dtype === dtype ? { ...spec, dtype: 'uint8' } : spec, options),
  }));

const misreading = (dtype: Dtype) =>
  subject((format) => ({
    open: async (location, options) => {
      const source = await format.open(location, options);
      const isWrong = source.info.dtype === dtype && location.path.startsWith('format-check');
      return isWrong ? { ...source, info: { ...source.info, dtype: 'int64' } } : source;
    },
  }));

const probing = (path: string, answer: boolean) =>
  subject((format) => ({
    probe: async (location) => (location.path.startsWith(path) ? answer : format.probe(location)),
  }));

/** Gives the sample where the double should refuse to open. */
const openingAnyway = (
  isMeant: (location: ImageLocation, options: { axes?: string; signal?: AbortSignal }) => boolean,
) =>
  subject((format) => ({
    open: (location, options = {}) =>
      isMeant(location, options) ? format.open(sample) : format.open(location, options),
  }));

const undeclared: readonly Dtype[] = ['int8', 'uint16', 'int16', 'uint32', 'int32', 'uint64', 'int64', 'float64'];

describe('storageFormatChecks', () => {
  const checks = kitChecks<StorageFormatSubject>({
    kit: storageFormatChecks,
    correct: subject(),
    broken: {
      'the id is made of lower-case words': subject(() => ({ id: 'My Format' })),
      'extensions are lower case and begin with a dot': subject(() => ({ extensions: ['memory'] })),
      'declared support agrees with the methods there are': {
        ...subject(),
        createLocation: undefined,
        format: readOnly(),
      },
      'its own image is recognised': probing('a.memory', false),
      'foreign files are not taken for its own': probing('notes', true),
      'a missing file is not taken for its own': probing('missing', true),
      'its own image opens and reads': subject((format) => ({
        open: async (location, options) => {
          const source = await format.open(location, options);
          return location.path === sample.path ? { ...source, read: () => Promise.reject(new Error('no')) } : source;
        },
      })),
      'opening a missing file is refused': openingAnyway(({ path }) => path.startsWith('missing')),
      'a signal that has fired rejects opening': openingAnyway((_, { signal }) => signal?.aborted === true),
      'axes that are given override those of the file': openingAnyway((_, { axes }) => axes?.length === 3),
      'axes that do not fit the file are refused': openingAnyway((_, { axes }) => axes?.length === 4),
      'datasets are listed as they open': subject((format) => ({
        list: async (location) => (await format.list!(location)).map((entry) => ({ ...entry, shape: [1, 2, 3] })),
      })),
      'a missing dataset is refused': openingAnyway(({ innerPath }) => innerPath === 'no/such/dataset'),
      'writes uint8 as declared': misreading('uint8'),
      'writes float32 as declared': misreading('float32'),
      ...Object.fromEntries(
        undeclared.map((dtype) => [`refuses ${dtype}, which is not declared`, writingUndeclared(dtype)]),
      ),
      'an image it wrote is recognised': probing('format-check', false),
      'an existing image is not overwritten unasked': subject((format, store) => ({
        create: async (location, spec, options) => {
          throwIfAborted(options?.signal);
          if (!options?.overwrite && store.images.has(location.path)) return store.createSink(location.path, spec);
          return format.create!(location, spec, options);
        },
      })),
      'an existing image is replaced when asked': subject((format, store) => ({
        create: async (location, spec, options) => {
          const old = store.images.get(location.path);
          const sink = await format.create!(location, spec, options);
          const close = async () => {
            await sink.close();
            if (old) store.images.set(location.path, old);
          };
          const write: typeof sink.write = (roi, tensor) => sink.write(roi, tensor);
          return { spec, writeShape: sink.writeShape, write, close, abort: () => sink.abort() };
        },
      })),
      'an overwrite that is given up leaves the old image': subject((format, store) => ({
        create: async (location, spec, options) => {
          const sink = await format.create!(location, spec, options);
          const abort = async () => void store.images.delete(location.path);
          const write: typeof sink.write = (roi, tensor) => sink.write(roi, tensor);
          return { spec, writeShape: sink.writeShape, write, close: () => sink.close(), abort };
        },
      })),
      'a signal that has fired rejects creating': subject((format) => ({
        create: (location, spec, options) => format.create!(location, spec, { ...options, signal: undefined }),
      })),
    },
  });
  for (const check of checks) it(check.name, check.run);
});

/** Declares nothing to write with, but has a `create`. */
function readOnly(): StorageFormat {
  const { format } = subject();
  return { ...format, supports: { ...format.supports, write: false, writeDtypes: [] } };
}
