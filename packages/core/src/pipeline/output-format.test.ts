import { describe, expect, it } from 'vitest';
import type { StorageFormat } from '../contracts/storage-format.ts';
import { caught } from '../test-doubles/caught.ts';
import { formatByExtension, outputFormat, writableFormats } from './output-format.ts';

function fakeFormat(id: string, extensions: string[], canWrite = true): StorageFormat {
  return {
    id,
    displayName: id,
    extensions,
    supports: { read: true, write: canWrite, innerPaths: false, writeDtypes: [] },
    probe: async () => false,
    open: () => Promise.reject(new Error('not for reading')),
    ...(canWrite ? { create: () => Promise.reject(new Error('not for writing')) } : {}),
  };
}
const [tiff, zarr, bmp] = [
  fakeFormat('tiff', ['.tif', '.tiff']),
  fakeFormat('zarr', ['.ome.zarr', '.zarr']),
  fakeFormat('bmp', ['.bmp'], false),
];
const formats = [tiff, zarr, bmp];

describe('outputFormat', () => {
  it('goes by the extension, whatever its case', () => {
    expect(outputFormat(formats, { path: 'a/b.TIFF' })).toBe(tiff);
    expect(outputFormat(formats, { path: 'a.ome.zarr' })).toBe(zarr);
  });
  it('goes by the name of the format first', () => {
    expect(outputFormat(formats, { id: 'zarr', path: 'a.tif' })).toBe(zarr);
  });
  it('offers only formats that can be written', async () => {
    expect(writableFormats(formats)).toEqual([tiff, zarr]);
    expect(formatByExtension(formats, 'a.bmp')).toBeUndefined();
    const unknown = await caught(() => outputFormat(formats, { id: 'bmp', path: 'a.bmp' }));
    expect(unknown.message).toContain('Known: tiff, zarr');
    const error = await caught(() => outputFormat(formats, { path: 'a.bmp' }));
    expect(error.code).toBe('unsupported-format');
    expect(error.message).toMatch(/--format tiff\|zarr.*\.tif, \.ome\.zarr/);
  });
});
