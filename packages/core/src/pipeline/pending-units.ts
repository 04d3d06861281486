import type { ImageSink } from '../contracts/image-sink.ts';
import type { RunPart } from '../contracts/storage-format.ts';
import { throwIfAborted } from '../errors.ts';
import { elementCount } from '../grid/axes.ts';
import { roiShape, translateRoi, withAxis, type Roi } from '../grid/roi.ts';
import { isOfPart, type BlockJobs } from './block-jobs.ts';
import { splitByUnits } from './output-writers.ts';
import type { PredictJob } from './predict-block.ts';

/** Is the unit with this number to be computed? */
export type IsWanted = (unit: number) => boolean;

/** The units of this part that are not done yet: those that some output lacks. */
export async function findWantedUnits(
  jobs: BlockJobs,
  sinks: readonly ImageSink[],
  { part, signal }: { part?: RunPart; signal?: AbortSignal },
): Promise<{ isWanted: IsWanted; unitsDone: number }> {
  const isMine = (unit: number) => !part || isOfPart(unit, jobs.unitCount, part);
  if (!sinks.every((sink) => sink.isDone)) return { isWanted: isMine, unitsDone: 0 };
  const done = new Uint8Array(jobs.unitCount);
  let unitsDone = 0;
  for (let unit = 0; unit < jobs.unitCount; unit++) {
    if (!isMine(unit)) continue;
    throwIfAborted(signal);
    const states = await Promise.all(sinks.map((sink) => isUnitDone(sink, jobs.unit(unit))));
    if (!states.every(Boolean)) continue;
    done[unit] = 1;
    unitsDone++;
  }
  return { isWanted: (unit) => isMine(unit) && done[unit] === 0, unitsDone };
}

/** A unit of the run may hold several of the sink's own. */
async function isUnitDone(sink: ImageSink, unit: Roi): Promise<boolean> {
  for (const own of splitByUnits(withAxis(unit, 1, 0, sink.spec.shape[1]), sink.unitShape!)) {
    if (!(await sink.isDone!(own))) return false;
  }
  return true;
}

/** Blocks of the wanted units, and their voxels. */
export function countBlocks(jobs: BlockJobs, isWanted: IsWanted): { blocks: number; voxels: number } {
  const total = { blocks: 0, voxels: 0 };
  for (const blocks of jobs.jobs(isWanted)) {
    total.blocks += blocks.length;
    for (const block of blocks) total.voxels += elementCount(roiShape(block));
  }
  return total;
}

/** Jobs in coordinates of the image, in order. */
export function* placeJobs(jobs: BlockJobs, { start }: Roi, isWanted: IsWanted): Generator<readonly Roi[]> {
  for (const blocks of jobs.jobs(isWanted)) yield blocks.map((block) => translateRoi(block, start));
}

/**
 * The same jobs in as many runs as there are workers, drawn from in turn: as long as the workers keep step, each gets neighbouring
 * jobs one after the other, which read partly the same chunks.
 */
export function* jobsInRuns(
  jobs: BlockJobs,
  { start }: Roi,
  { isWanted, workers }: { isWanted: IsWanted; workers: number },
): Generator<readonly Roi[]> {
  let runs = Array.from({ length: workers }, (_, index) => jobs.jobs(isWanted, { index, count: workers }));
  while (runs.length > 0) {
    const going: typeof runs = [];
    for (const run of runs) {
      const next = run.next();
      if (next.done) continue;
      going.push(run);
      yield next.value.map((block) => translateRoi(block, start));
    }
    runs = going;
  }
}

/** Every job, and the first block of the one its worker will get next if all take equally long. */
export function* withNext(jobs: Iterable<readonly Roi[]>, workers: number): Generator<PredictJob> {
  const waiting: (readonly Roi[])[] = [];
  for (const blocks of jobs) {
    waiting.push(blocks);
    if (waiting.length > workers) yield { blocks: waiting.shift()!, next: blocks[0]! };
  }
  for (const blocks of waiting) yield { blocks };
}
