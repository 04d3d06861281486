import { describe, expect, it } from 'vitest';
import type { StoredModel } from '../contracts/classifier.ts';
import { BrushwoodError } from '../errors.ts';
import { findDifference } from '../testing/find-difference.ts';
import { emptyLabels, writeLabels } from './labels.ts';
import type { Lane } from './lane.ts';
import { packProject, unpackProject } from './pack-project.ts';
import { packValue } from './pack-values.ts';
import type { Project } from './project.ts';

const shape = [1, 3, 1, 200, 300] as const;

const lane: Lane = {
  rawData: {
    nickname: 'Zelle 核',
    location: { path: '/data/cells.h5', innerPath: 'volume/data' },
    storage: 'relative',
    axes: 'yxc',
    shape,
    dtype: 'uint16',
    channels: [0, 2],
    displayMode: 'rgba',
    normalizeDisplay: true,
    displayRange: [-0, 4095.5],
    channelRanges: [[0, 9.5]],
    fingerprint: '1x3 uint16 0a',
  },
  predictionMask: {
    nickname: 'mask',
    location: { path: 'mask', tensor: { data: new Float64Array(60_000).fill(Math.PI), shape: [1, 1, 1, 200, 300] } },
    storage: 'embedded',
    axes: 'yx',
    shape: [1, 1, 1, 200, 300],
    channels: 'gray',
  },
  // The last chunk along y and x is cut at the end of the image.
  labels: writeLabels(
    emptyLabels(shape),
    { start: [0, 0, 0, 120, 290], stop: [1, 1, 1, 200, 300] },
    new Uint8Array(800).fill(7),
  ),
};

const forests: StoredModel = {
  layout: 'vigra-forests',
  classifierId: 'random-forest',
  forests: [
    {
      trees: [
        {
          topology: Int32Array.of(2, 2, -1_073_741_824, 0),
          parameters: Float64Array.of(0.1, NaN, Infinity, -0, 5e-324),
        },
        { topology: Int32Array.of(1), parameters: new Float64Array() },
      ],
      columnCount: 2,
      classCount: 2,
      labels: [1, 2],
      options: { mtry_: 1 },
      parameters: { class_count_: 2 },
    },
  ],
  knownLabels: [1, 2],
  featureCount: 2,
  classCount: 2,
};

const full: Project = {
  workflowId: 'Pixel Classification',
  lanes: [lane, { rawData: { ...lane.rawData, channels: 'all' }, labels: emptyLabels(shape) }],
  classes: [{ name: 'a', color: [255, 0, 0], probabilityColor: [0, 255, 1] }],
  features: { filterIds: ['A', 'B'], sigmas: [0.3], selected: [[true], [false]], computeIn2d: [true] },
  normalization: { method: 'percentile', low: 1, high: 99 },
  classifier: {
    classifierId: 'random-forest',
    options: { treeCount: 10, isDeep: false, split: 'gini' },
    seed: 4,
    model: forests,
    report: {
      sampleCount: 3,
      featureCount: 2,
      classCounts: [1, 2],
      outOfBagError: 0.5,
      seconds: 0.1,
      warnings: ['few labels'],
      valueRange: [0, 255],
    },
  },
  exportSettings: {
    filenameFormat: '{nickname}',
    inputRange: [0, 1],
    regionStart: [null, 3],
    regionStop: [null, null],
  },
  resultSteps: { postprocessing: { combine: [[0]], smoothing: 1.5, thresholds: [0.5] }, smallestObject: 9 },
  carried: [
    { kind: 'group', path: 'Own', attributes: { text: 'a', list: ['a', 'b'], $: 3, numbers: [1, NaN] } },
    {
      kind: 'dataset',
      path: 'Own/large',
      shape: [2],
      data: BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n),
      attributes: Object.fromEntries([['__proto__', 'a name like any other']]),
    },
    { kind: 'dataset', path: 'Own/ids', shape: [1], data: BigUint64Array.of(2n ** 64n - 1n), attributes: {} },
    { kind: 'dataset', path: 'Own/names', shape: [2], data: ['ä', ''], attributes: {} },
  ],
  origin: '/data/cells.ilp',
  isIncomplete: true,
};

/** The message, changed. */
function changed(project: Project, change: (bytes: Uint8Array) => Uint8Array): Uint8Array {
  return change(packProject(project));
}

describe('a packed project', () => {
  it('comes back with everything in it', () => {
    const found = unpackProject(packProject(full));
    expect(findDifference(found, full)).toBeUndefined();
    expect(found.carried[1]!.attributes).toEqual(Object.fromEntries([['__proto__', 'a name like any other']]));
  });
  it('comes back with a model of named arrays', () => {
    const model: StoredModel = {
      layout: 'arrays',
      classifierId: 'centroids',
      arrays: { 10: Float32Array.of(0.1), 9: Uint8Array.of(1, 2, 3) },
      texts: { json: '{}' },
      knownLabels: [1],
      featureCount: 1,
      classCount: 1,
    };
    const project = { ...full, classifier: { ...full.classifier, model } };
    expect(findDifference(unpackProject(packProject(project)), project)).toBeUndefined();
  });
  it('comes back from bytes that begin anywhere in their buffer', () => {
    const bytes = packProject(full);
    const moved = new Uint8Array(bytes.length + 3);
    moved.set(bytes, 3);
    expect(findDifference(unpackProject(moved.subarray(3)), full)).toBeUndefined();
  });
  it('shares no memory with its bytes', () => {
    const bytes = packProject(full);
    const found = unpackProject(bytes);
    bytes.fill(255);
    expect(findDifference(found, full)).toBeUndefined();
  });
  it('refuses an image that only this browser can open', () => {
    const rawData = { ...lane.rawData, location: { path: 'a.png', blob: new Blob(['a']) } };
    expect(() => packProject({ ...full, lanes: [{ ...lane, rawData }] })).toThrowError(
      expect.objectContaining({ code: 'unsupported', message: expect.stringContaining('Blob') as string }),
    );
  });
});

describe('bytes that are no packed project', () => {
  const cut = (length: number) => changed(full, (bytes) => bytes.slice(0, length));
  const whole = packProject(full);
  const cases: readonly [string, Uint8Array][] = [
    ['nothing', new Uint8Array()],
    ['another format', new TextEncoder().encode('\x89HDF\r\n\x1a\n and more of it')],
    ['an end within the head', cut(200)],
    ['an end before the tail', cut(whole.length - 500_000)],
    ['an end within the last array', cut(whole.length - 1)],
    ['a head longer than the message', changed(full, (bytes) => bytes.fill(0xff, 8, 12))],
    ['a head that is no JSON', changed(full, (bytes) => bytes.fill(0xff, 20, 24))],
  ];
  for (const [name, bytes] of cases) {
    it(`${name} is refused`, () =>
      expect(() => unpackProject(bytes)).toThrowError(expect.objectContaining({ code: 'broken-file' })));
  }

  const array = (...facts: unknown[]) => ({ $: ['array', ...facts] });
  const heads: readonly [string, unknown][] = [
    ['an array larger than the message', array('float64', 0, 2 ** 40)],
    ['an array before the message', array('uint8', -8, 8)],
    ['an array at half an element', array('uint8', 4, 1)],
    ['an array of something', array('complex', 0, 0)],
    ['a number that is none', { $: ['number', '7'] }],
    ['an unknown tag', { $: ['function', 'alert()'] }],
    ['a list without end', JSON.parse(`${'['.repeat(500)}${']'.repeat(500)}`)],
  ];
  for (const [name, head] of heads) {
    it(`${name} is refused`, () => {
      // An object with the key `$` would be packed as such, so the head is written by hand.
      const bytes = packValue('', 'bwproj01');
      const text = new TextEncoder().encode(JSON.stringify(head));
      const message = new Uint8Array(16 + text.length + 16);
      message.set(bytes.subarray(0, 16));
      new DataView(message.buffer).setUint32(8, text.length, true);
      message.set(text, 16);
      expect(() => unpackProject(message)).toThrowError(expect.objectContaining({ code: 'broken-file' }));
    });
  }

  const edits: readonly [string, object][] = [
    ['lanes', { lanes: 'none' }],
    ['a class without a name', { classes: [{ color: [1, 2, 3], probabilityColor: [1, 2, 3] }] }],
    ['a colour of 256', { classes: [{ name: 'a', color: [256, 0, 0], probabilityColor: [1, 2, 3] }] }],
    ['a matrix with a hole', { features: { ...full.features, selected: [[true]] } }],
    ['an unknown field', { command: 'rm' }],
    [
      'labels above 99',
      { lanes: [{ ...lane, labels: { ...lane.labels, chunks: new Map([[0, new Uint8Array(128 * 128).fill(100)]]) } }] },
    ],
    [
      'a chunk that is too long',
      { lanes: [{ ...lane, labels: { ...lane.labels, chunks: new Map([[2, new Uint8Array(128 * 128)]]) } }] },
    ],
    [
      'a chunk outside of the image',
      { lanes: [{ ...lane, labels: { ...lane.labels, chunks: new Map([[6, new Uint8Array(1)]]) } }] },
    ],
    ['labels of another image', { lanes: [{ ...lane, labels: emptyLabels([1, 1, 1, 9, 9]) }] }],
    ['an image without size', { lanes: [{ ...lane, rawData: { ...lane.rawData, shape: [1, 0, 1, 200, 300] } }] }],
    [
      'a tensor that is too short',
      {
        lanes: [
          {
            ...lane,
            predictionMask: {
              ...lane.predictionMask,
              location: { path: 'a', tensor: { data: new Uint8Array(3), shape } },
            },
          },
        ],
      },
    ],
    [
      'a tree of other numbers',
      {
        classifier: {
          ...full.classifier,
          model: {
            ...forests,
            forests: [
              { ...forests.forests[0], trees: [{ topology: new Float64Array(3), parameters: new Float64Array(3) }] },
            ],
          },
        },
      },
    ],
  ];
  for (const [name, edit] of edits) {
    it(`${name}: refused`, () => {
      expect(() => unpackProject(packProject({ ...full, ...edit } as Project))).toThrowError(
        expect.objectContaining({ code: 'broken-file' }),
      );
    });
  }
  it('says which field is wrong', () => {
    const bytes = packProject({ ...full, lanes: [lane, { ...lane, rawData: { ...lane.rawData, axes: 'yxw' } }] });
    expect(() => unpackProject(bytes)).toThrowError(/project\.lanes\[1\]\.rawData\.axes/);
    expect(() => unpackProject(bytes)).toThrowError(BrushwoodError);
  });
});
