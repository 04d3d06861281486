import { describe, expect, it } from 'vitest';
import type { StorageFormat } from '../contracts/storage-format.ts';
import { wholeRoi } from '../grid/roi.ts';
import { caught } from '../test-doubles/caught.ts';
import { imageReference } from '../test-doubles/projects.ts';
import { memoryImageSource } from '../testing/memory-image.ts';
import { randomTensor } from '../testing/random.ts';
import { detectFormat, openImage, parseImagePath, requestOf } from './open-image.ts';

const image = randomTensor('uint8', [1, 3, 1, 4, 5], 1);

/** A format that recognises files by the beginning of their path. */
function fakeFormat(id: string, more: Partial<StorageFormat> & { hasInner?: boolean; isReadable?: boolean } = {}) {
  const opened: { path: string; axes?: string; isClosed: boolean }[] = [];
  const { hasInner = false, isReadable = true, ...rest } = more;
  const format: StorageFormat = {
    id,
    displayName: id.toUpperCase(),
    extensions: [`.${id}`],
    supports: { read: isReadable, write: false, innerPaths: hasInner, writeDtypes: [] },
    probe: async ({ path }) => path.startsWith(`${id}-`),
    async open({ path }, options) {
      const entry = { path, axes: options?.axes, isClosed: false };
      opened.push(entry);
      const source = memoryImageSource(image);
      return { ...source, close: async () => void (entry.isClosed = true) };
    },
    ...rest,
  };
  return { format, opened };
}

describe('parseImagePath', () => {
  const { format: h5 } = fakeFormat('h5', { hasInner: true });
  const { format: zarr } = fakeFormat('zarr', { hasInner: true });
  const { format: tif } = fakeFormat('tif');
  const formats = [h5, zarr, tif];
  const table: [string, string, string?][] = [
    ['data/file.h5/volume/data', 'data/file.h5', 'volume/data'],
    ['/data/FILE.H5/volume/', '/data/FILE.H5', 'volume'],
    ['file.h5', 'file.h5'],
    ['file.h5/', 'file.h5/'],
    ['plate.zarr/A/1//0', 'plate.zarr', 'A/1/0'],
    ['a.zarr/b.h5/c', 'a.zarr', 'b.h5/c'],
    ['dir.tif/cells.tif', 'dir.tif/cells.tif'],
    ['https://host/x.zarr/0', 'https://host/x.zarr', '0'],
    ['cells.png', 'cells.png'],
  ];
  for (const [path, file, innerPath] of table) {
    it(`takes "${path}" for ${innerPath ? `${innerPath} in ${file}` : 'a file'}`, () => {
      expect(parseImagePath(path, formats)).toEqual(innerPath ? { path: file, innerPath } : { path: file });
    });
  }
});

describe('detectFormat', () => {
  it('goes by the content, not by the name', async () => {
    const [a, b] = [fakeFormat('a').format, fakeFormat('b').format];
    expect(await detectFormat([a, b], { path: 'b-cells.a' })).toBe(b);
  });

  it('falls back on the name, so that the format can say what is wrong', async () => {
    const [a, b] = [fakeFormat('a').format, fakeFormat('b').format];
    expect(await detectFormat([a, b], { path: 'broken.B' })).toBe(b);
  });

  it('never asks a format that cannot read, and names those that can', async () => {
    const writer = fakeFormat('out', { isReadable: false }).format;
    const error = await caught(() => detectFormat([writer, fakeFormat('a').format], { path: 'out-cells.out' }));
    expect(error.code).toBe('unsupported-format');
    expect(error.message).toMatch(/"out-cells\.out".*Readable formats: A\./);
  });
});

describe('openImage', () => {
  it('passes the axes on and picks the channels', async () => {
    const { format, opened } = fakeFormat('a');
    const source = await openImage([format], { location: { path: 'a-1' }, axes: 'cyx', channels: [2] });
    expect(opened).toEqual([{ path: 'a-1', axes: 'cyx', isClosed: false }]);
    expect(source.info.shape[1]).toBe(1);
    const { data } = await source.read(wholeRoi(source.info.shape));
    expect([...data]).toEqual([...image.data.subarray(40)]);
  });

  it('closes the image if it lacks the channels', async () => {
    const { format, opened } = fakeFormat('a');
    const request = { location: { path: 'a-1' }, channels: [7] };
    expect((await caught(() => openImage([format], request))).code).toBe('shape-mismatch');
    expect(opened[0]!.isClosed).toBe(true);
  });

  it('opens what is in memory already, without any format', async () => {
    const source = await openImage([], { location: { path: 'in memory', tensor: image } });
    expect(source.info).toMatchObject({ shape: image.shape, dtype: 'uint8', fileAxes: 'cyx' });
    const tensor = await source.read({ start: [0, 1, 0, 1, 1], stop: [1, 2, 1, 2, 3] });
    expect([...tensor.data]).toEqual([...image.data.subarray(26, 28)]);
    expect((await caught(() => source.read(wholeRoi([1, 4, 1, 4, 5])))).code).toBe('invalid-roi');
    await source.close();
    await source.close();
    expect((await caught(() => source.read(wholeRoi(image.shape)))).code).toBe('closed');
  });

  it('opens nothing once the signal has fired', async () => {
    const { format, opened } = fakeFormat('a');
    const signal = AbortSignal.abort();
    expect((await caught(() => openImage([format], { location: { path: 'a-1' } }, { signal }))).code).toBe('aborted');
    expect(opened).toEqual([]);
  });

  it('is asked for a lane with the axes and channels of the project', () => {
    const reference = imageReference('a', [1, 3, 1, 4, 5], { axes: 'yxc', channels: 'gray' });
    expect(requestOf(reference)).toEqual({ location: { path: 'a.tif' }, axes: 'yxc', channels: 'gray' });
  });
});
