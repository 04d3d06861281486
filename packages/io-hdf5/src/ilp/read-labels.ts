import {
  AxisOrder,
  axisIndex,
  BrushwoodError,
  emptyLabels,
  maxLabel,
  type Axis,
  type Labels,
  type Roi,
  type Shape5,
  type TypedArray,
} from '@brushwood/core';
import { parseAxisTags } from '../axistags.ts';
import { eraser, LabelCollector } from './label-collector.ts';
import { labelBlockAxes } from './label-axes.ts';
import { labelSets } from './ilp-layout.ts';
import type { LaneImages } from './read-input-data.ts';
import type { ProjectReader } from './project-reader.ts';

/** Where a block lies and in which axes. */
interface Block {
  readonly path: string;
  readonly axes: string;
  readonly start: readonly number[];
  readonly stop: readonly number[];
}

/**
 * The labels of every lane. Label sets belong to lanes by their position in the sorted list. What cannot be read is
 * reported and makes the project incomplete.
 */
export function readAllLabels(reader: ProjectReader, lanes: readonly LaneImages[], version: string) {
  const sets = reader.file.children(labelSets).sort((a, b) => setNumber(a) - setNumber(b));
  if (sets.length > lanes.length) {
    reader.lose('Label sets', `there are ${sets.length} for ${lanes.length} image(s)`);
  }
  const hasObjects = ['ObjectClassification', 'ObjectExtraction'].some((group) => reader.file.has(group));
  return lanes.map((lane, i) => {
    const set = sets[i];
    return set === undefined
      ? { lane, labels: emptyLabels(lane.rawData.shape) }
      : readLane(reader, lane, { set: `${labelSets}/${set}`, version, hasObjects });
  });
}

function setNumber(name: string): number {
  return Number(/\d+$/.exec(name)?.[0] ?? 0);
}

interface SetFacts {
  readonly set: string;
  readonly version: string;
  readonly hasObjects: boolean;
}

function readLane(reader: ProjectReader, lane: LaneImages, facts: SetFacts): { lane: LaneImages; labels: Labels } {
  const part = `Labels of "${lane.rawData.nickname}"`;
  let sized = lane;
  try {
    if (reader.file.kind(facts.set) !== 'group')
      throw broken(`"${facts.set}" is not stored in the project file itself`);
    const losses: BrushwoodError[] = [];
    const blocks = reader
      .names(facts.set)
      .map((name) => tried(losses, () => locateBlock(reader, `${facts.set}/${name}`, lane, facts)))
      .filter((block) => block !== undefined);
    if (!lane.hasShape) sized = { ...lane, rawData: { ...lane.rawData, shape: extentOf(blocks, lane.rawData.shape) } };
    const collector = new LabelCollector(sized.rawData.shape);
    for (const block of blocks) tried(losses, () => addBlock(reader, collector, block));
    if (losses.length > 0) reader.lose(part, reasonOf(losses));
    return { lane: sized, labels: collector.labels() };
  } catch (error) {
    if (!(error instanceof BrushwoodError)) throw error;
    reader.lose(part, error);
    return { lane: sized, labels: emptyLabels(sized.rawData.shape) };
  }
}

/** The result, or undefined for a block that is lost: the others are kept. */
function tried<T>(losses: BrushwoodError[], work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof BrushwoodError)) throw error;
    losses.push(error);
    return undefined;
  }
}

function reasonOf(losses: readonly BrushwoodError[]): string {
  const more = losses.length - 1;
  return `${losses[0]!.message}${more > 0 ? `, and ${more} more block(s)` : ''}`;
}

function locateBlock(reader: ProjectReader, path: string, lane: LaneImages, facts: SetFacts): Block {
  const { shape } = reader.file.dataset(path);
  const slice = reader.file.attribute(path, 'blockSlice');
  const bounds = typeof slice === 'string' ? parseSlice(slice) : undefined;
  if (!bounds) throw broken(`"${path}" does not say where its labels lie (attribute blockSlice)`);
  if (bounds.length !== shape.length || bounds.some(([start, stop], i) => stop - start !== shape[i])) {
    throw broken(`"${path}" has shape (${shape.join(', ')}), but says it lies at ${String(slice)}`);
  }
  const axes = labelBlockAxes({
    rank: shape.length,
    version: facts.version,
    hasObjects: facts.hasObjects,
    imageAxes: lane.rawData.axes,
    imageShape: lane.rawData.shape,
    blockAxes() {
      const tags = reader.file.attribute(path, 'axistags');
      return typeof tags === 'string' ? parseAxisTags(tags)?.axes : undefined;
    },
  });
  if (!axes) throw broken(`"${path}" has ${shape.length} axes, which fit no known order`);
  return { path, axes, start: bounds.map(([start]) => start), stop: bounds.map(([, stop]) => stop) };
}

/** `[a:b,c:d,…]` */
function parseSlice(text: string): [number, number][] | undefined {
  const parts = text.replace(/[[\]\s]/g, '').split(',');
  const bounds = parts.map((part) => part.split(':').map(Number));
  const isValid = bounds.every((pair) => pair.length === 2 && pair.every((n) => Number.isInteger(n) && n >= 0));
  return isValid ? (bounds as [number, number][]) : undefined;
}

/** The box in `tczyx`; axes the block lacks have size 1. */
function coreRoi({ axes, start, stop }: Block): Roi {
  const low = [0, 0, 0, 0, 0];
  const high = [1, 1, 1, 1, 1];
  [...axes].forEach((axis, i) => {
    low[axisIndex(axis as Axis)] = start[i]!;
    high[axisIndex(axis as Axis)] = stop[i]!;
  });
  return { start: low as unknown as Shape5, stop: high as unknown as Shape5 };
}

function extentOf(blocks: readonly Block[], shape: Shape5): Shape5 {
  const stops = blocks.map((block) => coreRoi(block).stop);
  return shape.map((size, i) => Math.max(size, ...stops.map((stop) => stop[i]!))) as unknown as Shape5;
}

function addBlock(reader: ProjectReader, collector: LabelCollector, block: Block): void {
  const roi = coreRoi(block);
  const shape = collector.shape;
  if (roi.stop.some((stop, i) => stop > shape[i]!)) {
    throw broken(`"${block.path}" reaches outside the image of shape (${shape.join(', ')}), axes tczyx`);
  }
  const stored = reader.file.readNumbers(block.path);
  const values = labelValues(stored, block.path);
  const blockShape = block.stop.map((stop, i) => stop - block.start[i]!);
  collector.add(roi, new AxisOrder(block.axes).toCore(values, blockShape));
}

/** Checked before they are narrowed: 258 would become 2, and 256 no label. @throws 'broken-file' */
function labelValues(stored: TypedArray, path: string): Uint8Array {
  const values = stored instanceof Uint8Array ? stored : new Uint8Array(stored.length);
  for (let i = 0; i < stored.length; i++) {
    const value = Number(stored[i]);
    const isLabel = Number.isInteger(value) && value >= 0 && value <= maxLabel;
    if (!isLabel && value !== eraser) {
      throw broken(`"${path}" holds the label ${value}; labels are whole numbers from 1 to ${maxLabel}`);
    }
    values[i] = value;
  }
  return values;
}

function broken(problem: string): BrushwoodError {
  return new BrushwoodError('broken-file', problem, {});
}
