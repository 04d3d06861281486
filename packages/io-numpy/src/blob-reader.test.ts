import { describe, expect, it } from 'vitest';
import { createFile, openFile } from './file-access.browser.ts';

describe('files in a browser', () => {
  it('are read slice by slice', async () => {
    const file = await openFile({ path: 'a.npy', blob: new Blob([Uint8Array.of(1, 2, 3, 4, 5)]) });
    expect(file.size).toBe(5);
    expect(await file.read(1, 3)).toEqual(Uint8Array.of(2, 3, 4));
    await expect(file.read(3, 3)).rejects.toMatchObject({ code: 'broken-file', details: { expected: 6, found: 5 } });
  });

  it('have no paths', async () => {
    await expect(openFile({ path: 'a.npy' })).rejects.toMatchObject({ code: 'unsupported' });
    await expect(createFile('a.npy', { overwrite: true })).rejects.toMatchObject({ code: 'unsupported' });
  });
});
