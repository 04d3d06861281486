import { describe, it } from 'vitest';
import type { ImageSink, ImageSpec } from '../contracts/image-sink.ts';
import type { ResumeOptions } from '../contracts/storage-format.ts';
import { BrushwoodError, type ErrorCode } from '../errors.ts';
import { elementCount, shape5, type Shape5 } from '../grid/axes.ts';
import { roiShape, wholeRoi } from '../grid/roi.ts';
import { allocateTensor, copyBox, type Tensor } from '../grid/tensor.ts';
import type { OpenedSink } from './image-sink-checks.ts';
import { kitChecks } from './kit-checks.ts';
import { memoryImageSource } from './memory-image.ts';
import { resumableSinkChecks, type ResumableSinkSubject } from './resumable-sink-checks.ts';

const spec: ImageSpec = { axes: 'zyx', shape: [1, 1, 3, 5, 7], dtype: 'uint16', content: 'intensity' };
const unitShape: Shape5 = [1, 1, 3, 4, 4];
const unitCount = 4;

/** An image that several runs write. */
interface SharedImage {
  readonly tensor: Tensor;
  /** Voxels that came, by the start of the unit. */
  readonly filled: Map<string, number>;
  readonly runs: Set<ResumeOptions>;
  fingerprint: string | undefined;
  isFinished: boolean;
}

interface Faults {
  /** Rules that are left out. */
  readonly forgives?: ErrorCode;
  readonly isDone?: () => boolean;
  /** Runs that may go on at the same time although they should not, or must not although they may. */
  readonly mayJoin?: (running: ResumeOptions, added: ResumeOptions) => boolean | undefined;
  /** Ends that lose what was written. */
  readonly losesAt?: 'abort' | 'suspend';
}

function subject(faults: Faults = {}): ResumableSinkSubject {
  const images = new Map<string, SharedImage>();
  return {
    spec,
    async create(name, resume): Promise<OpenedSink> {
      const image = images.get(name) ?? newImage();
      images.set(name, image);
      admit(image, resume, faults);
      return {
        sink: sinkOf(image, resume, faults),
        reopen: async () => (image.isFinished ? memoryImageSource(image.tensor) : undefined),
      };
    },
  };
}

function newImage(): SharedImage {
  const tensor = allocateTensor(spec.dtype, spec.shape);
  return { tensor, filled: new Map(), runs: new Set(), fingerprint: undefined, isFinished: false };
}

function fail(code: ErrorCode, { forgives }: Faults): void {
  if (code !== forgives) throw new BrushwoodError(code, `The image in memory says: ${code}.`);
}

function admit(image: SharedImage, resume: ResumeOptions, faults: Faults): void {
  for (const running of image.runs) {
    const [a, b] = [running.part, resume.part];
    const isFine = a !== undefined && b !== undefined && a.count === b.count && a.index !== b.index;
    if (!(faults.mayJoin?.(running, resume) ?? isFine)) fail('locked', faults);
  }
  image.fingerprint ??= resume.fingerprint;
  if (image.fingerprint !== resume.fingerprint) fail('other-settings', faults);
  image.runs.add(resume);
}

function sinkOf(image: SharedImage, resume: ResumeOptions, faults: Faults): ImageSink {
  const missing = (start: string, size: number) => size - (image.filled.get(start) ?? 0);
  const end = (loses: boolean) => {
    if (image.runs.delete(resume) && loses) image.filled.clear();
  };
  return {
    spec,
    writeShape: [1, 1, 1, 1, 1],
    unitShape,
    isDone: async (unit) => faults.isDone?.() ?? missing(unit.start.join(), elementCount(roiShape(unit))) === 0,
    async write(roi, tensor) {
      const start = shape5((i) => Math.floor(roi.start[i] / unitShape[i]) * unitShape[i]);
      if (roi.stop.some((stop, i) => stop > start[i]! + unitShape[i]!)) fail('invalid-roi', faults);
      copyBox(tensor, wholeRoi(tensor.shape), image.tensor, roi);
      image.filled.set(start.join(), (image.filled.get(start.join()) ?? 0) + elementCount(tensor.shape));
    },
    async close() {
      const filled = [...image.filled.values()].reduce((sum, count) => sum + count, 0);
      if (filled < elementCount(spec.shape) || image.filled.size < unitCount) fail('incomplete', faults);
      image.isFinished = true;
      end(false);
    },
    suspend: async () => end(faults.losesAt === 'suspend' && resume.part === undefined),
    abort: async () => end(faults.losesAt === 'abort' && resume.fingerprint === image.fingerprint),
  };
}

const both = (test: (running: ResumeOptions, added: ResumeOptions) => boolean, verdict: boolean) =>
  subject({ mayJoin: (running, added) => (test(running, added) ? verdict : undefined) });

describe('resumableSinkChecks', () => {
  const checks = kitChecks<ResumableSinkSubject>({
    kit: resumableSinkChecks,
    correct: subject(),
    broken: {
      'a unit is done when its last box has come': subject({ isDone: () => true }),
      'an aborted run can be continued': subject({ losesAt: 'abort' }),
      'a suspended run can be continued': subject({ losesAt: 'suspend' }),
      'an image that lacks a unit cannot be closed': subject({ forgives: 'incomplete' }),
      'a run with another fingerprint is refused': subject({ forgives: 'other-settings' }),
      'parts may be written at the same time, and in any order': both(
        ({ part }, added) => part?.count === 3 && added.part?.count === 3,
        false,
      ),
      'a box that reaches into two units is refused': subject({ forgives: 'invalid-roi' }),
      'a second run is refused': both((running, added) => !running.part && !added.part, true),
      'a second run of one part is refused': both(
        ({ part }, added) => part !== undefined && part.index === added.part?.index,
        true,
      ),
      'a run of the whole is refused while a part is written': both(
        ({ part }, added) => part !== undefined && !added.part,
        true,
      ),
      'a part is refused while the whole is written': both(
        ({ part }, added) => !part && added.part !== undefined,
        true,
      ),
      'a part of another number of parts is refused': both(
        ({ part }, added) => part?.count === 2 && added.part?.count === 3,
        true,
      ),
    },
  });
  for (const check of checks) it(check.name, check.run);
});
