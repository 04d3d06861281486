import type { SamplePlaces } from './sample-places.ts';

/** Voxels of one class that are closer than this belong to one stroke for sure; farther than twice this they don't touch. */
const cellSize = 8;

/** A stroke that is longer is cut at a grid of this size: a mask that covers the image is one single stroke otherwise. */
const blockSize = 64;

/**
 * Groups labelled voxels that must not be divided between learning and testing. Neighbours see nearly the same features, so a
 * classifier that has learnt a stroke's first half knows the second, and errors look far smaller than on other images. A group is
 * the connected voxels of one class, gaps of some 8 voxels bridged; one that spans more than 128 voxels is cut into spatial
 * blocks of 64, which are wider than the filters see. Frames that follow one another touch, as labels are copied from one to the next.
 * Images stay apart: what neighbouring slices of one volume, each an image of its own, have in common is not noticed.
 * @param classIndices of every sample
 * @returns per sample the number of its group, 0, 1, … in the order of first appearance
 *
 * Source: Roberts et al., "Cross-validation strategies for data with temporal, spatial, hierarchical, or phylogenetic structure",
 * Ecography 40, 2017: block by what makes samples depend on each other, with blocks larger than its range.
 */
export function strokeGroups(places: SamplePlaces, classIndices: ArrayLike<number>): Uint32Array {
  const cells = new CellIndex();
  const cellOf = Uint32Array.from({ length: places.count }, (_, row) => cells.add(places, row, classIndices[row]!));
  const strokes = cells.connect();
  const bounds = boundsOf(places, (row) => strokes[cellOf[row]!]!);
  const numbers = new Map<string, number>();
  return Uint32Array.from(cellOf, (cell, row) => {
    const stroke = strokes[cell]!;
    const key = `${stroke}${blockKey(places, row, bounds.get(stroke)!)}`;
    const known = numbers.get(key) ?? numbers.size;
    numbers.set(key, known);
    return known;
  });
}

/** Occupied cells of a coarse grid, one grid per lane and class. */
class CellIndex {
  private readonly grids = new Map<string, Map<string, number>>();
  private count = 0;

  /** The number of the cell a sample lies in. */
  add({ data }: SamplePlaces, row: number, classIndex: number): number {
    const at = 5 * row;
    const gridKey = `${data[at]},${classIndex}`;
    const grid = this.grids.get(gridKey) ?? new Map<string, number>();
    this.grids.set(gridKey, grid);
    const [z, y, x] = [2, 3, 4].map((axis) => Math.floor(data[at + axis]! / cellSize)) as [number, number, number];
    const key = `${data[at + 1]},${z},${y},${x}`;
    const known = grid.get(key) ?? this.count++;
    grid.set(key, known);
    return known;
  }

  /** Per cell the number of the first cell of its stroke: cells that touch, also by a corner or in the next frame, are one. */
  connect(): Uint32Array {
    const parents = Uint32Array.from({ length: this.count }, (_, i) => i);
    const rootOf = (cell: number) => {
      while (parents[cell] !== cell) cell = parents[cell] = parents[parents[cell]!]!;
      return cell;
    };
    for (const grid of this.grids.values()) {
      for (const [key, cell] of grid) {
        for (const neighbour of neighboursOf(key)) {
          const other = grid.get(neighbour);
          if (other === undefined) continue;
          const [a, b] = [rootOf(cell), rootOf(other)];
          parents[Math.max(a, b)] = Math.min(a, b);
        }
      }
    }
    return parents.map((_, cell) => rootOf(cell));
  }
}

/** Half of the cells around one; it is itself around the others. */
function neighboursOf(key: string): string[] {
  const [t, z, y, x] = key.split(',').map(Number) as [number, number, number, number];
  return halfAround.map(([dt, dz, dy, dx]) => `${t + dt},${z + dz},${y + dy},${x + dx}`);
}

const halfAround = Array.from({ length: 40 }, (_, i) =>
  [27, 9, 3, 1].map((stride) => (Math.floor((i + 41) / stride) % 3) - 1),
) as [number, number, number, number][];

interface Bounds {
  readonly low: [number, number, number];
  readonly high: [number, number, number];
}

function boundsOf({ count, data }: SamplePlaces, strokeOf: (row: number) => number): Map<number, Bounds> {
  const bounds = new Map<number, Bounds>();
  for (let row = 0; row < count; row++) {
    const stroke = strokeOf(row);
    const known = bounds.get(stroke) ?? { low: [Infinity, Infinity, Infinity], high: [0, 0, 0] };
    bounds.set(stroke, known);
    for (const i of [0, 1, 2] as const) {
      const at = data[5 * row + 2 + i]!;
      known.low[i] = Math.min(known.low[i], at);
      known.high[i] = Math.max(known.high[i], at);
    }
  }
  return bounds;
}

/** Which block of a long stroke a sample lies in; the same for all samples of a short one. */
function blockKey({ data }: SamplePlaces, row: number, { low, high }: Bounds): string {
  if (high.every((stop, i) => stop - low[i]! < 2 * blockSize)) return '';
  return [0, 1, 2].map((i) => `,${Math.floor((data[5 * row + 2 + i]! - low[i]!) / blockSize)}`).join('');
}
