import { shape5, stridesOf, type Shape5 } from '../grid/axes.ts';
import { BlockGrid } from '../grid/block-grid.ts';
import { hullOfRois, roiShape, translateRoi, wholeRoi, type Roi } from '../grid/roi.ts';
import type { Labels } from './labels.ts';

/** Labelled voxels of one class that touch by faces, edges or corners, in one frame. */
export interface LabelStroke {
  /** From 1. */
  readonly label: number;
  readonly voxelCount: number;
  /** The box it fills. */
  readonly roi: Roi;
  /** A voxel of it, in the middle of the largest part that one chunk holds. */
  readonly at: Shape5;
}

/** A stroke as far as one chunk holds it. Places count from the chunk's origin. */
interface Part extends LabelStroke {
  /** Voxels on the faces of the chunk: `tczyx` places, five numbers each. */
  readonly border: readonly number[];
}

/**
 * Finds the strokes of labels: 8-connected in flat images, 26-connected in volumes. Takes one chunk at a time and remembers of it only its
 * strokes and their voxels at its faces; chunks that were seen before, as after a further stroke, cost next to nothing.
 */
export class LabelStrokeFinder {
  private readonly known = new WeakMap<Uint8Array, readonly Part[]>();

  /** All strokes, in order of frames and then of chunks. To be run in pieces: yields after every chunk. */
  *find(labels: Labels): Generator<void, LabelStroke[]> {
    const grid = new BlockGrid(wholeRoi(labels.shape), labels.chunkShape);
    const strides = stridesOf(labels.shape);
    const join = new Union();
    const atBorder = new Map<number, number>();
    for (const index of [...labels.chunks.keys()].sort((a, b) => a - b)) {
      const chunk = grid.block(index);
      for (const part of this.partsOf(labels.chunks.get(index)!, roiShape(chunk))) {
        const id = join.add({ ...part, roi: translateRoi(part.roi, chunk.start), at: added(part.at, chunk.start) });
        for (let i = 0; i < part.border.length; i += 5) {
          const place = shape5((axis) => part.border[i + axis]! + chunk.start[axis]);
          for (const other of neighbours(place, labels.shape, strides)) {
            const touched = atBorder.get(other);
            if (touched !== undefined) join.unite(id, touched);
          }
          atBorder.set(keyOf(place, strides), id);
        }
      }
      yield;
    }
    return join.strokes();
  }

  private partsOf(data: Uint8Array, shape: Shape5): readonly Part[] {
    let parts = this.known.get(data);
    if (!parts) this.known.set(data, (parts = findParts(data, shape)));
    return parts;
  }
}

/** The strokes of labels, at once. */
export function findLabelStrokes(labels: Labels): LabelStroke[] {
  const steps = new LabelStrokeFinder().find(labels);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** Labels without one stroke: the voxels of its class that are connected with `stroke.at`. */
export function eraseLabelStroke(labels: Labels, stroke: Pick<LabelStroke, 'label' | 'at'>): Labels {
  const eraser = new StrokeEraser(labels, stroke);
  const changed = eraser.run();
  if (changed.size === 0) return labels;
  const chunks = new Map(labels.chunks);
  for (const [index, data] of changed) {
    if (data.some((value) => value !== 0)) chunks.set(index, data);
    else chunks.delete(index);
  }
  return { ...labels, chunks };
}

/** Clears voxel after voxel, each when it is met first. Looks at the chunk of the last voxel until one lies outside it. */
class StrokeEraser {
  private readonly changed = new Map<number, Uint8Array>();
  private readonly grid: BlockGrid;
  private readonly labels: Labels;
  private readonly stroke: Pick<LabelStroke, 'label' | 'at'>;
  /** Places z, y, x, three numbers each. */
  private readonly stack: number[] = [];
  private index = -1;
  private data: Uint8Array | undefined;
  /** Of the chunk: first z, y, x, and sizes. */
  private low = [0, 0, 0];
  private size = [0, 0, 0];

  constructor(labels: Labels, stroke: Pick<LabelStroke, 'label' | 'at'>) {
    this.grid = new BlockGrid(wholeRoi(labels.shape), labels.chunkShape);
    this.labels = labels;
    this.stroke = stroke;
  }

  /** The chunks that changed. */
  run(): ReadonlyMap<number, Uint8Array> {
    const [, , nz, ny, nx] = this.labels.shape;
    const { stack, stroke } = this;
    this.take(stroke.at[2], stroke.at[3], stroke.at[4]);
    while (stack.length > 0) {
      const [x, y, z] = [stack.pop()!, stack.pop()!, stack.pop()!];
      const [top, bottom] = [Math.max(0, y - 1), Math.min(ny - 1, y + 1)];
      const [left, right] = [Math.max(0, x - 1), Math.min(nx - 1, x + 1)];
      for (let k = Math.max(0, z - 1); k <= Math.min(nz - 1, z + 1); k++)
        for (let j = top; j <= bottom; j++) for (let i = left; i <= right; i++) this.take(k, j, i);
    }
    return this.changed;
  }

  private take(z: number, y: number, x: number): void {
    const { low, size } = this;
    let [k, j, i] = [z - low[0]!, y - low[1]!, x - low[2]!];
    if (!(k >= 0 && k < size[0]! && j >= 0 && j < size[1]! && i >= 0 && i < size[2]!)) {
      this.open(z, y, x);
      [k, j, i] = [z - this.low[0]!, y - this.low[1]!, x - this.low[2]!];
    }
    const at = (k * this.size[1]! + j) * this.size[2]! + i;
    if (this.data?.[at] !== this.stroke.label) return;
    if (!this.changed.has(this.index)) this.changed.set(this.index, (this.data = this.data.slice()));
    this.data[at] = 0;
    this.stack.push(z, y, x);
  }

  private open(z: number, y: number, x: number): void {
    const { chunkShape, chunks } = this.labels;
    const { counts } = this.grid;
    const at = [z, y, x].map((place, axis) => Math.floor(place / chunkShape[axis + 2]!)) as [number, number, number];
    this.index = ((this.stroke.at[0] * counts[2] + at[0]) * counts[3] + at[1]) * counts[4] + at[2];
    const chunk = this.grid.block(this.index);
    this.data = this.changed.get(this.index) ?? chunks.get(this.index);
    this.low = chunk.start.slice(2);
    this.size = roiShape(chunk).slice(2);
  }
}

/** The strokes within one chunk. */
function findParts(data: Uint8Array, shape: Shape5): Part[] {
  const strides = stridesOf(shape);
  const ids = new Int32Array(data.length);
  const found: { label: number; voxelCount: number }[] = [];
  for (let first = 0; first < data.length; first++) {
    const label = data[first]!;
    if (label === 0 || ids[first] !== 0) continue;
    const id = found.length + 1;
    let voxelCount = 0;
    const stack = [first];
    ids[first] = id;
    while (stack.length > 0) {
      voxelCount++;
      for (const next of neighbours(placeOf(stack.pop()!, strides), shape, strides)) {
        if (ids[next] !== 0 || data[next] !== label) continue;
        ids[next] = id;
        stack.push(next);
      }
    }
    found.push({ label, voxelCount });
  }
  return measureParts(ids, shape, found);
}

/** Box, voxel nearest to the centre of mass, and voxels at the faces of the parts of a chunk. */
function measureParts(
  ids: Int32Array,
  shape: Shape5,
  found: readonly { readonly label: number; readonly voxelCount: number }[],
): Part[] {
  const strides = stridesOf(shape);
  const parts = found.map((facts) => ({
    ...facts,
    start: [...shape],
    stop: [0, 0, 0, 0, 0],
    sum: [0, 0, 0, 0, 0],
    at: shape5(() => 0),
    nearest: Infinity,
    border: [] as number[],
  }));
  const each = (use: (part: (typeof parts)[number], place: Shape5) => void) =>
    ids.forEach((id, i) => {
      if (id > 0) use(parts[id - 1]!, placeOf(i, strides));
    });
  each((part, place) => {
    let isAtFace = false;
    for (let axis = 0; axis < 5; axis++) {
      const at = place[axis]!;
      part.start[axis] = Math.min(part.start[axis]!, at);
      part.stop[axis] = Math.max(part.stop[axis]!, at + 1);
      part.sum[axis]! += at;
      if (axis > 1 && (at === 0 || at === shape[axis]! - 1)) isAtFace = true;
    }
    if (isAtFace) part.border.push(...place);
  });
  each((part, place) => {
    const far = place.reduce((sum, at, axis) => sum + (at - part.sum[axis]! / part.voxelCount) ** 2, 0);
    if (far >= part.nearest) return;
    part.nearest = far;
    part.at = place;
  });
  return parts.map(({ label, voxelCount, start, stop, at, border }) => {
    const roi: Roi = { start: shape5((axis) => start[axis]!), stop: shape5((axis) => stop[axis]!) };
    return { label, voxelCount, roi, at, border };
  });
}

/** Parts that turn out to be one stroke. */
class Union {
  private readonly parents: number[] = [];
  private readonly parts: LabelStroke[] = [];

  add(part: LabelStroke): number {
    this.parts.push(part);
    return this.parents.push(this.parents.length) - 1;
  }

  /** Parts of different labels stay apart. */
  unite(a: number, b: number): void {
    const [first, second] = [this.rootOf(a), this.rootOf(b)];
    if (first === second || this.parts[a]!.label !== this.parts[b]!.label) return;
    this.parents[Math.max(first, second)] = Math.min(first, second);
  }

  strokes(): LabelStroke[] {
    const whole = new Map<number, LabelStroke & { largest: number }>();
    this.parts.forEach(({ label, voxelCount, roi, at }, id) => {
      const root = this.rootOf(id);
      const before = whole.get(root);
      const isLargest = !before || voxelCount > before.largest;
      whole.set(root, {
        label,
        voxelCount: voxelCount + (before?.voxelCount ?? 0),
        roi: before ? hullOfRois(before.roi, roi) : roi,
        at: isLargest ? at : before.at,
        largest: isLargest ? voxelCount : before.largest,
      });
    });
    return [...whole.values()].map(({ label, voxelCount, roi, at }) => ({ label, voxelCount, roi, at }));
  }

  private rootOf(id: number): number {
    let root = id;
    while (this.parents[root] !== root) root = this.parents[root]!;
    for (let at = id; at !== root; ) {
      const next = this.parents[at]!;
      this.parents[at] = root;
      at = next;
    }
    return root;
  }
}

/** Running numbers of the voxels around one: 8 on a flat image, 26 in a volume, fewer at the edge of the image. */
function neighbours([t, c, z, y, x]: Shape5, [, , nz, ny, nx]: Shape5, strides: readonly number[]): number[] {
  const found: number[] = [];
  const here = t * strides[0]! + c * strides[1]!;
  for (let k = Math.max(0, z - 1); k <= Math.min(nz - 1, z + 1); k++)
    for (let j = Math.max(0, y - 1); j <= Math.min(ny - 1, y + 1); j++)
      for (let i = Math.max(0, x - 1); i <= Math.min(nx - 1, x + 1); i++) {
        if (k !== z || j !== y || i !== x) found.push(here + k * strides[2]! + j * strides[3]! + i);
      }
  return found;
}

function keyOf(place: Shape5, strides: readonly number[]): number {
  return place.reduce((sum, at, axis) => sum + at * strides[axis]!, 0);
}

function placeOf(key: number, strides: readonly number[]): Shape5 {
  let rest = key;
  return shape5((axis) => {
    const at = Math.floor(rest / strides[axis]!);
    rest -= at * strides[axis]!;
    return at;
  });
}

function added(place: Shape5, offset: Shape5): Shape5 {
  return shape5((axis) => place[axis] + offset[axis]);
}
