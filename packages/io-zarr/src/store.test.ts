import { describe, expect, it } from 'vitest';
import { openFolder } from './folder-store.browser.ts';
import { checkInnerPath } from './store.ts';

describe('checkInnerPath', () => {
  it.each(['', 's0', 'series/0', 'a b/c-d_e.f', 'labels/zelle-ä', '...'])('lets "%s" pass', (path) => {
    expect(() => checkInnerPath(path, 'a.zarr')).not.toThrow();
  });
  it.each(['/s0', 's0/', 'a//b', '.', '..', 'a/../b', 'a/.', '..\\a', '%2e%2e/a', 'a?b', 'a#b', 'a\0b'])(
    'refuses "%s"',
    (path) => {
      expect(() => checkInnerPath(path, 'a.zarr')).toThrowError(expect.objectContaining({ code: 'unsupported' }));
    },
  );
});

it('a browser has no folders', async () => {
  await expect(openFolder('a.zarr')).rejects.toMatchObject({ code: 'unsupported' });
});
