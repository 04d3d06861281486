import { describe, expect, it } from 'vitest';
import type { BoxWriter, ImageSink, ImageSpec } from '../contracts/image-sink.ts';
import type { ImageSource } from '../contracts/image-source.ts';
import type { Shape5 } from '../grid/axes.ts';
import { BlockGrid } from '../grid/block-grid.ts';
import { wholeRoi, type Roi } from '../grid/roi.ts';
import type { Tensor } from '../grid/tensor.ts';
import { runChecks } from './check.ts';
import { imageSinkChecks, type ImageSinkSubject, type OpenedSink } from './image-sink-checks.ts';
import { kitChecks } from './kit-checks.ts';
import { MemoryStore } from './memory-store.ts';

const writeShape: Shape5 = [1, 2, 1, 4, 4];
const volume: ImageSpec = { axes: 'tczyx', shape: [2, 2, 3, 9, 10], dtype: 'uint16', content: 'intensity' };
const flat: ImageSpec = { axes: 'yxc', shape: [1, 2, 1, 5, 7], dtype: 'float32', content: 'probabilities' };

type Wrap = (sink: ImageSink, store: MemoryStore, name: string) => Partial<ImageSink>;

function subject(wrap: Wrap = () => ({}), wrapSource = (source: ImageSource) => source): ImageSinkSubject {
  return {
    specs: [volume, flat],
    create: async (spec, name): Promise<OpenedSink> => {
      const store = new MemoryStore();
      const sink = store.createSink(name, spec, writeShape);
      const bound: ImageSink = {
        spec,
        writeShape,
        write: (roi, tensor, options) => sink.write(roi, tensor, options),
        close: () => sink.close(),
        abort: () => sink.abort(),
      };
      return {
        sink: { ...bound, ...wrap(bound, store, name) },
        reopen: async () => {
          const source = store.open(name);
          return source && wrapSource(source);
        },
      };
    },
  };
}

/** A format whose sinks can be joined; `wrap` breaks the writers that join. */
function joinable(wrap: (writer: BoxWriter) => Partial<BoxWriter> = () => ({})): ImageSinkSubject {
  const sinks = new Map<string, ImageSink>();
  const plain = subject((sink, _store, name) => {
    sinks.set(name, sink);
    return { ticket: { formatId: 'memory', location: { path: name }, spec: sink.spec, state: {} } };
  });
  return {
    ...plain,
    join: async ({ location }) => {
      const sink = sinks.get(location.path)!;
      const writer: BoxWriter = {
        write: (roi, tensor, options) => sink.write(roi, tensor, options),
        close: async () => {},
      };
      return { ...writer, ...wrap(writer) };
    },
  };
}

const ignoring = (code: string) =>
  subject((sink) => ({
    write: (roi, tensor, options) =>
      sink.write(roi, tensor, options).catch((error: { code: string }) => {
        if (error.code !== code) throw error;
      }),
  }));

/** Loses the values `isLost` names when the image is read again. */
const losing = (isLost: (value: number) => boolean) =>
  subject(undefined, (source) => ({
    ...source,
    read: async (roi) => {
      const tensor = await source.read(roi);
      return { ...tensor, data: (tensor.data as Uint16Array).map((value) => (isLost(value) ? 7 : value)) };
    },
  }));

const withDtype = (dtype: string, found: 'int32') =>
  subject(undefined, (source) => ({
    ...source,
    info: source.info.dtype === dtype ? { ...source.info, dtype: found } : source.info,
  }));

/** Loses a box that does not follow the one before it, as a stream without seeking would. */
const inOrderOnly = subject((sink) => {
  const order = [...new BlockGrid(wholeRoi(sink.spec.shape), writeShape)].map((box) => `${box.start} ${box.stop}`);
  let next = 0;
  return {
    write: async (roi, tensor, options) => {
      const position = order.indexOf(`${roi.start} ${roi.stop}`);
      if (position <= next) await sink.write(roi, tensor, options);
      next = position + 1;
    },
  };
});

const keepingReferences = subject((sink) => {
  const kept: [Roi, Tensor][] = [];
  return {
    write: async (roi, tensor, options) => {
      await sink.write(roi, tensor, options);
      kept.push([roi, tensor]);
    },
    close: async () => {
      for (const [roi, tensor] of kept) await sink.write(roi, tensor);
      await sink.close();
    },
  };
});

const finishingEarly = subject((sink, store, name) => ({
  write: async (roi, tensor, options) => {
    await sink.write(roi, tensor, options);
    store.images.set(name, { spec: sink.spec, tensor: { data: new Uint16Array(1), shape: [1, 1, 1, 1, 1] } });
  },
  abort: async () => {
    await sink.abort();
    store.images.delete(name);
  },
}));

const abortingOnce = subject((sink) => {
  let isAborted = false;
  return {
    abort: async () => {
      if (isAborted) throw new Error('nothing to remove');
      isAborted = true;
      await sink.abort();
    },
  };
});

const abortingOnlyAfterSuccess = subject((sink) => {
  let failure: unknown;
  return {
    write: (roi, tensor, options) =>
      sink.write(roi, tensor, options).catch((error: unknown) => {
        failure = error;
        throw error;
      }),
    abort: async () => {
      if (failure) throw new Error('cannot abort', { cause: failure });
      await sink.abort();
    },
  };
});

/** Takes boxes although `end` was called. */
const openAfter = (end: 'close' | 'abort') =>
  subject((sink) => {
    let isOver = false;
    return {
      write: async (roi, tensor, options) => {
        if (!isOver) await sink.write(roi, tensor, options);
      },
      [end]: async () => {
        isOver = true;
        await sink[end]();
      },
    };
  });

describe('imageSinkChecks', () => {
  const checks = kitChecks<ImageSinkSubject>({
    kit: imageSinkChecks,
    correct: subject(),
    broken: {
      'round trip: uint16 tczyx (2, 2, 3, 9, 10)': withDtype('uint16', 'int32'),
      'round trip: float32 yxc (5, 7, 2)': withDtype('float32', 'int32'),
      'extreme values survive: uint16': losing((value) => value === 65535),
      'extreme values survive: float32': losing(Number.isNaN),
      'the sink keeps the spec it was made with': subject((sink) => ({ spec: { ...sink.spec, dtype: 'uint8' } })),
      'boxes may come in any order': inOrderOnly,
      'a written tensor may be reused': keepingReferences,
      'nothing looks finished before close': finishingEarly,
      'an aborted image never looks finished': subject((sink) => ({ abort: () => sink.close() })),
      'aborting twice is allowed': abortingOnce,
      'aborting after a failed write is allowed': abortingOnlyAfterSuccess,
      'a box outside the image is refused': subject((sink) => ({
        write: async (roi, tensor, options) => {
          if (roi.start.every((start) => start >= 0)) await sink.write(roi, tensor, options);
        },
      })),
      'a box that cuts a unit of writing is refused': subject((sink) => ({
        write: async (roi, tensor, options) => {
          if (roi.start[1] % 2 === 0) await sink.write(roi, tensor, options);
        },
      })),
      'a tensor of another shape than its box is refused': ignoring('shape-mismatch'),
      'a tensor of another dtype is refused': ignoring('unsupported-dtype'),
      'a signal that has fired rejects a write': ignoring('aborted'),
      'a write after close is refused': openAfter('close'),
      'a write after abort is refused': openAfter('abort'),
    },
  });
  for (const check of checks) it(check.name, check.run);
});

describe('imageSinkChecks of a format that can be joined', () => {
  const join = 'boxes written by threads that joined arrive';
  const outside = 'a joined thread is refused a box outside the image';
  const failures = async (kit: ImageSinkSubject) => {
    const outcomes = await runChecks(imageSinkChecks(kit));
    return outcomes.filter((outcome) => outcome.error).map((outcome) => outcome.name);
  };
  it('passes where every box arrives', async () => {
    expect(await failures(joinable())).toEqual([]);
  });
  it('finds writers whose boxes get lost', async () => {
    const losingBoxes = joinable((writer) => ({
      write: async (roi, tensor, options) => {
        if (roi.start[0] > 0) return;
        await writer.write(roi, tensor, options);
      },
    }));
    expect(await failures(losingBoxes)).toEqual([join]);
  });
  it('finds writers that accept a box outside the image', async () => {
    const careless = joinable((writer) => ({
      write: (roi, tensor, options) => writer.write(roi, tensor, options).catch(() => undefined),
    }));
    expect(await failures(careless)).toEqual([outside]);
  });
});
