import {
  BlockGrid,
  elementCount,
  emptyLabels,
  roiShape,
  wholeRoi,
  type Labels,
  type Roi,
  type Shape5,
} from '@brushwood/core';

/** Value that erases what an earlier block wrote. */
export const eraser = 100;

interface Chunk {
  readonly data: Uint8Array;
  /** Its first voxel's z, y, x. */
  readonly start: readonly [number, number, number];
  /** Its sizes along y and x. */
  readonly rows: number;
  readonly columns: number;
}

/**
 * Gathers the label blocks of a project file. Does what `writeLabels` in mode 'merge' would, on chunks of its own: only
 * labelled voxels cost time, where a copy of every chunk per block takes seconds for a volume.
 */
export class LabelCollector {
  private readonly empty: Labels;
  private readonly grid: BlockGrid;
  private readonly chunks = new Map<number, Chunk>();

  constructor(imageShape: Shape5) {
    this.empty = emptyLabels(imageShape);
    this.grid = new BlockGrid(wholeRoi(this.empty.shape), this.empty.chunkShape);
  }

  get shape(): Shape5 {
    return this.empty.shape;
  }

  /**
   * Zeros leave what is there, 100 erases it, all else replaces it.
   * @param values 0…100, shape of the box, one channel
   */
  add(roi: Roi, values: Uint8Array): void {
    const [nt, , nz, ny, nx] = roiShape(roi);
    const [t0, , z0, y0, x0] = roi.start;
    let i = 0;
    for (let t = 0; t < nt; t++)
      for (let z = 0; z < nz; z++)
        for (let y = 0; y < ny; y++)
          for (let x = 0; x < nx; x++, i++) {
            const value = values[i]!;
            if (value === 0) continue;
            this.set([t0 + t, z0 + z, y0 + y, x0 + x], value === eraser ? 0 : value);
          }
  }

  labels(): Labels {
    const labelled = [...this.chunks].filter(([, { data }]) => data.some((value) => value !== 0));
    labelled.sort(([a], [b]) => a - b);
    return { ...this.empty, chunks: new Map(labelled.map(([index, { data }]) => [index, data])) };
  }

  private set([t, z, y, x]: readonly [number, number, number, number], value: number): void {
    const [, , cz, cy, cx] = this.empty.chunkShape;
    const { counts } = this.grid;
    const index =
      ((t * counts[2] + Math.floor(z / cz)) * counts[3] + Math.floor(y / cy)) * counts[4] + Math.floor(x / cx);
    let chunk = this.chunks.get(index);
    if (!chunk) this.chunks.set(index, (chunk = this.newChunk(index)));
    const [z0, y0, x0] = chunk.start;
    chunk.data[((z - z0) * chunk.rows + (y - y0)) * chunk.columns + (x - x0)] = value;
  }

  private newChunk(index: number): Chunk {
    const roi = this.grid.block(index);
    const shape = roiShape(roi);
    const [, , z, y, x] = roi.start;
    return { data: new Uint8Array(elementCount(shape)), start: [z, y, x], rows: shape[3], columns: shape[4] };
  }
}
