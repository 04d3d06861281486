import type { VigraTree } from '@brushwood/core';
import { TreeWriter } from './forest-layout.ts';
import { RandomStream } from './random.ts';
import type { RankedSamples } from './rank-columns.ts';
import { SplitSearch, giniImpurity, type Bootstrap, type Cut, type NodeSamples } from './split.ts';

/** How trees grow. */
export interface GrowthOptions {
  /** Inner nodes on the longest way down; 0 = unlimited. */
  readonly maxDepth: number;
  /** Bootstrap samples a leaf must hold at least. */
  readonly minSamplesLeaf: number;
}

interface OpenNode extends NodeSamples {
  readonly depth: number;
  /** Address of the parent, −1 for the root. */
  readonly parent: number;
  readonly side: 'left' | 'right';
}

/** Number of columns tried at a node: the square root of all, rounded to the nearest (spec §B.2). */
export function columnsPerSplit(featureCount: number): number {
  return Math.floor(Math.sqrt(featureCount) + 0.5);
}

/**
 * Grows trees of a forest, one after another, on the same buffers. A tree depends on the samples, the options, the seed
 * and its own number, on nothing else.
 *
 * Source: Breiman, "Random Forests", Machine Learning 45, 2001; details as vigra's (spec §B.2).
 */
export class TreeGrower {
  private readonly samples: RankedSamples;
  private readonly options: GrowthOptions;
  private readonly seed: number;
  private readonly bootstrap: { members: Int32Array; weights: Int32Array };
  private readonly search: SplitSearch;
  private readonly writer: TreeWriter;
  private readonly columns: Int32Array;
  private readonly spare: Int32Array;
  private readonly columnsTried: number;

  constructor(samples: RankedSamples, options: GrowthOptions, seed: number) {
    const { sampleCount, featureCount, classCount } = samples;
    this.samples = samples;
    this.options = options;
    this.seed = seed;
    this.bootstrap = { members: new Int32Array(sampleCount), weights: new Int32Array(sampleCount) };
    this.search = new SplitSearch(samples, this.bootstrap, Math.max(1, options.minSamplesLeaf));
    this.writer = new TreeWriter(featureCount, classCount);
    this.columns = new Int32Array(featureCount);
    this.spare = new Int32Array(sampleCount);
    this.columnsTried = columnsPerSplit(featureCount);
  }

  /** The samples the latest tree was grown on; a weight of 0 means out of bag. */
  get latestBootstrap(): Bootstrap {
    return this.bootstrap;
  }

  grow(treeNumber: number): VigraTree {
    const random = new RandomStream(this.seed, treeNumber);
    const drawn = this.drawBootstrap(random);
    this.search.prepare();
    for (let i = 0; i < this.columns.length; i++) this.columns[i] = i;
    this.writer.reset();
    const root = { start: 0, stop: drawn, depth: 0, parent: -1, side: 'left' as const };
    const open: OpenNode[] = [{ ...root, ...this.countClasses(0, drawn) }];
    for (let node = open.pop(); node; node = open.pop()) this.growNode(node, random, open);
    return this.writer.finish();
  }

  /** N draws out of N with replacement. Returns the number of distinct samples drawn. */
  private drawBootstrap(random: RandomStream): number {
    const { members, weights } = this.bootstrap;
    weights.fill(0);
    for (let i = 0; i < weights.length; i++) weights[random.below(weights.length)]!++;
    let distinct = 0;
    for (let sample = 0; sample < weights.length; sample++) if (weights[sample]! > 0) members[distinct++] = sample;
    return distinct;
  }

  private growNode(node: OpenNode, random: RandomStream, open: OpenNode[]): void {
    const { maxDepth } = this.options;
    const impurity = giniImpurity(node.counts);
    const isLeaf = impurity <= 0 || (maxDepth > 0 && node.depth >= maxDepth);
    const best = isLeaf ? undefined : this.bestCut(node, impurity, random);
    const address = best
      ? this.writer.addInner(best.column, best.cut.threshold)
      : this.writer.addLeaf(node.counts, node.weight);
    if (node.parent >= 0) this.writer.linkChild(node.parent, node.side, address);
    if (!best) return;
    const middle = this.partition(node, best.column, best.cut.rank);
    const depth = node.depth + 1;
    const right = this.countClasses(middle, node.stop);
    const left = this.countClasses(node.start, middle);
    open.push({ start: middle, stop: node.stop, depth, parent: address, side: 'right', ...right });
    open.push({ start: node.start, stop: middle, depth, parent: address, side: 'left', ...left });
  }

  /**
   * Tries randomly drawn columns. If none of the first `columnsTried` improves the impurity, the others follow one by
   * one until one does.
   */
  private bestCut(node: NodeSamples, impurity: number, random: RandomStream) {
    const { columns, columnsTried } = this;
    for (let i = 0; i < columnsTried; i++) {
      const other = i + random.below(columns.length - i);
      const column = columns[i]!;
      columns[i] = columns[other]!;
      columns[other] = column;
    }
    // A cut that leaves the mixture as it is can come out smaller by rounding; it is no improvement.
    const noImprovement = impurity * (1 - 8 * Number.EPSILON);
    let best: { column: number; cut: Cut } | undefined;
    for (let i = 0; i < (best ? columnsTried : columns.length); i++) {
      const column = columns[i]!;
      const cut = this.search.search(column, node, best?.cut.loss ?? noImprovement);
      if (cut) best = { column, cut };
    }
    return best;
  }

  /** Moves the samples below the rank to the front, both sides in their old order. Returns where the right side begins. */
  private partition(node: NodeSamples, column: number, rank: number): number {
    const { members } = this.bootstrap;
    const { ranks, sampleCount } = this.samples;
    const { spare } = this;
    const base = column * sampleCount;
    let left = node.start;
    let right = 0;
    for (let i = node.start; i < node.stop; i++) {
      const sample = members[i]!;
      if (ranks[base + sample]! < rank) members[left++] = sample;
      else spare[right++] = sample;
    }
    for (let i = 0; i < right; i++) members[left + i] = spare[i]!;
    return left;
  }

  private countClasses(start: number, stop: number): { counts: Int32Array; weight: number } {
    const counts = new Int32Array(this.samples.classCount);
    const { members, weights } = this.bootstrap;
    let weight = 0;
    for (let i = start; i < stop; i++) {
      const sample = members[i]!;
      counts[this.samples.classes[sample]!]! += weights[sample]!;
      weight += weights[sample]!;
    }
    return { counts, weight };
  }
}
