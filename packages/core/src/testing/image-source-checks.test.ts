import { describe, it } from 'vitest';
import type { ImageInfo, ImageSource, ReadOptions } from '../contracts/image-source.ts';
import type { Shape5 } from '../grid/axes.ts';
import { elementCount } from '../grid/axes.ts';
import { roiShape, type Roi } from '../grid/roi.ts';
import { cropTensor, type Tensor } from '../grid/tensor.ts';
import { imageSourceChecks, type ImageSourceSubject } from './image-source-checks.ts';
import { kitChecks } from './kit-checks.ts';
import { memoryImageSource } from './memory-image.ts';
import { randomTensor } from './random.ts';

const whole = randomTensor('uint16', [2, 3, 7, 21, 26], 1);
const coarse = randomTensor('uint16', [2, 3, 7, 11, 13], 2);
const options = { chunkShape: [1, 1, 4, 8, 8] as Shape5, coarserLevels: [coarse] };
const openCorrect = () => memoryImageSource(whole, options);

type Read = ImageSource['read'];
type Wrap = (source: ImageSource, read: Read) => Partial<ImageSource>;

function broken(wrap: Wrap): ImageSourceSubject {
  return {
    whole,
    open: async () => {
      const source = openCorrect();
      return { ...source, ...wrap(source, source.read) };
    },
  };
}

/** Flips the first value of the boxes that `isWrong` names. */
function brokenValues(isWrong: (roi: Roi, options: ReadOptions) => boolean): ImageSourceSubject {
  return broken((_, read) => ({
    read: async (roi, options = {}) => {
      const tensor = await read(roi, options);
      if (isWrong(roi, options)) tensor.data[0] = Number(tensor.data[0]) ^ 1;
      return tensor;
    },
  }));
}

const count = (roi: Roi) => elementCount(roiShape(roi));
const isWhole = (roi: Roi) => count(roi) === whole.data.length;
const touchesEnd = (roi: Roi) => roi.stop[4] === 26 && !isWhole(roi);
const isInOneChunk = (roi: Roi) => Math.floor(roi.start[4] / 8) === Math.floor((roi.stop[4] - 1) / 8);
const withInfo = (change: Partial<ImageInfo>) => broken((source) => ({ info: { ...source.info, ...change } }));

/** Only whole images read once: a fault that a check of the crops does not meet. */
function brokenSharedResult(): ImageSourceSubject {
  let shared: Tensor | undefined;
  return broken((_, read) => {
    shared = undefined;
    return {
      read: async (roi, options) =>
        isWhole(roi) && !options?.level ? (shared ??= await read(roi, options)) : read(roi, options),
    };
  });
}

function brokenParallelReads(): ImageSourceSubject {
  return broken((_, read) => {
    let last: Roi | undefined;
    return {
      read: async (roi, options) => {
        if (options?.signal || options?.level) return read(roi, options);
        last = roi;
        const tensor = await read(roi, options);
        return last === roi ? tensor : { ...tensor, data: tensor.data.slice().fill(0 as never) };
      },
    };
  });
}

function brokenSharedHandle(): ImageSourceSubject {
  let openCount = 0;
  let closed: number[] = [];
  return {
    whole,
    open: async () => {
      const source = openCorrect();
      const id = openCount++;
      return {
        ...source,
        read: (roi, options) =>
          closed.some((other) => other > id) ? Promise.reject(new Error('handle is gone')) : source.read(roi, options),
        close: async () => {
          closed = [...closed, id];
          await source.close();
        },
      };
    },
  };
}

describe('imageSourceChecks', () => {
  const checks = kitChecks<ImageSourceSubject>({
    kit: imageSourceChecks,
    correct: { whole, open: async () => openCorrect() },
    broken: {
      'info is consistent': withInfo({ fileAxes: 'tczyy' }),
      'dtype and shape are as info says': broken((_, read) => ({
        read: async (roi, options) => {
          const tensor = await read(roi, options);
          return { ...tensor, data: Float32Array.from(tensor.data as Uint16Array) };
        },
      })),
      'the whole image has the known values': brokenValues((roi, { level }) => isWhole(roi) && !level),
      'a box inside one chunk equals the crop of the whole': brokenValues(
        (roi, { level }) => isInOneChunk(roi) && count(roi) > 1 && !touchesEnd(roi) && !level,
      ),
      'a box across chunk borders equals the crop of the whole': brokenValues(
        (roi, { level }) => !isInOneChunk(roi) && !isWhole(roi) && !touchesEnd(roi) && !level,
      ),
      'a box of one voxel equals the crop of the whole': brokenValues((roi, { level }) => count(roi) === 1 && !level),
      'a box at the end of the image equals the crop of the whole': brokenValues((roi) => touchesEnd(roi)),
      'every coarser level has its shape, and boxes of it are crops': brokenValues(
        (roi, { level }) => level === 1 && count(roi) !== coarse.data.length,
      ),
      'a box outside the image is refused': broken((_, read) => ({
        read: (roi, options) => (roi.stop[3] === 0 ? Promise.resolve(cropTensor(whole, roi)) : read(roi, options)),
      })),
      'a level that does not exist is refused': broken((_, read) => ({
        read: (roi, options) => read(roi, options?.level === 2 ? { ...options, level: 0 } : options),
      })),
      'a signal that has fired already rejects a read': broken((_, read) => ({
        read: (roi, options) => read(roi, options?.signal?.aborted ? { level: options.level } : options),
      })),
      'a signal that fires during a read rejects it': broken((_, read) => ({
        read: (roi, options) => read(roi, options?.signal?.aborted ? options : { level: options?.level }),
      })),
      'a source is usable after an aborted read': broken((source, read) => ({
        read: (roi, options) => {
          options?.signal?.addEventListener('abort', () => void source.close());
          return read(roi, options);
        },
      })),
      'parallel reads give what single reads give': brokenParallelReads(),
      'a result is a copy': brokenSharedResult(),
      'a read after close is refused': broken(() => ({ close: async () => undefined })),
      'closing twice is allowed': broken((source) => {
        let isClosed = false;
        return {
          close: async () => {
            if (isClosed) throw new Error('closed already');
            isClosed = true;
            await source.close();
          },
        };
      }),
      'closing one source leaves another of the same image open': brokenSharedHandle(),
    },
  });
  for (const check of checks) it(check.name, check.run);
});
