import { describe, expect, it } from 'vitest';
import { fitsFilter } from './name-filter.ts';

describe('a filter of file names', () => {
  it.each([
    ['cells.tif', '', true],
    ['cells.tif', '*.tif', true],
    ['CELLS.TIF', '*.tif', true],
    ['cells.tiff', '*.tif', false],
    ['cells.png', '*.tif, *.png', true],
    ['cells_07.tif', 'cells_??.tif', true],
    ['cells_007.tif', 'cells_??.tif', false],
    ['a(1)+[x].tif', 'a(1)+[x].*', true],
    ['cellsxtif', '*.tif', false],
    ['my cells 3.tif', 'cells', true],
  ])('%s by "%s": %s', (name, filter, fits) => expect(fitsFilter(name, filter)).toBe(fits));
});
