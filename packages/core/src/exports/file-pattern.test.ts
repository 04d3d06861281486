import { describe, expect, it } from 'vitest';
import { fillPattern, needsShape, withExtension, type PatternValues } from './file-pattern.ts';

const values: PatternValues = {
  dataset_dir: '/data',
  project_dir: '/projects',
  nickname: 'cells',
  result_type: 'Simple Segmentation',
  roi: { start: [0, 0, 0, 0, 0], stop: [3, 2, 1, 80, 72] },
};

describe('fillPattern', () => {
  it.each([
    ['{dataset_dir}/{nickname}_{result_type}', '/data/cells_Simple Segmentation'],
    ['{project_dir}/out/{nickname}.tif', '/projects/out/cells.tif'],
    ['{x_start}-{x_stop} {y_stop} {t_stop} {c_stop}', '0-72 80 3 2'],
    ['{roi}', '[(0, 0, 0, 0, 0), (3, 2, 1, 80, 72)]'],
  ])('fills %s', (pattern, expected) => expect(fillPattern(pattern, values)).toBe(expected));

  it.each([
    ['../../evil', '__.._evil'],
    ['/etc/passwd', '_etc_passwd'],
    ['..\\evil', '__evil'],
    ['stack_*', 'stack_'],
    ['.hidden', '_hidden'],
  ])('keeps the nickname %s from leading out of the folder', (nickname, expected) => {
    expect(fillPattern('out/{nickname}', { ...values, nickname })).toBe(`out/${expected}`);
  });

  it('names the placeholders there are', () => {
    expect(() => fillPattern('{name}', values)).toThrow(/Unknown placeholder \{name\}.*\{nickname\}/);
  });

  it('tells the bounds of a cut-out', () => {
    const roi = { start: [0, 0, 4, 10, 20], stop: [1, 2, 8, 15, 25] } as const;
    expect(fillPattern('{z_start}-{z_stop}_{x_start}_{roi}', { ...values, roi })).toBe(
      '4-8_20_[(0, 0, 4, 10, 20), (1, 2, 8, 15, 25)]',
    );
  });

  it('leaves the number of a slice to the format', () => {
    expect(fillPattern('{nickname}_{slice_index}.tif', values)).toBe(`${values.nickname}_{slice_index}.tif`);
  });
});

describe('needsShape', () => {
  it('is true for what depends on the size of the image', () => {
    expect(['{roi}', 'a_{z_start}', '{x_stop}'].every(needsShape)).toBe(true);
    expect(['{nickname}', 'x_stop', '{dataset_dir}/a'].some(needsShape)).toBe(false);
  });
});

describe('withExtension', () => {
  it.each([
    ['out/cells', 'out/cells.tif'],
    ['out/cells.TIFF', 'out/cells.TIFF'],
    ['v1.2/cells.png', 'v1.2/cells.png.tif'],
  ])('makes of %s %s', (path, expected) =>
    expect(withExtension(path, { extensions: ['.tif', '.tiff'] })).toBe(expected),
  );
});
