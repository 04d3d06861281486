import { throwIfAborted } from '../errors.ts';
import { intersectRois, roiShape, type Roi } from '../grid/roi.ts';
import type { Labels } from '../project/labels.ts';
import type { LiveWorkers } from './live-workers.ts';
import type { MissingRows, SampleRows } from './sample-rows.ts';
import { oneChannel, tileKey, workerOf } from './tile-place.ts';

/** The labels of one lane, and what is known of their features. */
export interface LaneRows {
  readonly imageKey: string;
  readonly labels: Labels;
  readonly rows: SampleRows;
  /** Tiles of the view: their features are needed anyway. */
  readonly view: readonly Roi[];
}

export interface CollectOptions {
  readonly signal: AbortSignal;
  onProgress(done: number, total: number): void;
}

/** Some labelled voxels that lie in one box, and where their rows go. */
interface RowsJob {
  readonly lane: LaneRows;
  readonly roi: Roi;
  readonly isKept: boolean;
  /** Numbered in the box. */
  readonly voxels: number[];
  readonly parts: { readonly missing: MissingRows; readonly voxels: number[] }[];
}

/**
 * Completes the rows of all lanes: from features that are kept, from tiles of the view, else from those of the smallest box
 * around the voxels of a chunk.
 * @throws what computing throws, 'aborted'
 */
export async function collectRows(
  workers: LiveWorkers,
  lanes: readonly LaneRows[],
  { signal, onProgress }: CollectOptions,
): Promise<void> {
  const jobs = lanes.flatMap((lane) => planJobs(lane, workers));
  if (jobs.length === 0) return;
  let done = 0;
  onProgress(0, jobs.length);
  const queues = Array.from({ length: workers.size }, () => [] as RowsJob[]);
  for (const job of jobs) queues[workerOf(job.roi, workers.size)]!.push(job);
  await Promise.all(
    queues.map(async (queue) => {
      for (const job of queue) {
        throwIfAborted(signal);
        await runJob(workers, job, signal);
        onProgress(++done, jobs.length);
      }
    }),
  );
}

async function runJob(workers: LiveWorkers, job: RowsJob, signal: AbortSignal): Promise<void> {
  const { lane, roi, isKept, parts } = job;
  const request = { imageKey: lane.imageKey, roi, isKept, voxels: Uint32Array.from(job.voxels) };
  const { rows, featureCount, valueRange } = await workers.run(request, signal);
  let at = 0;
  for (const { missing, voxels } of parts) {
    const own = rows!.subarray(at * featureCount, (at + voxels.length) * featureCount);
    lane.rows.add(missing, voxels, { rows: own, valueRange });
    at += voxels.length;
  }
}

function planJobs(lane: LaneRows, workers: LiveWorkers): RowsJob[] {
  const missing = lane.rows.missing(lane.labels);
  if (missing.length === 0) return [];
  const kept = [...workers.kept.values()].filter(({ imageKey }) => imageKey === lane.imageKey);
  const tiles = [...kept.map(({ roi }) => roi), ...lane.view];
  const jobs = new Map<string, RowsJob>();
  for (const chunk of missing) {
    let rest = [...chunk.voxels];
    for (const tile of tiles) {
      if (rest.length === 0) break;
      rest = take(jobs, { lane, roi: tile, isKept: true }, { chunk, voxels: rest });
    }
    if (rest.length > 0) take(jobs, { lane, roi: boundsOf(chunk.roi, rest), isKept: false }, { chunk, voxels: rest });
  }
  return [...jobs.values()];
}

/** Gives a box those voxels of a chunk that lie in it. Returns the others. */
function take(
  jobs: Map<string, RowsJob>,
  { lane, roi, isKept }: Pick<RowsJob, 'lane' | 'roi' | 'isKept'>,
  { chunk, voxels }: { chunk: MissingRows; voxels: readonly number[] },
): number[] {
  if (!intersectRois(oneChannel(roi), chunk.roi)) return [...voxels];
  const others: number[] = [];
  const [inChunk, inBox]: [number[], number[]] = [[], []];
  const place = placer(chunk.roi, roi);
  for (const voxel of voxels) {
    const at = place(voxel);
    if (at < 0) {
      others.push(voxel);
      continue;
    }
    inChunk.push(voxel);
    inBox.push(at);
  }
  if (inChunk.length === 0) return others;
  const key = tileKey(lane.imageKey, roi);
  const job = jobs.get(key) ?? { lane, roi, isKept, voxels: [], parts: [] };
  jobs.set(key, job);
  for (const at of inBox) job.voxels.push(at);
  job.parts.push({ missing: chunk, voxels: inChunk });
  return others;
}

/** The number of a chunk's voxel in a box, −1 outside. */
function placer(chunk: Roi, box: Roi): (voxel: number) => number {
  const [, , , ny, nx] = roiShape(chunk);
  const [t, , z0, y0, x0] = chunk.start;
  const isSameTime = box.start[0] <= t && t < box.stop[0];
  const [, , bz, by, bx] = roiShape(box);
  const [dz, dy, dx] = [z0 - box.start[2], y0 - box.start[3], x0 - box.start[4]];
  return (voxel) => {
    const x = (voxel % nx) + dx;
    const y = (Math.floor(voxel / nx) % ny) + dy;
    const z = Math.floor(voxel / (nx * ny)) + dz;
    const isInside = isSameTime && x >= 0 && x < bx && y >= 0 && y < by && z >= 0 && z < bz;
    return isInside ? (z * by + y) * bx + x : -1;
  };
}

/** The smallest box around some voxels of a chunk, one channel. */
function boundsOf(chunk: Roi, voxels: readonly number[]): Roi {
  const [, , , ny, nx] = roiShape(chunk);
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (const voxel of voxels) {
    const place = [Math.floor(voxel / (nx * ny)), Math.floor(voxel / nx) % ny, voxel % nx];
    place.forEach((at, axis) => {
      if (at < low[axis]!) low[axis] = at;
      if (at > high[axis]!) high[axis] = at;
    });
  }
  const [t, , z, y, x] = chunk.start;
  return {
    start: [t, 0, z + low[0]!, y + low[1]!, x + low[2]!],
    stop: [t + 1, 1, z + high[0]! + 1, y + high[1]! + 1, x + high[2]! + 1],
  };
}
