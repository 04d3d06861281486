import { pauseForMessages, throwIfAborted, type VigraTree } from '@brushwood/core';
import { findLeaf } from './forest-layout.ts';
import { rankColumns, type ColumnRanks, type RankedSamples } from './rank-columns.ts';
import { TreeGrower, type GrowthOptions } from './train-tree.ts';

/** What all trees of a forest learn from. Plain data. */
export interface TreeSamples {
  /** float32, row-major, (sampleCount, featureCount). Shared memory where the platform has it. */
  readonly featureMatrix: Float32Array;
  /** Column of the leaf vectors per sample. */
  readonly classes: Uint8Array;
  readonly classCount: number;
  /** The columns sorted, if that was done before. */
  readonly ranks?: ColumnRanks;
  readonly growth: GrowthOptions;
  readonly seed: number;
}

/** Some neighbouring trees of a forest. */
export interface TreeRange {
  /** Number of the range's first tree in the forest. */
  readonly firstTree: number;
  readonly treeCount: number;
}

export interface TreeBatch {
  /** In the order of their numbers. */
  readonly trees: VigraTree[];
  /**
   * (sampleCount, classCount): how many of these trees, grown without the sample, voted for the class. Whole numbers,
   * so that batches add up to the same whatever their sizes.
   */
  readonly votes: Uint16Array;
}

/** Samples whose columns are sorted, and the grower that works on them. */
export interface Nursery {
  readonly samples: RankedSamples;
  readonly grower: TreeGrower;
}

/** Between two looks at the event loop: an abort from outside arrives there. */
const uninterruptedMs = 15;

/** What has to be done once before the first tree: sorts the samples. */
export function prepareTrees({ featureMatrix, classes, classCount, ranks, growth, seed }: TreeSamples): Nursery {
  const sampleCount = classes.length;
  const facts = { featureMatrix, classes, classCount, sampleCount, featureCount: featureMatrix.length / sampleCount };
  const samples = ranks ? { ...ranks, ...facts } : rankColumns(featureMatrix, classes, classCount);
  return { samples, grower: new TreeGrower(samples, growth, seed) };
}

/**
 * Grows the trees of a batch.
 * @param onTree called after each tree with the number done
 * @throws 'aborted'
 */
export async function growTrees(
  { samples, grower }: Nursery,
  { firstTree, treeCount }: TreeRange,
  options: { onTree?: (done: number) => void; signal?: AbortSignal } = {},
): Promise<TreeBatch> {
  const votes = new Uint16Array(samples.sampleCount * samples.classCount);
  const trees: VigraTree[] = [];
  let lastPause = performance.now();
  for (let i = 0; i < treeCount; i++) {
    const tree = grower.grow(firstTree + i);
    collectVotes(tree, samples, grower.latestBootstrap.weights, votes);
    trees.push(tree);
    options.onTree?.(i + 1);
    if (performance.now() - lastPause > uninterruptedMs) {
      await pauseForMessages();
      lastPause = performance.now();
    }
    throwIfAborted(options.signal);
  }
  return { trees, votes };
}

/** Every sample the tree has not seen is classified by it. */
function collectVotes(tree: VigraTree, samples: RankedSamples, weights: Int32Array, votes: Uint16Array): void {
  const { featureMatrix, featureCount, classCount, sampleCount } = samples;
  for (let sample = 0; sample < sampleCount; sample++) {
    if (weights[sample] !== 0) continue;
    const leaf = findLeaf(tree, featureMatrix, sample * featureCount);
    let vote = 0;
    for (let c = 1; c < classCount; c++) {
      if (tree.parameters[leaf + 1 + c]! > tree.parameters[leaf + 1 + vote]!) vote = c;
    }
    votes[sample * classCount + vote]!++;
  }
}

/**
 * Share of samples that the trees grown without them outvote, among those left out by at least one tree.
 * A tie goes to the first class. Undefined if every tree has seen every sample.
 *
 * Source: Breiman, "Out-of-bag estimation", 1996.
 */
export function outOfBagError(
  votes: readonly Uint16Array[],
  classes: Uint8Array,
  classCount: number,
): number | undefined {
  let voted = 0;
  let wrong = 0;
  const sums = new Uint32Array(classCount);
  for (let sample = 0; sample < classes.length; sample++) {
    sums.fill(0);
    let total = 0;
    for (const batch of votes) {
      for (let c = 0; c < classCount; c++) {
        sums[c]! += batch[sample * classCount + c]!;
        total += batch[sample * classCount + c]!;
      }
    }
    if (total === 0) continue;
    voted++;
    let winner = 0;
    for (let c = 1; c < classCount; c++) if (sums[c]! > sums[winner]!) winner = c;
    if (winner !== classes[sample]) wrong++;
  }
  return voted === 0 ? undefined : wrong / voted;
}
