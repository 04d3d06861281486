import { elementCount, type Shape5 } from '../grid/axes.ts';
import { BlockGrid } from '../grid/block-grid.ts';
import { dtypeOf, isDtype, type TypedArray } from '../grid/dtype.ts';
import { roiShape, wholeRoi } from '../grid/roi.ts';
import { maxLabel } from './labels.ts';
import { broken } from './pack-values.ts';
import type { Project } from './project.ts';

/** Says whether a value is of a type; if not, throws with its place. */
type Checker = (value: unknown, place: string) => void;

/**
 * Is this a project? Fields it does not know are refused too, so that nothing that was not looked at gets on.
 * @throws 'broken-file' naming the first field that is wrong
 */
export function checkProject(value: unknown): Project {
  project(value, 'project');
  return value as Project;
}

function wrong(place: string, needed: string): never {
  throw broken(`${place} is not ${needed}`);
}

const rule =
  (needed: string, isFine: (value: unknown) => boolean): Checker =>
  (value, place) => {
    if (!isFine(value)) wrong(place, needed);
  };
const text = rule('a text', (value) => typeof value === 'string');
const number = rule('a number', (value) => typeof value === 'number');
const flag = rule('true or false', (value) => typeof value === 'boolean');
const count = rule('a whole number from 0', isCount);
const byte = rule('a number from 0 to 255', (value) => isCount(value) && value <= 255);
const size = rule('a size', (value) => isCount(value) && value > 0);
const axes = rule('a list of axes', (value) => typeof value === 'string' && /^[tczyx]{2,5}$/.test(value));
const dtype = rule('a dtype', (value) => typeof value === 'string' && isDtype(value));
const numbers = rule('an array of numbers', (value) => isArrayOf(value, /^(?:u?int(?:8|16|32)|float(?:32|64))$/));
const anyArray = rule('an array of numbers', (value) => isArrayOf(value, /./));

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isArrayOf(value: unknown, kinds: RegExp): value is TypedArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView) && kinds.test(dtypeOf(value as TypedArray));
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

const oneOf = (...allowed: readonly unknown[]) =>
  rule(`one of ${allowed.join(', ')}`, (value) => allowed.includes(value));

const list =
  (item: Checker, length?: number): Checker =>
  (value, place) => {
    if (!Array.isArray(value)) wrong(place, 'a list');
    if (length !== undefined && value.length !== length) wrong(place, `a list of ${length}`);
    value.forEach((entry, i) => item(entry, `${place}[${i}]`));
  };

const record =
  (item: Checker): Checker =>
  (value, place) => {
    if (!isFields(value)) wrong(place, 'an object');
    for (const [key, entry] of Object.entries(value)) item(entry, `${place}.${key}`);
  };

/** The first that fits counts; if none does, `needed` says what is missing. */
const either =
  (needed: string, ...checkers: readonly Checker[]): Checker =>
  (value, place) => {
    const fits = (check: Checker) => {
      try {
        check(value, place);
        return true;
      } catch {
        return false; // the message of one alternative would mislead
      }
    };
    if (!checkers.some(fits)) wrong(place, needed);
  };

const fields =
  (required: Readonly<Record<string, Checker>>, optional: Readonly<Record<string, Checker>> = {}): Checker =>
  (value, place) => {
    if (!isFields(value)) wrong(place, 'an object');
    for (const [key, check] of Object.entries(required)) check(value[key], `${place}.${key}`);
    for (const [key, entry] of Object.entries(value)) {
      if (Object.hasOwn(required, key)) continue;
      if (!Object.hasOwn(optional, key)) wrong(`${place}.${key}`, 'a field of a project');
      if (entry !== undefined) optional[key]!(entry, `${place}.${key}`);
    }
  };

const shape = list(size, 5);
const pair = list(number, 2);
const color = list(byte, 3);

const tensor: Checker = (value, place) => {
  fields({ data: anyArray, shape })(value, place);
  const { data, shape: sizes } = value as { data: TypedArray; shape: Shape5 };
  if (elementCount(sizes) !== data.length) wrong(place, 'an array that fills its shape');
};
const stack = fields({ paths: list(text), axis: oneOf('t', 'c', 'z') });
const location = fields({ path: text }, { innerPath: text, tensor, stack });
const channels = either('a choice of channels', oneOf('all', 'gray'), list(count));
const reference = fields(
  { nickname: text, location, storage: oneOf('embedded', 'absolute', 'relative'), axes, shape, channels },
  {
    dtype,
    displayMode: text,
    normalizeDisplay: flag,
    displayRange: pair,
    channelRanges: list(pair),
    fingerprint: text,
  },
);

const labels: Checker = (value, place) => {
  const chunks = rule('a Map', (map) => map instanceof Map);
  fields({ shape, chunkShape: shape, chunks })(value, place);
  const found = value as { shape: Shape5; chunkShape: Shape5; chunks: Map<unknown, unknown> };
  const grid = new BlockGrid(wholeRoi(found.shape), found.chunkShape);
  for (const [index, data] of found.chunks) {
    const at = `${place}.chunks[${String(index)}]`;
    if (!isCount(index) || index >= grid.count) wrong(at, 'a chunk of the image');
    const length = elementCount(roiShape(grid.block(index)));
    if (!(data instanceof Uint8Array) || data.length !== length) wrong(at, `a chunk of ${length} labels`);
    if (largestOf(data) > maxLabel) wrong(at, `labels from 0 to ${maxLabel}`);
  }
};

/** A loop, as there may be millions of labels. */
function largestOf(values: Uint8Array): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) if (values[i]! > largest) largest = values[i]!;
  return largest;
}

const lane: Checker = (value, place) => {
  fields({ rawData: reference, labels }, { predictionMask: reference })(value, place);
  const found = value as { rawData: { shape: Shape5 }; labels: { shape: Shape5 } };
  const fits = found.labels.shape.every((length, i) => length === (i === 1 ? 1 : found.rawData.shape[i]));
  if (!fits) wrong(`${place}.labels`, 'of the shape of its image');
};

const features: Checker = (value, place) => {
  const required = { filterIds: list(text), sigmas: list(number), selected: list(list(flag)), computeIn2d: list(flag) };
  fields(required)(value, place);
  const found = value as { filterIds: []; sigmas: []; selected: [][]; computeIn2d: [] };
  const columns = found.sigmas.length;
  const isMatrix =
    found.selected.length === found.filterIds.length &&
    found.computeIn2d.length === columns &&
    found.selected.every((row) => row.length === columns);
  if (!isMatrix) wrong(place, 'a matrix of filters and sigmas');
};

const tree = fields({
  topology: rule('int32', (value) => value instanceof Int32Array),
  parameters: rule('float64', (value) => value instanceof Float64Array),
});
const forest = fields({
  trees: list(tree),
  columnCount: count,
  classCount: count,
  labels: list(number),
  options: record(number),
  parameters: record(number),
});
const modelFields = { classifierId: text, knownLabels: list(number), featureCount: count, classCount: count };
const model = either(
  'a stored model',
  fields({ layout: oneOf('vigra-forests'), forests: list(forest), ...modelFields }),
  fields({ layout: oneOf('arrays'), arrays: record(numbers), texts: record(text), ...modelFields }),
);
const report = fields(
  {
    sampleCount: count,
    featureCount: count,
    classCounts: list(count),
    seconds: number,
    warnings: list(text),
  },
  {
    outOfBagError: number,
    valueRange: pair,
    trainedAt: text,
    images: list(fields({ name: text, labels: list(count) })),
    crossValidation: fields({ folds: count, accuracy: number, deviation: number }),
  },
);
const classifier = fields(
  { classifierId: text, options: record(either('a value', number, flag, text)), seed: number },
  { model, report },
);

const bounds = list(either('a number or null', number, oneOf(null)));
const exportSettings = fields(
  {},
  {
    filenameFormat: text,
    internalPath: text,
    outputFormat: text,
    axisOrder: text,
    dtype: text,
    inputRange: pair,
    exportRange: pair,
    regionStart: bounds,
    regionStop: bounds,
  },
);

const attributes = record(either('an attribute', text, number, list(text), list(number)));
const carried = either(
  'a carried group or dataset',
  fields({ kind: oneOf('group'), path: text, attributes }),
  fields({
    kind: oneOf('dataset'),
    path: text,
    shape: list(count),
    data: either('numbers or texts', anyArray, list(text)),
    attributes,
  }),
);
const normalization = either(
  'a normalization',
  fields({ method: oneOf('percentile'), low: number, high: number }),
  fields({ method: oneOf('z-score', 'equalize') }),
);

const postprocessing = fields({}, { combine: list(list(count)), smoothing: number, thresholds: list(number) });
const resultSteps = fields({}, { postprocessing, smallestObject: count });

const project = fields(
  {
    workflowId: text,
    lanes: list(lane),
    classes: list(fields({ name: text, color, probabilityColor: color })),
    features,
    classifier,
    exportSettings,
    carried: list(carried),
  },
  { normalization, resultSteps, origin: text, isIncomplete: flag },
);
