import { shape5, stridesOf, type Shape3, type Shape5 } from '../grid/axes.ts';
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
  const changed = new StrokeEraser(labels, stroke).run();
  if (changed.size === 0) return labels;
  const chunks = new Map(labels.chunks);
  for (const [index, data] of changed) {
    if (data.some((value) => value !== 0)) chunks.set(index, data);
    else chunks.delete(index);
  }
  return { ...labels, chunks };
}

/** What is erased in one chunk. Its first voxel and its sizes along z, y, x. */
interface OpenChunk {
  data: Uint8Array | undefined;
  isCopy: boolean;
  readonly z: number;
  readonly y: number;
  readonly x: number;
  readonly nz: number;
  readonly ny: number;
  readonly nx: number;
}

/** Clears voxel after voxel, each when it is met first. Looks at the chunk of the last voxel until one lies outside it. */
class StrokeEraser {
  private readonly opened = new Map<number, OpenChunk>();
  private readonly grid: BlockGrid;
  private readonly labels: Labels;
  private readonly label: number;
  private readonly t: number;
  /** Places z, y, x, three numbers each. */
  private readonly stack: number[] = [];
  private chunk: OpenChunk;

  constructor(labels: Labels, { label, at }: Pick<LabelStroke, 'label' | 'at'>) {
    this.grid = new BlockGrid(wholeRoi(labels.shape), labels.chunkShape);
    this.labels = labels;
    this.label = label;
    this.t = at[0];
    this.chunk = this.open(at[2], at[3], at[4]);
    this.take(at[2], at[3], at[4]);
  }

  /** The chunks that changed. */
  run(): ReadonlyMap<number, Uint8Array> {
    const { stack } = this;
    const reach = this.labels.shape[2] > 1 ? 1 : 0;
    while (stack.length > 0) {
      const x = stack.pop()!;
      const y = stack.pop()!;
      const z = stack.pop()!;
      const isInside = isIn(this.chunk, z - reach, y - 1, x - 1) && isIn(this.chunk, z + reach, y + 1, x + 1);
      if (isInside && this.chunk.isCopy) this.takeInside([z, y, x], reach);
      else this.takeAround(z, y, x);
    }
    return new Map([...this.opened].flatMap(([index, { data, isCopy }]) => (isCopy ? [[index, data!]] : [])));
  }

  /** Around a voxel, all in the chunk. */
  private takeInside([z, y, x]: Shape3, reach: number): void {
    const { stack, chunk, label } = this;
    const data = chunk.data!;
    for (let k = z - reach; k <= z + reach; k++)
      for (let j = y - 1; j <= y + 1; j++) {
        const row = ((k - chunk.z) * chunk.ny + j - chunk.y) * chunk.nx - chunk.x;
        for (let i = x - 1; i <= x + 1; i++) {
          if (data[row + i] !== label) continue;
          data[row + i] = 0;
          stack.push(k, j, i);
        }
      }
  }

  private takeAround(z: number, y: number, x: number): void {
    const [, , nz, ny, nx] = this.labels.shape;
    for (let k = Math.max(0, z - 1); k <= Math.min(nz - 1, z + 1); k++)
      for (let j = Math.max(0, y - 1); j <= Math.min(ny - 1, y + 1); j++)
        for (let i = Math.max(0, x - 1); i <= Math.min(nx - 1, x + 1); i++) this.take(k, j, i);
  }

  private take(z: number, y: number, x: number): void {
    if (!isIn(this.chunk, z, y, x)) this.chunk = this.open(z, y, x);
    const { chunk } = this;
    const at = ((z - chunk.z) * chunk.ny + y - chunk.y) * chunk.nx + x - chunk.x;
    if (chunk.data?.[at] !== this.label) return;
    if (!chunk.isCopy) chunk.data = chunk.data.slice();
    chunk.isCopy = true;
    chunk.data[at] = 0;
    this.stack.push(z, y, x);
  }

  private open(z: number, y: number, x: number): OpenChunk {
    const [, , cz, cy, cx] = this.labels.chunkShape;
    const [, , nz, ny, nx] = this.grid.counts;
    const index = ((this.t * nz + Math.floor(z / cz)) * ny + Math.floor(y / cy)) * nx + Math.floor(x / cx);
    let chunk = this.opened.get(index);
    if (!chunk) this.opened.set(index, (chunk = this.openNew(index)));
    return chunk;
  }

  private openNew(index: number): OpenChunk {
    const roi = this.grid.block(index);
    const [, , z, y, x] = roi.start;
    const [, , nz, ny, nx] = roiShape(roi);
    return { data: this.labels.chunks.get(index), isCopy: false, z, y, x, nz, ny, nx };
  }
}

function isIn(chunk: OpenChunk, z: number, y: number, x: number): boolean {
  return (
    z >= chunk.z &&
    z < chunk.z + chunk.nz &&
    y >= chunk.y &&
    y < chunk.y + chunk.ny &&
    x >= chunk.x &&
    x < chunk.x + chunk.nx
  );
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
