import { describe, expect, it } from 'vitest';
import { createPageFile, type PageFolder } from './page-file.ts';

/** A folder of a page with these files, in which none can be opened to be written. */
function fullFolder(names: string[]): PageFolder {
  const folder = {
    async getFileHandle(name: string, { create = false } = {}) {
      if (!names.includes(name) && !create) throw new DOMException('', 'NotFoundError');
      if (!names.includes(name)) names.push(name);
      return { createWritable: () => Promise.reject(new DOMException('The disk is full.', 'QuotaExceededError')) };
    },
    async removeEntry(name: string) {
      names.splice(names.indexOf(name), 1);
    },
  };
  return folder as unknown as PageFolder;
}

describe('a file of a page that cannot be begun', () => {
  const refusal = { code: 'write-failed', details: { path: 'a.tif', isFull: true } };

  it('leaves no empty file', async () => {
    const names = ['b.tif'];
    await expect(createPageFile(fullFolder(names), 'a.tif')).rejects.toMatchObject(refusal);
    expect(names).toEqual(['b.tif']);
  });

  it('leaves the file that it was to replace', async () => {
    const names = ['a.tif'];
    await expect(createPageFile(fullFolder(names), 'a.tif', { overwrite: true })).rejects.toMatchObject(refusal);
    expect(names).toEqual(['a.tif']);
  });
});
