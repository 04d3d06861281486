import { BrushwoodError } from '../errors.ts';
import { shape5, type Shape5 } from './axes.ts';
import type { Roi } from './roi.ts';

/**
 * Cuts a box into blocks, in order t, c, z, y, x; the last block along an axis is smaller. `gridStart` anchors the
 * grid, so that blocks fall on chunk borders of the output.
 */
export class BlockGrid implements Iterable<Roi> {
  readonly roi: Roi;
  readonly blockShape: Shape5;
  readonly counts: Shape5;

  constructor(roi: Roi, blockShape: Shape5) {
    if (blockShape.some((size) => !Number.isInteger(size) || size < 1)) {
      throw new BrushwoodError(
        'invalid-parameter',
        `A block needs at least one voxel per axis, got (${blockShape.join(', ')}).`,
      );
    }
    this.roi = roi;
    this.blockShape = blockShape;
    this.counts = shape5((i) => Math.ceil((roi.stop[i] - roi.start[i]) / blockShape[i]));
  }

  get count(): number {
    return this.counts.reduce((product, n) => product * n, 1);
  }

  /** The box of the block with a running number, last axis fastest. */
  block(index: number): Roi {
    const position = [0, 0, 0, 0, 0];
    let rest = index;
    for (let axis = 4; axis >= 0; axis--) {
      const n = this.counts[axis]!;
      position[axis] = rest % n;
      rest = Math.floor(rest / n);
    }
    const start = shape5((i) => this.roi.start[i] + position[i]! * this.blockShape[i]);
    return { start, stop: shape5((i) => Math.min(start[i] + this.blockShape[i], this.roi.stop[i])) };
  }

  *[Symbol.iterator](): Iterator<Roi> {
    const { count } = this;
    for (let i = 0; i < count; i++) yield this.block(i);
  }
}
