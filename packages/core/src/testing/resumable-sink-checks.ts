import type { ImageSink, ImageSpec } from '../contracts/image-sink.ts';
import type { ResumeOptions } from '../contracts/storage-format.ts';
import { shape5 } from '../grid/axes.ts';
import { BlockGrid } from '../grid/block-grid.ts';
import { wholeRoi, type Roi } from '../grid/roi.ts';
import { cropTensor } from '../grid/tensor.ts';
import {
  CheckFailure,
  expectError,
  expectSameValues,
  expectThat,
  withExpectedFailures,
  type Check,
  type CheckKitOptions,
} from './check.ts';
import type { OpenedSink } from './image-sink-checks.ts';
import { randomTensor } from './random.ts';

export interface ResumableSinkSubject extends CheckKitOptions {
  /**
   * Begins an image, or goes on with the unfinished one of this name. `reopen` opens what stands at the target, or gives
   * undefined while nothing there looks like a finished image.
   */
  create(name: string, resume: ResumeOptions): Promise<OpenedSink>;
  /** Of the images that `create` makes; they need at least three units of writing, of several voxels each. */
  readonly spec: ImageSpec;
}

/** One image, and the runs that write it. */
interface Runs {
  readonly spec: ImageSpec;
  /** Opens a run; it is ended after the check if it is still open. */
  begin(resume?: Partial<ResumeOptions>): Promise<OpenedSink>;
}

const fingerprint = 'a';

/** Checks of sinks with units that are created with `resume`. */
export function resumableSinkChecks(subject: ResumableSinkSubject): Check[] {
  let created = 0;
  const check = (name: string, body: (runs: Runs) => Promise<void>): Check => ({
    name,
    run: () => withRuns(subject, `resumable-sink-check-${created++}`, body),
  });
  const refused = (name: string, first: Partial<ResumeOptions>, second: Partial<ResumeOptions>) =>
    check(name, async (runs) => {
      await runs.begin(first);
      await expectError('locked', () => runs.begin(second), 'A second run at the same time');
    });
  const part = (index: number, count: number) => ({ part: { index, count } });
  const checks = [
    check('a unit is done when its last box has come', checkDone),
    check('an aborted run can be continued', (runs) => checkContinued(runs, (sink) => sink.abort())),
    check('a suspended run can be continued', (runs) => checkContinued(runs, suspend)),
    check('an image that lacks a unit cannot be closed', checkIncomplete),
    check('a run with another fingerprint is refused', checkFingerprint),
    check('parts may be written at the same time, and in any order', checkParts),
    check('a box that reaches into two units is refused', checkTwoUnits),
    refused('a second run is refused', {}, {}),
    refused('a second run of one part is refused', part(1, 2), part(1, 2)),
    refused('a run of the whole is refused while a part is written', part(1, 2), {}),
    refused('a part is refused while the whole is written', {}, part(1, 2)),
    refused('a part of another number of parts is refused', part(1, 2), part(0, 3)),
  ];
  return withExpectedFailures(checks, subject);
}

async function withRuns(
  subject: ResumableSinkSubject,
  name: string,
  body: (runs: Runs) => Promise<void>,
): Promise<void> {
  const opened: ImageSink[] = [];
  const begin = async (resume: Partial<ResumeOptions> = {}) => {
    const run = await subject.create(name, { fingerprint, ...resume });
    opened.push(run.sink);
    return run;
  };
  try {
    await body({ spec: subject.spec, begin });
  } finally {
    // Most have ended; whether a second end is allowed is another check's question.
    for (const sink of opened) await sink.abort().catch(() => undefined);
  }
}

function unitsOf(sink: ImageSink): Roi[] {
  if (!sink.unitShape) throw new CheckFailure('The sink was created with `resume`, but has no units.');
  const units = [...new BlockGrid(wholeRoi(sink.spec.shape), sink.unitShape)];
  expectThat(units.length >= 3, 'The spec of this kit has to give at least three units.');
  return units;
}

/** The upper and the lower half of a unit along its longest axis. */
function halvesOf(unit: Roi, { writeShape }: ImageSink): Roi[] {
  const sizes = unit.stop.map((stop, i) => Math.ceil((stop - unit.start[i]!) / writeShape[i]!));
  const axis = sizes.indexOf(Math.max(...sizes));
  const half = shape5((i) => Math.max(1, i === axis ? Math.ceil(sizes[i]! / 2) : sizes[i]!) * writeShape[i]);
  return [...new BlockGrid(unit, half)];
}

function imageOf(spec: ImageSpec) {
  return randomTensor(spec.dtype, spec.shape, 8);
}

async function writeUnits(sink: ImageSink, units: readonly Roi[]): Promise<void> {
  const image = imageOf(sink.spec);
  for (const unit of units) {
    for (const box of halvesOf(unit, sink)) await sink.write(box, cropTensor(image, box));
  }
}

async function suspend(sink: ImageSink): Promise<void> {
  if (!sink.suspend) throw new CheckFailure('The sink was created with `resume`, but cannot be suspended.');
  await sink.suspend();
}

async function expectFinished({ reopen }: OpenedSink, spec: ImageSpec): Promise<void> {
  const source = await reopen();
  if (!source) throw new CheckFailure('After close there is no finished image at the target.');
  try {
    const { data } = await source.read(wholeRoi(spec.shape));
    expectSameValues(data, imageOf(spec).data, 'The image that several runs have written, order tczyx,');
  } finally {
    await source.close();
  }
}

async function expectUnfinished({ reopen }: OpenedSink, when: string): Promise<void> {
  const source = await reopen();
  await source?.close();
  expectThat(!source, `What stands at the target ${when} looks like a finished image.`);
}

async function checkDone({ begin }: Runs): Promise<void> {
  const { sink } = await begin();
  const units = unitsOf(sink);
  const expectDone = async (index: number, isDone: boolean, when: string) =>
    expectThat(
      (await sink.isDone?.(units[index]!)) === isDone,
      `Unit ${index} should ${isDone ? '' : 'not '}be done ${when}.`,
    );
  await expectDone(0, false, 'at the start');
  const [first, ...others] = halvesOf(units[0]!, sink);
  const image = imageOf(sink.spec);
  await sink.write(first!, cropTensor(image, first!));
  await expectDone(0, others.length === 0, 'after one of its boxes');
  for (const box of others) await sink.write(box, cropTensor(image, box));
  await expectDone(0, true, 'after all its boxes');
  await expectDone(1, false, 'before it is written');
}

/** The first unit comes from one run, the others from the next. */
async function checkContinued({ begin, spec }: Runs, end: (sink: ImageSink) => Promise<void>): Promise<void> {
  const first = await begin();
  await writeUnits(first.sink, unitsOf(first.sink).slice(0, 1));
  await end(first.sink);
  await expectUnfinished(first, 'after the first run');
  const second = await begin();
  await writeUnits(second.sink, unitsOf(second.sink).slice(1));
  await second.sink.close();
  await expectFinished(second, spec);
}

async function checkIncomplete({ begin }: Runs): Promise<void> {
  const run = await begin();
  await writeUnits(run.sink, unitsOf(run.sink).slice(1));
  await expectError('incomplete', () => run.sink.close(), 'close without the first unit');
  await expectUnfinished(run, 'without its first unit');
}

async function checkFingerprint({ begin }: Runs): Promise<void> {
  const { sink } = await begin();
  await writeUnits(sink, unitsOf(sink).slice(0, 1));
  await sink.abort();
  await expectError('other-settings', () => begin({ fingerprint: 'b' }), 'create with another fingerprint');
}

async function checkParts({ begin, spec }: Runs): Promise<void> {
  const third = await begin({ part: { index: 2, count: 3 } });
  const first = await begin({ part: { index: 0, count: 3 } });
  await writeUnits(third.sink, unitsOf(third.sink).slice(1, 2));
  await writeUnits(first.sink, unitsOf(first.sink).slice(0, 1));
  await suspend(third.sink);
  await suspend(first.sink);
  const last = await begin({ part: { index: 1, count: 3 } });
  await writeUnits(last.sink, unitsOf(last.sink).slice(2));
  await suspend(last.sink);
  const whole = await begin();
  await whole.sink.close();
  await expectFinished(whole, spec);
}

async function checkTwoUnits({ begin, spec }: Runs): Promise<void> {
  const { sink } = await begin();
  unitsOf(sink);
  const whole = wholeRoi(spec.shape);
  await expectError('invalid-roi', () => sink.write(whole, imageOf(spec)), 'A box over all units');
}
