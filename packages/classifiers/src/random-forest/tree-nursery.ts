import { randomUuid, throwIfAborted, type Samples, type TrainContext, type WorkerPool } from '@brushwood/core';
import type { CheckedSamples } from '../check-samples.ts';
import { allocateRanks } from './rank-columns.ts';
import type { GrowthOptions } from './train-tree.ts';
import {
  growTrees,
  prepareTrees,
  type Nursery,
  type TreeBatch,
  type TreeRange,
  type TreeSamples,
} from './train-trees.ts';
import { rankColumnsTask, trainTreesTask, type TreeBatchInput } from './train-trees.task.ts';

export interface NurseryOptions {
  readonly context: TrainContext;
  readonly growth: GrowthOptions;
  /** Trees of the forest, for progress. */
  readonly total: number;
}

/**
 * Grows the trees of one forest on the workers of a pool, or here without one. Where workers can share memory the samples lie
 * there, and every worker sorts some columns for all; otherwise each gets a copy and sorts it.
 */
export class TreeNursery {
  private readonly options: NurseryOptions;
  private readonly isShared: boolean;
  private samples: TreeSamples;
  private isSorted = false;
  /** Of what workers without shared memory keep from one call to the next. */
  private readonly key = randomUuid();
  private here: Nursery | undefined;
  private isKept = false;
  private done = 0;

  constructor(samples: Samples, checked: CheckedSamples, options: NurseryOptions) {
    const { context, growth, total } = options;
    const { pool, seed } = context;
    this.options = options;
    this.isShared = pool !== undefined && Math.min(pool.size, total) > 1 && typeof SharedArrayBuffer !== 'undefined';
    const featureMatrix = this.isShared ? toSharedMemory(samples.featureMatrix) : samples.featureMatrix;
    this.samples = { featureMatrix, classes: checked.classes, classCount: checked.knownLabels.length, growth, seed };
  }

  /**
   * One batch per range, the same whatever the workers.
   * @param isKept further trees will be asked for: workers keep what they have sorted
   */
  async grow(ranges: readonly TreeRange[], { isKept = false } = {}): Promise<TreeBatch[]> {
    const { signal, pool } = this.options.context;
    throwIfAborted(signal);
    if (this.isShared && !this.isSorted) await this.sortShared(pool!);
    const done = ranges.map(() => 0);
    const before = this.done;
    const report = (i: number) => (trees: number) => {
      done[i] = trees;
      this.report(before + done.reduce((sum, n) => sum + n, 0));
    };
    const wasKept = this.isKept;
    this.isKept = isKept;
    const growOne = (range: TreeRange, i: number) => {
      if (!pool) return this.growHere(range, report(i));
      const input = { range, ...(!this.isShared && (isKept || wasKept) ? { key: this.key, isLast: !isKept } : {}) };
      return this.growOn(pool, input, { worker: i, wasKept, onTree: report(i) });
    };
    const batches = await Promise.all(ranges.map(growOne));
    this.done += ranges.reduce((sum, range) => sum + range.treeCount, 0);
    return batches;
  }

  private async sortShared(pool: WorkerPool): Promise<void> {
    const { featureMatrix, classes } = this.samples;
    const sampleCount = classes.length;
    const featureCount = featureMatrix.length / sampleCount;
    const ranks = allocateRanks(sampleCount, featureCount, true);
    const parts = Math.min(pool.size, featureCount);
    const sort = (_: unknown, i: number) => {
      const [start, stop] = [i, i + 1].map((part) => Math.floor((part * featureCount) / parts)) as [number, number];
      const input = { featureMatrix, sampleCount, ranks, start, stop };
      return pool.run(rankColumnsTask, input, { signal: this.options.context.signal, affinity: i });
    };
    await Promise.all(Array.from({ length: parts }, sort));
    this.samples = { ...this.samples, ranks };
    this.isSorted = true;
  }

  private growHere(range: TreeRange, onTree: (done: number) => void): Promise<TreeBatch> {
    this.here ??= prepareTrees(this.samples);
    return growTrees(this.here, range, { signal: this.options.context.signal, onTree });
  }

  private async growOn(
    pool: WorkerPool,
    input: TreeBatchInput,
    { worker, wasKept, onTree }: { worker: number; wasKept: boolean; onTree(done: number): void },
  ): Promise<TreeBatch> {
    const { signal } = this.options.context;
    const onProgress = ({ done }: { readonly done: number }) => onTree(done);
    const run = (samples?: TreeSamples) =>
      pool.run(trainTreesTask, { ...input, samples }, { signal, affinity: worker, onProgress });
    // A worker that was replaced, or has begun another forest, asks for the samples again.
    const isThere = wasKept && input.key !== undefined;
    return ((await run(isThere ? undefined : this.samples)) ?? (await run(this.samples)))!;
  }

  private report(done: number): void {
    const { context, total } = this.options;
    context.onProgress?.({ phase: 'train', done, total, unit: 'trees' });
  }
}

/** One copy that all workers read. */
function toSharedMemory(matrix: Float32Array): Float32Array {
  if (matrix.buffer instanceof SharedArrayBuffer) return matrix;
  const shared = new Float32Array(new SharedArrayBuffer(matrix.byteLength));
  shared.set(matrix);
  return shared;
}
