import { BlockGrid } from '../grid/block-grid.ts';
import { wholeRoi, type Roi } from '../grid/roi.ts';
import type { BlockSamples } from '../pipeline/collect-samples.ts';
import { joinRanges, type ValueRange } from '../pipeline/value-range.ts';
import type { Labels } from '../project/labels.ts';

/** Labelled voxels of one label chunk whose rows are not known. */
export interface MissingRows {
  readonly chunk: number;
  /** The chunk's box, one channel. */
  readonly roi: Roi;
  /** Numbered in the chunk, ascending. */
  readonly voxels: Uint32Array;
}

/** The rows of one label chunk. */
interface ChunkRows {
  /** Per voxel 1 + the number of its row; 0 = not known. */
  readonly rowOf: Int32Array;
  /** In the order in which they became known. */
  rows: Float32Array;
  count: number;
}

/**
 * The feature rows of one image's labelled voxels, kept per label chunk by voxel: whatever is done to the labels, a row is computed
 * once. Chunks are known by identity, so an edit costs as much as the chunks it touched.
 */
export class SampleRows {
  private readonly chunks = new Map<number, ChunkRows>();
  /** What was put together of a chunk of labels. */
  private readonly collected = new WeakMap<Uint8Array, BlockSamples>();
  private featureCount = 0;
  private valueRange: ValueRange | undefined;

  /** In grid order. */
  missing(labels: Labels): MissingRows[] {
    const grid = new BlockGrid(wholeRoi(labels.shape), labels.chunkShape);
    return sortedChunks(labels).flatMap((chunk) => {
      const data = labels.chunks.get(chunk)!;
      if (this.collected.has(data)) return [];
      const known = this.chunks.get(chunk)?.rowOf;
      const voxels: number[] = [];
      for (let i = 0; i < data.length; i++) if (data[i] !== 0 && !known?.[i]) voxels.push(i);
      return voxels.length > 0 ? [{ chunk, roi: grid.block(chunk), voxels: Uint32Array.from(voxels) }] : [];
    });
  }

  /**
   * @param voxels numbered in the chunk
   * @param rows float32, row-major, one per voxel
   */
  add(
    { chunk, roi }: Pick<MissingRows, 'chunk' | 'roi'>,
    voxels: ArrayLike<number>,
    { rows, valueRange }: { rows: Float32Array; valueRange: ValueRange },
  ): void {
    const { start, stop } = roi;
    const size = start.reduce((product, from, axis) => product * (stop[axis]! - from), 1);
    const known = this.chunks.get(chunk) ?? { rowOf: new Int32Array(size), rows: new Float32Array(0), count: 0 };
    this.chunks.set(chunk, known);
    this.featureCount = rows.length / voxels.length;
    this.valueRange = joinRanges(this.valueRange, valueRange);
    const needed = known.count * this.featureCount + rows.length;
    if (needed > known.rows.length) {
      const grown = new Float32Array(Math.max(needed, 2 * known.rows.length));
      grown.set(known.rows);
      known.rows = grown;
    }
    known.rows.set(rows, known.count * this.featureCount);
    for (let i = 0; i < voxels.length; i++) known.rowOf[voxels[i]!] = ++known.count;
  }

  /** The rows of all labelled voxels, chunk by chunk in grid order. None may be missing. */
  collect(labels: Labels): BlockSamples[] {
    return sortedChunks(labels).map((chunk) => {
      const data = labels.chunks.get(chunk)!;
      const ready = this.collected.get(data) ?? this.collectChunk(chunk, data);
      this.collected.set(data, ready);
      return ready;
    });
  }

  private collectChunk(chunk: number, data: Uint8Array): BlockSamples {
    const { featureCount, valueRange = [0, 0] } = this;
    const { rowOf, rows } = this.chunks.get(chunk)!;
    let labelled = 0;
    for (let i = 0; i < data.length; i++) if (data[i] !== 0) labelled++;
    const featureMatrix = new Float32Array(labelled * featureCount);
    const classIndices = new Uint8Array(labelled);
    let at = 0;
    for (let i = 0; i < data.length; i++) {
      if (data[i] === 0) continue;
      const from = (rowOf[i]! - 1) * featureCount;
      featureMatrix.set(rows.subarray(from, from + featureCount), at * featureCount);
      classIndices[at++] = data[i]! - 1;
    }
    return { featureMatrix, classIndices, featureCount, valueRange };
  }
}

function sortedChunks(labels: Labels): number[] {
  return [...labels.chunks.keys()].sort((a, b) => a - b);
}
