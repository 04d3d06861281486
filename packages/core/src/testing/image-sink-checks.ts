import type { BoxWriter, ImageSink, ImageSpec, SinkTicket } from '../contracts/image-sink.ts';
import type { ImageSource } from '../contracts/image-source.ts';
import { shape5, type Shape5 } from '../grid/axes.ts';
import { BlockGrid } from '../grid/block-grid.ts';
import { allocateArray, dtypeRange, type Dtype } from '../grid/dtype.ts';
import { roiShape, translateRoi, wholeRoi, type Roi } from '../grid/roi.ts';
import { allocateTensor, cropTensor, type Tensor } from '../grid/tensor.ts';
import {
  CheckFailure,
  expectError,
  expectSameValues,
  expectThat,
  withExpectedFailures,
  type Check,
  type CheckKitOptions,
} from './check.ts';
import { randomTensor } from './random.ts';

export interface ImageSinkSubject extends CheckKitOptions {
  /**
   * Begins a new image. `name` differs from call to call and suits file names.
   * `reopen` opens what stands at the target, or gives undefined while nothing there looks like a finished image.
   */
  create(spec: ImageSpec, name: string): Promise<OpenedSink>;
  /**
   * What to write. One for every dtype and axis order the format holds, the first large enough for several units of
   * writing: it is the one that the checks other than the round trips use.
   */
  readonly specs: readonly [ImageSpec, ...ImageSpec[]];
  /** The format's `join`, if its sinks have tickets. */
  readonly join?: (ticket: SinkTicket) => Promise<BoxWriter>;
}

export interface OpenedSink {
  readonly sink: ImageSink;
  reopen(): Promise<ImageSource | undefined>;
}

/** What a check works on: the sink, and the spec it was asked for (which the sink may garble). */
interface Work extends OpenedSink {
  readonly spec: ImageSpec;
}
type Body = (work: Work, boxes: readonly Roi[]) => Promise<void>;

/** Checks of an `ImageSink`, by way of the source that reads its images again. */
export function imageSinkChecks(subject: ImageSinkSubject): Check[] {
  const [first] = subject.specs;
  let created = 0;
  const create = (spec: ImageSpec) => subject.create(spec, `sink-check-${created++}`);
  const check = (name: string, body: Body, spec = first): Check => ({
    name,
    run: async () => withSink({ ...(await create(spec)), spec }, body),
  });
  const checks = [
    ...subject.specs.map((spec) => check(`round trip: ${describe(spec)}`, checkRoundTrip, spec)),
    ...uniqueDtypes(subject.specs).map((spec) => check(`extreme values survive: ${spec.dtype}`, checkExtremes, spec)),
    check('the sink keeps the spec it was made with', async ({ sink }) => {
      expectThat(
        sink.spec.dtype === first.dtype && `${sink.spec.shape}` === `${first.shape}`,
        'sink.spec is another one.',
      );
    }),
    check('boxes may come in any order', checkAnyOrder),
    check('a written tensor may be reused', checkReuse),
    check('nothing looks finished before close', checkUnfinished),
    check('an aborted image never looks finished', checkAborted),
    check('aborting twice is allowed', ({ sink }) => sink.abort().then(() => sink.abort())),
    check('aborting after a failed write is allowed', checkAbortAfterFailure),
    check('a box outside the image is refused', checkOutside),
    check('a box that cuts a unit of writing is refused', checkAlignment),
    check('a tensor of another shape than its box is refused', checkShape),
    check('a tensor of another dtype is refused', checkDtype),
    check('a signal that has fired rejects a write', checkAbortSignal),
    check('a write after close is refused', checkClosed),
    check('a write after abort is refused', checkWriteAfterAbort),
  ];
  const { join } = subject;
  if (join) {
    checks.push(
      check('boxes written by threads that joined arrive', (work, boxes) => checkJoined(work, boxes, join)),
      check('a joined thread is refused a box outside the image', (work) => checkJoinedOutside(work, join)),
    );
  }
  return withExpectedFailures(checks, subject);
}

async function withSink(work: Work, body: Body): Promise<void> {
  try {
    await body(work, boxesOf(work));
  } finally {
    // After a successful body this is a second end; whether those are allowed is another check's question.
    await work.sink.abort().catch(() => undefined);
  }
}

/**
 * One unit of writing each; where any box may be written, half of the image along every axis. Of sinks whose units appear at
 * once, half of each.
 */
function boxesOf({ spec, sink: { writeShape, unitShape } }: Pick<Work, 'spec' | 'sink'>): Roi[] {
  if (unitShape) {
    const half = shape5((i) => writeShape[i] * Math.ceil(unitShape[i] / writeShape[i] / 2));
    return [...new BlockGrid(wholeRoi(spec.shape), unitShape)].flatMap((unit) => [...new BlockGrid(unit, half)]);
  }
  const isFree = writeShape.every((size) => size === 1);
  const shape = isFree ? shape5((i) => Math.ceil(spec.shape[i] / 2)) : writeShape;
  return [...new BlockGrid(wholeRoi(spec.shape), shape)];
}

async function writeAll(sink: ImageSink, boxes: readonly Roi[], image: Tensor): Promise<void> {
  for (const box of boxes) await sink.write(box, cropTensor(image, box));
}

async function withReopened(work: Work, body: (source: ImageSource) => Promise<void>): Promise<void> {
  const source = await work.reopen();
  if (!source) throw new CheckFailure('After close there is no finished image at the target.');
  try {
    await body(source);
  } finally {
    await source.close();
  }
}

/** Writes the boxes, closes, and compares what comes back. */
async function expectValues(work: Work, boxes: readonly Roi[], image: Tensor): Promise<void> {
  await writeAll(work.sink, boxes, image);
  await work.sink.close();
  await withReopened(work, (source) => expectImage(source, image));
}

async function expectImage(source: ImageSource, expected: Tensor): Promise<void> {
  const found = await source.read(wholeRoi(expected.shape));
  expectSameValues(found.data, expected.data, 'The image that was written, order tczyx,');
}

async function checkRoundTrip(work: Work, boxes: readonly Roi[]): Promise<void> {
  const { dtype, shape } = work.spec;
  await expectValues(work, boxes, randomTensor(dtype, shape, 1));
  await withReopened(work, async ({ info }) => {
    expectThat(`${info.shape}` === `${shape}`, `Wrote shape (${shape}), found (${info.shape}).`);
    expectThat(info.dtype === dtype, `Wrote ${dtype}, found ${info.dtype}.`);
  });
}

async function checkAnyOrder(work: Work, boxes: readonly Roi[]): Promise<void> {
  const { dtype, shape } = work.spec;
  await expectValues(work, shuffled(boxes), randomTensor(dtype, shape, 2));
}

type Join = NonNullable<ImageSinkSubject['join']>;

/** Joins as another thread would: with a copy of the ticket. */
async function joined({ sink }: Work, join: Join): Promise<BoxWriter> {
  if (!sink.ticket) throw new CheckFailure('The format can be joined, but the sink has no ticket.');
  return join(structuredClone(sink.ticket));
}

/** Two joined writers and the sink take turns, unit by unit; the writers are closed before the sink is. */
async function checkJoined(work: Work, boxes: readonly Roi[], join: Join): Promise<void> {
  const { dtype, shape } = work.spec;
  const image = randomTensor(dtype, shape, 6);
  const writers = [await joined(work, join), await joined(work, join), work.sink] as const;
  const unitOf = (box: Roi) =>
    box.start.map((at, i) => Math.floor(at / (work.sink.unitShape ?? work.sink.writeShape)[i]!)).join();
  const units = [...new Set(boxes.map(unitOf))];
  const writerOf = (box: Roi) => writers[units.indexOf(unitOf(box)) % 3]!;
  await Promise.all(boxes.map((box) => writerOf(box).write(box, cropTensor(image, box))));
  for (const writer of writers) await writer.close();
  await withReopened(work, (source) => expectImage(source, image));
}

async function checkJoinedOutside(work: Work, join: Join): Promise<void> {
  const { dtype, shape } = work.spec;
  const writer = await joined(work, join);
  const outside = translateRoi(wholeRoi(shape), [0, 0, 0, 0, 1]);
  try {
    const write = () => writer.write(outside, randomTensor(dtype, shape, 7));
    await expectError('invalid-roi', write, 'A joined write outside the image');
  } finally {
    await writer.close();
  }
}

async function checkExtremes(work: Work, boxes: readonly Roi[]): Promise<void> {
  const { dtype, shape } = work.spec;
  const image = allocateTensor(dtype, shape);
  const extremes = extremesOf(dtype);
  for (let i = 0; i < image.data.length; i++) image.data[i] = extremes[i % extremes.length]!;
  await expectValues(work, boxes, image);
}

function extremesOf(dtype: Dtype) {
  const extremes = allocateArray(dtype, 7);
  if (extremes instanceof BigInt64Array) extremes.set([-(2n ** 63n), 2n ** 63n - 1n, 0n, -1n, 1n]);
  else if (extremes instanceof BigUint64Array) extremes.set([2n ** 64n - 1n, 2n ** 63n, 0n, 1n]);
  else if (dtype === 'float32') extremes.set([NaN, Infinity, -Infinity, 2 ** -149, 3.4028234663852886e38, 0.1]);
  else if (dtype === 'float64') extremes.set([NaN, Infinity, -Infinity, 5e-324, Number.MAX_VALUE, 0.1]);
  else extremes.set([...dtypeRange(dtype), 1]);
  return extremes;
}

async function checkReuse(work: Work, boxes: readonly Roi[]): Promise<void> {
  const image = randomTensor(work.spec.dtype, work.spec.shape, 3);
  for (const box of boxes) {
    const tensor = cropTensor(image, box);
    await work.sink.write(box, tensor);
    tensor.data.fill(0 as never);
  }
  await work.sink.close();
  await withReopened(work, (source) => expectImage(source, image));
}

async function checkUnfinished(work: Work, boxes: readonly Roi[]): Promise<void> {
  const { sink, spec } = work;
  await writeAll(sink, boxes, randomTensor(spec.dtype, spec.shape, 4));
  await expectNothing(work, 'before close');
}

async function checkAborted(work: Work, boxes: readonly Roi[]): Promise<void> {
  const { sink, spec } = work;
  await writeAll(sink, boxes, randomTensor(spec.dtype, spec.shape, 5));
  await sink.abort();
  await expectNothing(work, 'after abort');
}

async function expectNothing({ reopen }: Work, when: string): Promise<void> {
  const source = await reopen();
  await source?.close();
  expectThat(!source, `What stands at the target ${when} looks like a finished image.`);
}

async function checkAbortAfterFailure({ sink, spec }: Work, boxes: readonly Roi[]): Promise<void> {
  const outside = translateRoi(boxes[0]!, spec.shape);
  // Whether it fails as it should is another check's question.
  await sink.write(outside, allocateTensor(spec.dtype, roiShape(outside))).catch(() => undefined);
  await sink.abort();
}

async function checkOutside({ sink, spec }: Work, boxes: readonly Roi[]): Promise<void> {
  const last = boxes.at(-1)!;
  for (const [what, offset] of [
    ['beyond the end', [0, 0, 0, 0, spec.shape[4]]],
    ['before the start', [0, 0, 0, -spec.shape[3], 0]],
  ] as const) {
    const box = translateRoi(last, offset);
    const tensor = allocateTensor(spec.dtype, roiShape(box));
    await expectError('invalid-roi', () => sink.write(box, tensor), `A write ${what}`);
  }
}

async function checkAlignment({ sink, spec }: Work): Promise<void> {
  const { writeShape } = sink;
  const axis = writeShape.findIndex((unit, i) => unit > 1 && spec.shape[i]! > 1);
  if (axis < 0) return; // any box may be written
  const whole = wholeRoi(spec.shape);
  const box: Roi = { start: whole.start.map((_, i) => (i === axis ? 1 : 0)) as unknown as Shape5, stop: whole.stop };
  const tensor = allocateTensor(spec.dtype, roiShape(box));
  await expectError('invalid-roi', () => sink.write(box, tensor), `A box from (${box.start}), units (${writeShape})`);
}

async function checkShape({ sink, spec }: Work, boxes: readonly Roi[]): Promise<void> {
  const box = boxes[0]!;
  const shape = roiShape(box).map((size, i) => (i === 4 ? size + 1 : size)) as unknown as Shape5;
  const tensor = allocateTensor(spec.dtype, shape);
  await expectError('shape-mismatch', () => sink.write(box, tensor), `A tensor of shape (${shape})`);
}

async function checkDtype({ sink, spec }: Work, boxes: readonly Roi[]): Promise<void> {
  const dtype = spec.dtype === 'int16' ? 'int32' : 'int16';
  const tensor = allocateTensor(dtype, roiShape(boxes[0]!));
  await expectError('unsupported-dtype', () => sink.write(boxes[0]!, tensor), `A tensor of ${dtype}`);
}

async function checkAbortSignal({ sink, spec }: Work, boxes: readonly Roi[]): Promise<void> {
  const tensor = allocateTensor(spec.dtype, roiShape(boxes[0]!));
  const signal = AbortSignal.abort();
  await expectError('aborted', () => sink.write(boxes[0]!, tensor, { signal }), 'A write with a fired signal');
}

async function checkClosed({ sink, spec }: Work, boxes: readonly Roi[]): Promise<void> {
  const image = allocateTensor(spec.dtype, spec.shape);
  await writeAll(sink, boxes, image);
  await sink.close();
  await expectError('closed', () => sink.write(boxes[0]!, cropTensor(image, boxes[0]!)), 'A write after close');
}

async function checkWriteAfterAbort({ sink, spec }: Work, boxes: readonly Roi[]): Promise<void> {
  await sink.abort();
  const tensor = allocateTensor(spec.dtype, roiShape(boxes[0]!));
  await expectError('closed', () => sink.write(boxes[0]!, tensor), 'A write after abort');
}

function uniqueDtypes(specs: readonly ImageSpec[]): ImageSpec[] {
  return specs.filter((spec, i) => specs.findIndex((other) => other.dtype === spec.dtype) === i);
}

/** The boxes from last to first, odd ones first: never the order of the file. */
function shuffled(boxes: readonly Roi[]): Roi[] {
  const reversed = boxes.toReversed();
  return [...reversed.filter((_, i) => i % 2 === 1), ...reversed.filter((_, i) => i % 2 === 0)];
}

function describe({ dtype, axes, shape }: ImageSpec): string {
  const sizes = [...axes].map((axis) => shape['tczyx'.indexOf(axis)]);
  return `${dtype} ${axes} (${sizes.join(', ')})`;
}
