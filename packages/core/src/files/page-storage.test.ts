import { afterEach, describe, expect, it, vi } from 'vitest';
import { caught } from '../test-doubles/caught.ts';
import { openPageStorage } from './page-storage.ts';

describe('openPageStorage', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('says where browsers have a private storage if there is none', async () => {
    for (const navigator of [undefined, {}, { storage: {} }]) {
      vi.stubGlobal('navigator', navigator);
      const error = await caught(openPageStorage);
      expect(error.code).toBe('unsupported');
      expect(error.message).toContain('https');
    }
  });
  it('is the root of the page’s file system', async () => {
    const root = { kind: 'directory' };
    vi.stubGlobal('navigator', { storage: { getDirectory: async () => root } });
    expect(await openPageStorage()).toBe(root);
  });
});
