import { describe, expect, it } from 'vitest';
import type { ImageLocation } from '../contracts/image-location.ts';
import type { StorageFormat } from '../contracts/storage-format.ts';
import { AxisOrder, checkAxes, type Shape5 } from '../grid/axes.ts';
import { tensorDtype, type Tensor } from '../grid/tensor.ts';
import { caught } from '../test-doubles/caught.ts';
import { imageSourceChecks } from '../testing/image-source-checks.ts';
import { memoryImageSource } from '../testing/memory-image.ts';
import { randomTensor } from '../testing/random.ts';
import { openImage } from './open-image.ts';

interface FakeFile {
  readonly tensor: Tensor;
  readonly axes: string;
}

/** A format whose files are the entries of a table; counts how often and how many are open. */
function tableFormat(files: Readonly<Record<string, FakeFile>>) {
  const counts = { opened: 0, open: 0, mostOpen: 0, reads: [] as string[] };
  const format: StorageFormat = {
    id: 'table',
    displayName: 'Table',
    extensions: ['.png'],
    supports: { read: true, write: false, innerPaths: false, writeDtypes: [] },
    probe: async ({ path }) => path in files,
    async open({ path }, options) {
      const file = files[path]!;
      const axes = options?.axes ?? file.axes;
      checkAxes(axes, new AxisOrder(file.axes).toFileShape(file.tensor.shape), path);
      counts.opened++;
      counts.mostOpen = Math.max(counts.mostOpen, ++counts.open);
      const source = memoryImageSource(file.tensor, { info: { fileAxes: axes } });
      let isClosed = false;
      return {
        info: source.info,
        read: (roi, more) => {
          counts.reads.push(path);
          return source.read(roi, more);
        },
        close: async () => {
          if (!isClosed) counts.open--;
          isClosed = true;
          await source.close();
        },
      };
    },
  };
  return { format, counts };
}

/** Cuts an image along an axis into files of `size`. */
function slices(whole: Tensor, axis: 't' | 'c' | 'z', { size = 1, axes }: { size?: number; axes: string }) {
  const at = 'tczyx'.indexOf(axis);
  const source = memoryImageSource(whole);
  const names = Array.from({ length: whole.shape[at]! / size }, (_, i) => `slice${i}.png`);
  const load = async () => {
    const entries = names.map(async (name, i): Promise<[string, FakeFile]> => {
      const start = [0, 0, 0, 0, 0];
      const stop = [...whole.shape];
      [start[at], stop[at]] = [i * size, (i + 1) * size];
      const roi = { start: start as unknown as Shape5, stop: stop as unknown as Shape5 };
      return [name, { tensor: await source.read(roi), axes }];
    });
    return Object.fromEntries(await Promise.all(entries));
  };
  return { names, load };
}

async function opened(whole: Tensor, axis: 't' | 'c' | 'z', cut: { size?: number; axes: string; as?: string }) {
  const { names, load } = slices(whole, axis, cut);
  const { format, counts } = tableFormat(await load());
  const location: ImageLocation = { path: 'slice*.png', stack: { paths: names, axis } };
  return { source: await openImage([format], { location, axes: cut.as }), counts, format, location };
}

describe.each([
  ['planes along z', [1, 1, 7, 5, 6], 'z', { axes: 'yx' }],
  ['colour pictures along t', [5, 3, 1, 5, 6], 't', { axes: 'yxc' }],
  ['channels', [1, 4, 3, 5, 6], 'c', { axes: 'zyx' }],
  ['volumes one behind the other', [1, 1, 12, 5, 6], 'z', { axes: 'zyx', size: 3 }],
] as const)('%s', (_, shape, axis, cut) => {
  const whole = randomTensor('uint16', shape, 1);
  const subject = { open: async () => (await opened(whole, axis, cut)).source, whole };
  for (const check of imageSourceChecks(subject)) it(check.name, check.run);
});

describe('the axes of a stack', () => {
  const table: [string, 't' | 'c' | 'z', string, string | undefined, string][] = [
    ['yx', 'z', 'zyx', undefined, 'planes along z'],
    ['yx', 't', 'tyx', undefined, 'planes along t'],
    ['yx', 'c', 'cyx', undefined, 'planes along c'],
    ['zyx', 't', 'tzyx', undefined, 'volumes along t'],
    ['tyx', 'z', 'tzyx', undefined, 'series along z'],
    ['zyx', 'c', 'zcyx', undefined, 'volumes along c'],
    ['yxc', 'z', 'zyxc', undefined, 'colour pictures along z'],
    ['yxc', 'c', 'yxc', undefined, 'pictures that have the axis with size 1'],
    ['yx', 'z', 'yxz', 'yxz', 'planes with other axes asked for'],
    ['tyx', 'z', 'zyx', 'zyx', 'pages that a file takes for time, said to be z'],
  ];
  it.each(table)('of %s along %s are %s (asked for %s: %s)', async (axes, axis, expected, as) => {
    const { source } = await opened(randomTensor('uint8', [1, 1, 1, 2, 3], 1), axis, { axes, as });
    expect(source.info.fileAxes).toBe(expected);
    await source.close();
  });

  it('are refused if they would make colours a place', async () => {
    const shape: Shape5 = [1, 3, 2, 4, 5];
    const cut = { axes: 'yxc', as: 'zyx' };
    expect(await caught(() => opened(randomTensor('uint8', shape, 1), 'z', cut))).toMatchObject({
      code: 'axes-mismatch',
    });
  });

  it('are kept when a file that speaks of time holds several planes of a volume', async () => {
    const whole = randomTensor('uint8', [1, 1, 6, 4, 5], 1);
    const parts = await slices(whole, 'z', { size: 2, axes: 'zyx' }).load();
    const asTime = Object.entries(parts).map(([name, { tensor }]): [string, FakeFile] => [
      name,
      { tensor: { data: tensor.data, shape: [2, 1, 1, 4, 5] }, axes: 'tyx' },
    ]);
    const { format } = tableFormat(Object.fromEntries(asTime));
    const location: ImageLocation = { path: '*', stack: { paths: Object.keys(parts), axis: 't' } };
    const source = await openImage([format], { location });
    expect(source.info.shape).toEqual([6, 1, 1, 4, 5]);
    expect((await source.read({ start: [1, 0, 0, 0, 0], stop: [5, 1, 1, 4, 5] })).data).toEqual(
      whole.data.slice(20, 100),
    );
    await source.close();
  });
});

describe('the files of a stack', () => {
  it('are opened only when a box needs them', async () => {
    const { source, counts } = await opened(randomTensor('uint8', [1, 1, 9, 4, 5], 1), 'z', { axes: 'yx' });
    expect(counts.opened).toBe(1);
    await source.read({ start: [0, 0, 3, 0, 0], stop: [1, 1, 5, 4, 5] });
    expect(counts).toMatchObject({ opened: 3, reads: ['slice3.png', 'slice4.png'] });
    await source.read({ start: [0, 0, 4, 1, 0], stop: [1, 1, 5, 2, 5] });
    expect(counts.opened).toBe(3);
    await source.close();
    expect(counts.open).toBe(0);
  });

  it('are closed when too many would be open, also under parallel reads', async () => {
    const shape: Shape5 = [1, 1, 200, 2, 2];
    const whole = randomTensor('uint8', shape, 1);
    const { source, counts } = await opened(whole, 'z', { axes: 'yx' });
    const box = { start: [0, 0, 0, 0, 0], stop: shape } as const;
    for (const { data } of await Promise.all(Array.from({ length: 30 }, () => source.read(box))))
      expect(data).toEqual(whole.data);
    expect(counts.mostOpen).toBeLessThanOrEqual(64);
    await source.close();
    expect(counts.open).toBe(0);
  });

  it.each([
    [
      'shape-mismatch',
      'the shape (4, 6) with axes "yx"',
      { tensor: randomTensor('uint8', [1, 1, 1, 4, 6], 1), axes: 'yx' },
    ],
    ['unsupported-dtype', 'the dtype uint16', { tensor: randomTensor('uint16', [1, 1, 1, 4, 5], 1), axes: 'yx' }],
    ['axes-mismatch', 'the axes "xy"', { tensor: randomTensor('uint8', [1, 1, 1, 4, 5], 1), axes: 'xy' }],
  ] as const)('unlike the first are %s, and the message says how', async (code, what, odd) => {
    const plane = { tensor: randomTensor('uint8', [1, 1, 1, 4, 5], 1), axes: 'yx' };
    const { format, counts } = tableFormat({ 'a.png': plane, 'b.png': odd, 'c.png': plane });
    const location: ImageLocation = { path: '*.png', stack: { paths: ['a.png', 'b.png', 'c.png'], axis: 'z' } };
    const source = await openImage([format], { location });
    const read = source.read({ start: [0, 0, 0, 0, 0], stop: [1, 1, 3, 4, 5] });
    const error = await caught(() => read);
    expect(error).toMatchObject({ code });
    for (const part of ['"b.png"', what, '"a.png"', '*.png']) expect(error.message).toContain(part);
    const { data } = await source.read({ start: [0, 0, 2, 0, 0], stop: [1, 1, 3, 4, 5] });
    expect(tensorDtype({ data, shape: [1, 1, 1, 4, 5] })).toBe('uint8');
    await source.close();
    expect(counts.open).toBe(0);
  });

  it('must be some', async () => {
    const location: ImageLocation = { path: 'nothing*.png', stack: { paths: [], axis: 'z' } };
    const error = await caught(() => openImage([], { location }));
    expect(error).toMatchObject({ code: 'invalid-parameter', message: expect.stringContaining('nothing*.png') });
  });

  it('may be datasets of one name in several containers', async () => {
    const opened: ImageLocation[] = [];
    const format: StorageFormat = {
      id: 'h5',
      displayName: 'HDF5',
      extensions: ['.h5'],
      supports: { read: true, write: false, innerPaths: true, writeDtypes: [] },
      probe: async () => true,
      open: async (location) => {
        opened.push(location);
        return memoryImageSource(randomTensor('uint8', [1, 1, 1, 4, 5], 1), { info: { fileAxes: 'yx' } });
      },
    };
    const named = { path: '*.h5', innerPath: 'volume/data', stack: { paths: ['a.h5'], axis: 'z' } } as const;
    await openImage([format], { location: named });
    await openImage([format], { location: { path: 'b', stack: { paths: ['b.h5/volume/data'], axis: 'z' } } });
    expect(opened).toEqual([
      { path: 'a.h5', innerPath: 'volume/data' },
      { path: 'b.h5', innerPath: 'volume/data' },
    ]);
  });
});
