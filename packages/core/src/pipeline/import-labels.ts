import type { ImageSource } from '../contracts/image-source.ts';
import { BrushwoodError } from '../errors.ts';
import type { Shape5 } from '../grid/axes.ts';
import type { TypedArray } from '../grid/dtype.ts';
import { BlockGrid } from '../grid/block-grid.ts';
import { roiShape, wholeRoi, withAxis, type Roi } from '../grid/roi.ts';
import { addClass } from '../project/classes.ts';
import { emptyLabels, maxLabel, writeLabels } from '../project/labels.ts';
import { withLane } from '../project/lanes.ts';
import { dropModel, type Color, type Project } from '../project/project.ts';

export interface ImportLabelsOptions {
  readonly lane: number;
  /** Keep the lane's labels where the image is 0; otherwise it replaces them. */
  readonly isMerge?: boolean;
  /** Label of a value, for masks whose values are not labels: `{ 255: 2 }`. Values that are missing keep their own. */
  readonly valueMap?: ReadonlyMap<number, number>;
  readonly signal?: AbortSignal;
}

/** Blocks that are read at once while importing: flat, as most files keep planes. */
const importBlock: Shape5 = [1, 1, 1, 512, 2048];

/**
 * Takes a label image over into a lane: value = label, 0 = none. New values add classes `Label k`. An RGB image is read as
 * colours: black is unlabelled, the colour of a class is that class, other colours add classes of that colour.
 * @throws 'shape-mismatch' if the sizes differ, 'invalid-labels' for values that are no label; both say what was found
 */
export async function importLabels(
  project: Project,
  source: ImageSource,
  options: ImportLabelsOptions,
): Promise<Project> {
  const lane = project.lanes[options.lane]!;
  checkShape(source.info.shape, lane.labels.shape, lane.rawData.nickname);
  const isColor = source.info.shape[1] >= 3;
  let next = project;
  let labels = options.isMerge ? lane.labels : emptyLabels(lane.rawData.shape);
  // Of classes that share a colour the first has it; a new colour still gets a label behind all of them.
  const byColor = project.classes.map((item, i) => [colorKey(item.color), i + 1] as const).reverse();
  const colors: ColorLabels = { labels: new Map(byColor), count: project.classes.length };
  for (const roi of new BlockGrid(wholeRoi(lane.labels.shape), importBlock)) {
    const box = isColor ? withAxis(roi, 1, 0, 3) : roi;
    const { data } = await source.read(box, { signal: options.signal });
    const values = isColor ? colorLabels(data, colors) : valueLabels(data, options.valueMap, roi);
    if (values.every((value) => value === 0)) continue; // adds nothing, and writing copies every chunk it touches
    labels = writeLabels(labels, roi, values, 'merge');
    next = addMissingClasses(next, values, colors.labels);
  }
  return dropModel(withLane(next, options.lane, { ...lane, labels }));
}

function checkShape(shape: Shape5, expected: Shape5, nickname: string): void {
  const fits = shape.every((size, axis) => axis === 1 || size === expected[axis]);
  const hasChannels = shape[1] === 1 || shape[1] === 3 || shape[1] === 4;
  if (fits && hasChannels) return;
  throw new BrushwoodError(
    'shape-mismatch',
    `The label image has shape (${shape.join(', ')}), but "${nickname}" has (${expected.join(', ')}), axes tczyx. Labels need the size of ` +
      'their image and one channel (or RGB colours). If the axes were misread, name them with --input-axes.',
    { shape: [...shape], expected: [...expected] },
  );
}

function valueLabels(data: TypedArray, valueMap: ReadonlyMap<number, number> | undefined, roi: Roi): Uint8Array {
  const labels = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const value = Number(data[i]);
    const label = valueMap?.get(value) ?? value;
    if (!Number.isInteger(label) || label < 0 || label > maxLabel) throw noLabel(value, i, roi);
    labels[i] = label;
  }
  return labels;
}

function noLabel(value: number, index: number, roi: Roi): BrushwoodError {
  const [, , , rows, columns] = roiShape(roi);
  const [x, y, z] = [
    (index % columns) + roi.start[4],
    (Math.floor(index / columns) % rows) + roi.start[3],
    Math.floor(index / (columns * rows)) + roi.start[2],
  ];
  return new BrushwoodError(
    'invalid-labels',
    `The label image holds ${value} (at x=${x}, y=${y}, z=${z}), but labels are whole numbers from 1 to ${maxLabel}, 0 for none. For a mask ` +
      `with other values say what they mean, for example --map ${value}=2.`,
    { value, x, y, z },
  );
}

interface ColorLabels {
  readonly labels: Map<string, number>;
  /** Labels given so far: classes, and colours no class has. */
  count: number;
}

/** Labels of the colours of three planes. New colours are added to `colors`, with the next labels. */
function colorLabels(data: TypedArray, colors: ColorLabels): Uint8Array {
  const count = data.length / 3;
  const labels = new Uint8Array(count);
  let last: Color = [0, 0, 0];
  let label = 0;
  for (let i = 0; i < count; i++) {
    const [red, green, blue] = [Number(data[i]), Number(data[count + i]), Number(data[2 * count + i])];
    // Neighbours mostly have the same colour.
    if (red !== last[0] || green !== last[1] || blue !== last[2]) {
      last = [red, green, blue];
      label = red === 0 && green === 0 && blue === 0 ? 0 : labelOfColor(last, colors);
    }
    labels[i] = label;
  }
  return labels;
}

function labelOfColor(color: Color, colors: ColorLabels): number {
  const known = colors.labels.get(colorKey(color));
  if (known) return known;
  const label = ++colors.count;
  if (label > maxLabel) {
    throw new BrushwoodError(
      'invalid-labels',
      `The label image has more than ${maxLabel} colours. Save labels as one channel of whole numbers instead.`,
    );
  }
  colors.labels.set(colorKey(color), label);
  return label;
}

function addMissingClasses(project: Project, values: Uint8Array, colors: ReadonlyMap<string, number>): Project {
  const largest = values.reduce((max, value) => Math.max(max, value), 0);
  let next = project;
  while (next.classes.length < largest) {
    const label = next.classes.length + 1;
    const color = [...colors]
      .find(([, value]) => value === label)?.[0]
      .split(' ')
      .map(Number) as Color | undefined;
    next = addClass(next, freeName(next, label), color);
  }
  return next;
}

function freeName(project: Project, label: number): string {
  const isUsed = (name: string) => project.classes.some((item) => item.name === name);
  let name = `Label ${label}`;
  while (isUsed(name)) name += "'";
  return name;
}

function colorKey(color: Color): string {
  return color.join(' ');
}
