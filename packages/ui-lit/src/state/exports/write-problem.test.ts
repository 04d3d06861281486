import { BrushwoodError } from '@brushwood/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { checkRoom, explainWriteFailure, isEndOfRun } from './write-problem.ts';

const withStorage = (quota: number, usage: number) =>
  vi.stubGlobal('navigator', { storage: { estimate: async () => ({ quota, usage }) } });
afterEach(() => vi.unstubAllGlobals());
const full = new DOMException('no room', 'QuotaExceededError');

describe('room for files', () => {
  it('is asked for before they are written', async () => {
    withStorage(1e9, 9e8);
    await expect(checkRoom(1e8)).resolves.toBeUndefined();
    await expect(checkRoom(2.5e8)).rejects.toThrow(/250 MB are needed, and the browser may write 100 MB more/);
  });

  it('that is used up ends the run and says by whom, also where a format has wrapped it', async () => {
    withStorage(1e9, 1e9 - 3000);
    const wrapped = new BrushwoodError('write-failed', 'a.tif cannot be written', {}, { cause: full });
    for (const error of [full, wrapped]) {
      const explained = await explainWriteFailure(error);
      expect(explained).toMatchObject({
        code: 'write-failed',
        message: expect.stringMatching(/may write only 3.0 kB more.*Free some/),
      });
      expect(isEndOfRun(explained)).toBe(true);
    }
    withStorage(1e12, 0);
    expect(await explainWriteFailure(full)).toMatchObject({ message: expect.stringMatching(/the disk is full/) });
  });

  it('has nothing to do with other failures', async () => {
    const other = new BrushwoodError('too-large', 'too large');
    expect(await explainWriteFailure(other)).toBe(other);
    expect(isEndOfRun(other)).toBe(false);
  });
});
