import type { ImageSource, ReadOptions } from '../contracts/image-source.ts';
import { coreAxes, elementCount, type Shape5 } from '../grid/axes.ts';
import { isDtype } from '../grid/dtype.ts';
import { roiShape, wholeRoi, type Roi } from '../grid/roi.ts';
import { cropTensor, tensorDtype, type Tensor } from '../grid/tensor.ts';
import {
  expectError,
  expectSameValues,
  expectThat,
  withExpectedFailures,
  type Check,
  type CheckKitOptions,
} from './check.ts';

export interface ImageSourceSubject extends CheckKitOptions {
  /** Opens the same image afresh. Every check opens and closes its own. */
  open(): Promise<ImageSource>;
  /** Level 0 as it must come out. Without it boxes are compared with the source's own whole image. */
  readonly whole?: Tensor;
}

type Body = (source: ImageSource, whole: Tensor) => Promise<void>;

/**
 * Checks of an `ImageSource`. Best given a small image with several chunks per axis whose last chunks are cut off, and
 * for multiscale formats two levels.
 */
export function imageSourceChecks(subject: ImageSourceSubject): Check[] {
  const check = (name: string, body: Body): Check => ({ name, run: () => withSource(subject, body) });
  const known = subject.whole;
  const checks = [
    check('info is consistent', checkInfo),
    check('dtype and shape are as info says', checkShapeAndDtype),
    ...(known ? [check('the whole image has the known values', (source) => checkKnownValues(source, known))] : []),
    check('a box inside one chunk equals the crop of the whole', boxCheck(boxInsideChunk)),
    check('a box across chunk borders equals the crop of the whole', boxCheck(boxAcrossChunks)),
    check('a box of one voxel equals the crop of the whole', boxCheck(oneVoxel)),
    check('a box at the end of the image equals the crop of the whole', boxCheck(boxAtEnd)),
    check('every coarser level has its shape, and boxes of it are crops', checkCoarserLevels),
    check('a box outside the image is refused', checkOutside),
    check('a level that does not exist is refused', checkUnknownLevel),
    check('a signal that has fired already rejects a read', checkAbortBefore),
    check('a signal that fires during a read rejects it', checkAbortDuring),
    check('a source is usable after an aborted read', checkUsableAfterAbort),
    check('parallel reads give what single reads give', checkParallel),
    check('a result is a copy', checkCopy),
    check('a read after close is refused', checkClosed),
    check('closing twice is allowed', (source) => source.close().then(() => source.close())),
    check('closing one source leaves another of the same image open', (source) => checkIndependence(subject, source)),
  ];
  return withExpectedFailures(checks, subject);
}

async function withSource(subject: ImageSourceSubject, body: Body): Promise<void> {
  const source = await subject.open();
  try {
    await body(source, subject.whole ?? (await source.read(wholeRoi(source.info.shape))));
  } finally {
    // A close that fails is the subject of "closing twice is allowed" and must not hide what went wrong before.
    await source.close().catch(() => undefined);
  }
}

async function checkInfo({ info }: ImageSource): Promise<void> {
  const { fileAxes, shape, levels } = info;
  const isAxes = [...fileAxes].every((axis) => coreAxes.includes(axis)) && new Set(fileAxes).size === fileAxes.length;
  expectThat(isAxes && fileAxes.includes('x') && fileAxes.includes('y'), `fileAxes are "${fileAxes}".`);
  [...coreAxes].forEach((axis, i) => {
    expectThat(fileAxes.includes(axis) || shape[i] === 1, `fileAxes "${fileAxes}" lack ${axis} of size ${shape[i]}.`);
  });
  expectThat(isDtype(info.dtype), `dtype is "${info.dtype}".`);
  expectThat(levels.length > 0, 'There is no level 0.');
  expectThat(isSame(levels[0]!.shape, shape), `Level 0 has shape (${levels[0]!.shape}), the image (${shape}).`);
  expectThat(
    isSame(levels[0]!.downsampling, [1, 1, 1, 1, 1]),
    `Level 0 is downsampled by (${levels[0]!.downsampling}).`,
  );
  levels.forEach((level, i) => {
    for (const sizes of [level.shape, level.chunkShape]) {
      const isValid = sizes.length === 5 && sizes.every((size) => Number.isInteger(size) && size >= 1);
      expectThat(isValid, `A shape of level ${i} is (${sizes}); five sizes of at least 1 are expected.`);
    }
    expectThat(
      level.downsampling.every((factor) => factor >= 1),
      `Level ${i} is downsampled by (${level.downsampling}).`,
    );
  });
}

async function checkShapeAndDtype(source: ImageSource): Promise<void> {
  const { shape, dtype } = source.info;
  for (const roi of [wholeRoi(shape), oneVoxel(shape)]) {
    const tensor = await source.read(roi);
    const expected = roiShape(roi);
    expectThat(isSame(tensor.shape, expected), `A read of shape (${expected}) came with shape (${tensor.shape}).`);
    expectThat(
      tensor.data.length === elementCount(expected),
      `Shape (${expected}) came with ${tensor.data.length} values.`,
    );
    expectThat(tensorDtype(tensor) === dtype, `info says ${dtype}, a read gave ${tensorDtype(tensor)}.`);
  }
}

async function checkKnownValues(source: ImageSource, whole: Tensor): Promise<void> {
  expectThat(isSame(source.info.shape, whole.shape), `info says (${source.info.shape}), known is (${whole.shape}).`);
  const found = await source.read(wholeRoi(source.info.shape));
  expectSameValues(found.data, whole.data, 'The whole image');
}

function boxCheck(box: (shape: Shape5, chunkShape: Shape5) => Roi): Body {
  return (source, whole) => checkBox(source, whole, box(source.info.shape, source.info.levels[0]!.chunkShape));
}

async function checkBox(source: ImageSource, whole: Tensor, roi: Roi, options?: ReadOptions): Promise<void> {
  const found = await source.read(roi, options);
  const expected = cropTensor(whole, roi);
  expectSameValues(found.data, expected.data, `The box (${roi.start}) to (${roi.stop})`);
}

/** As much of the second chunk (or only chunk) as leaves its first and last voxels out where it is long enough. */
function boxInsideChunk(shape: Shape5, chunkShape: Shape5): Roi {
  return roiOf(shape, (size, i) => {
    const chunk = Math.min(chunkShape[i]!, size);
    const start = 2 * chunk < size ? chunk : 0;
    return chunk > 3 ? [start + 1, start + chunk - 1] : [start, start + Math.max(1, chunk - 1)];
  });
}

/** From the middle of the first chunk to the voxel before the image's last one. */
function boxAcrossChunks(shape: Shape5, chunkShape: Shape5): Roi {
  return roiOf(shape, (size, i) => {
    const start = Math.min(Math.floor(Math.min(chunkShape[i]!, size) / 2), Math.max(0, size - 2));
    return [start, Math.max(start + 1, size - 1)];
  });
}

function oneVoxel(shape: Shape5): Roi {
  return roiOf(shape, (size) => [Math.floor(size / 2), Math.floor(size / 2) + 1]);
}

function boxAtEnd(shape: Shape5): Roi {
  return roiOf(shape, (size) => [Math.max(0, size - 3), size]);
}

async function checkCoarserLevels(source: ImageSource): Promise<void> {
  for (let level = 1; level < source.info.levels.length; level++) {
    const { shape, chunkShape } = source.info.levels[level]!;
    const whole = await source.read(wholeRoi(shape), { level });
    expectThat(isSame(whole.shape, shape), `Level ${level} came with shape (${whole.shape}), expected (${shape}).`);
    for (const roi of [boxAcrossChunks(shape, chunkShape), boxAtEnd(shape), oneVoxel(shape)]) {
      await checkBox(source, whole, roi, { level });
    }
  }
}

async function checkOutside(source: ImageSource): Promise<void> {
  const { shape } = source.info;
  const boxes: readonly (readonly [string, Roi])[] = [
    ['beyond the end', roiOf(shape, (size, i) => (i === 4 ? [size - 1, size + 1] : [0, 1]))],
    ['before the start', roiOf(shape, (_, i) => (i === 3 ? [-1, 1] : [0, 1]))],
    ['without a voxel', roiOf(shape, (_, i) => (i === 3 ? [0, 0] : [0, 1]))],
    ['of half voxels', roiOf(shape, (_, i) => (i === 4 ? [0, 0.5] : [0, 1]))],
  ];
  for (const [what, roi] of boxes) await expectError('invalid-roi', () => source.read(roi), `A box ${what}`);
}

async function checkUnknownLevel(source: ImageSource): Promise<void> {
  const level = source.info.levels.length;
  await expectError(undefined, () => source.read(oneVoxel([1, 1, 1, 1, 1]), { level }), `A read of level ${level}`);
}

async function checkAbortBefore(source: ImageSource): Promise<void> {
  const signal = AbortSignal.abort();
  await expectError(
    'aborted',
    () => source.read(wholeRoi(source.info.shape), { signal }),
    'A read with a fired signal',
  );
}

async function checkAbortDuring(source: ImageSource): Promise<void> {
  const controller = new AbortController();
  const reading = source.read(wholeRoi(source.info.shape), { signal: controller.signal });
  controller.abort();
  await expectError('aborted', () => reading, 'A read whose signal fires right after it began');
}

async function checkUsableAfterAbort(source: ImageSource): Promise<void> {
  const roi = boxAtEnd(source.info.shape);
  const before = await source.read(roi);
  const controller = new AbortController();
  const reading = source.read(wholeRoi(source.info.shape), { signal: controller.signal });
  controller.abort();
  // Whether it rejects is another check's question.
  await reading.catch(() => undefined);
  expectSameValues((await source.read(roi)).data, before.data, 'A box read after an aborted read');
}

async function checkParallel(source: ImageSource): Promise<void> {
  const { shape, levels } = source.info;
  const boxes = [boxInsideChunk, boxAcrossChunks, oneVoxel, boxAtEnd].map((box) => box(shape, levels[0]!.chunkShape));
  const expected: Tensor[] = [];
  for (const roi of boxes) expected.push(await source.read(roi));
  const found = await Promise.all([...boxes, ...boxes].map((roi) => source.read(roi)));
  found.forEach((tensor, i) => {
    const { start, stop } = boxes[i % boxes.length]!;
    expectSameValues(tensor.data, expected[i % boxes.length]!.data, `Parallel read of the box (${start}) to (${stop})`);
  });
}

async function checkCopy(source: ImageSource): Promise<void> {
  const roi = wholeRoi(source.info.shape);
  const first = await source.read(roi);
  const before = first.data.slice();
  const { data } = first;
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) data.fill(data[0] === 1n ? 2n : 1n);
  else data.fill(data[0] === 1 ? 2 : 1);
  const second = await source.read(roi);
  expectSameValues(second.data, before, 'A second read after the first result was overwritten');
}

async function checkClosed(source: ImageSource): Promise<void> {
  await source.close();
  await expectError('closed', () => source.read(oneVoxel(source.info.shape)), 'A read after close');
}

async function checkIndependence(subject: ImageSourceSubject, source: ImageSource): Promise<void> {
  const roi = boxAtEnd(source.info.shape);
  const before = await source.read(roi);
  const other = await subject.open();
  await other.close();
  const after = await source.read(roi);
  expectSameValues(after.data, before.data, 'A box read after another source of the image was closed');
}

function roiOf(shape: Shape5, range: (size: number, axis: number) => readonly [number, number]): Roi {
  const ranges = shape.map(range);
  return {
    start: ranges.map(([start]) => start) as unknown as Shape5,
    stop: ranges.map(([, stop]) => stop) as unknown as Shape5,
  };
}

function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
