import { throwIfAborted, type Samples, type TrainContext } from '@brushwood/core';
import type { CheckedSamples } from '../check-samples.ts';
import type { GrowthOptions } from './train-tree.ts';
import { growTrees, prepareTrees, type Nursery, type TreeBatch, type TreeRange, type TreeSamples } from './train-trees.ts';
import { trainTreesTask } from './train-trees.task.ts';

export interface NurseryOptions {
  readonly context: TrainContext;
  readonly growth: GrowthOptions;
  /** Trees of the forest, for progress. */
  readonly total: number;
}

/** Grows the trees of one forest on the workers of a pool, or here without one. */
export class TreeNursery {
  private readonly samples: TreeSamples;
  private readonly options: NurseryOptions;
  /** Of what the workers keep from one call to the next. */
  private readonly key = crypto.randomUUID();
  private here: Nursery | undefined;
  private isKept = false;
  private done = 0;

  constructor(samples: Samples, checked: CheckedSamples, options: NurseryOptions) {
    const { context, growth } = options;
    const { pool, seed } = context;
    const isShared = pool !== undefined && Math.min(pool.size, options.total) > 1;
    const featureMatrix = isShared ? toSharedMemory(samples.featureMatrix) : samples.featureMatrix;
    this.options = options;
    this.samples = { featureMatrix, classes: checked.classes, classCount: checked.knownLabels.length, growth, seed };
  }

  /**
   * One batch per range, the same whatever the workers.
   * @param isKept further trees will be asked for: workers keep the sorted samples
   */
  async grow(ranges: readonly TreeRange[], { isKept = false } = {}): Promise<TreeBatch[]> {
    const { signal } = this.options.context;
    throwIfAborted(signal);
    const done = ranges.map(() => 0);
    const before = this.done;
    const report = (i: number) => (trees: number) => {
      done[i] = trees;
      this.report(before + done.reduce((sum, n) => sum + n, 0));
    };
    const wasKept = this.isKept;
    this.isKept = isKept;
    const batches = await Promise.all(
      ranges.map((range, i) => this.growRange(range, { worker: i, onTree: report(i), isKept, wasKept })),
    );
    this.done += ranges.reduce((sum, range) => sum + range.treeCount, 0);
    return batches;
  }

  private async growRange(
    range: TreeRange,
    { worker, onTree, isKept, wasKept }: { worker: number; onTree(done: number): void; isKept: boolean; wasKept: boolean },
  ): Promise<TreeBatch> {
    const { signal, pool } = this.options.context;
    if (!pool) {
      this.here ??= prepareTrees(this.samples);
      return growTrees(this.here, range, { signal, onTree });
    }
    const run = (samples?: TreeSamples) => {
      const kept = isKept || wasKept ? { key: this.key, isLast: !isKept } : {};
      const onProgress = ({ done }: { readonly done: number }) => onTree(done);
      const affinity = isKept || wasKept ? worker : undefined;
      return pool.run(trainTreesTask, { samples, range, ...kept }, { signal, affinity, onProgress });
    };
    // A worker that was replaced, or has begun another forest, asks for the samples again.
    const batch = (await run(wasKept ? undefined : this.samples)) ?? (await run(this.samples));
    return batch!;
  }

  private report(done: number): void {
    const { context, total } = this.options;
    context.onProgress?.({ phase: 'train', done, total, unit: 'trees' });
  }
}

/** One copy that all workers read, where the platform allows it; otherwise each gets its own. */
function toSharedMemory(matrix: Float32Array): Float32Array {
  if (typeof SharedArrayBuffer === 'undefined' || matrix.buffer instanceof SharedArrayBuffer) return matrix;
  const shared = new Float32Array(new SharedArrayBuffer(matrix.byteLength));
  shared.set(matrix);
  return shared;
}
