import type { PatternValues } from '@brushwood/core';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkStoredPattern, fillOutputPath } from './output-file.ts';

const values: PatternValues = {
  dataset_dir: '/data',
  project_dir: '/projects',
  nickname: 'cells',
  result_type: 'Simple Segmentation',
};

describe('fillOutputPath', () => {
  it('puts the usual name into a folder', () => {
    expect(fillOutputPath('no/such/folder/', values)).toBe('no/such/folder/cells_Simple Segmentation');
    expect(fillOutputPath(process.cwd(), values)).toBe(join(process.cwd(), 'cells_Simple Segmentation'));
  });

  it('takes a folder that is an image for a file', () => {
    expect(fillOutputPath(process.cwd(), values, () => true)).toBe(process.cwd());
  });
});

describe('checkStoredPattern', () => {
  it.each(['{dataset_dir}/{nickname}', '{project_dir}/out/{nickname}', 'results/{nickname}'])(
    'allows %s',
    (pattern) => {
      expect(() => checkStoredPattern(pattern)).not.toThrow();
    },
  );
  it.each([
    '/etc/{nickname}',
    '{dataset_dir}/../{nickname}',
    '../{nickname}',
    'C:\\{nickname}',
    '\\\\host\\{nickname}',
  ])('refuses %s, which a project from elsewhere may hold', (pattern) =>
    expect(() => checkStoredPattern(pattern)).toThrow(/outside its folder.*-o/),
  );
});
