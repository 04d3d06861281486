import { createPipeline } from '@brushwood/core';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plugins } from '../plugins.ts';
import { removeFolder, temporaryFolder } from '../testing/temporary-folder.ts';
import { AreaReport, measureOf, reportPathOf } from './area-report.ts';

let folder: string;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => removeFolder(folder));

const { classes } = createPipeline(plugins).newProject(['sky', 'leaf, green']);

describe('AreaReport', () => {
  it('writes the images in their order, whichever is done first, and leaves out those that failed', () => {
    const path = join(folder, 'new/areas.csv');
    const report = new AreaReport(path, classes);
    report.add(2, { image: 'c.tif', counts: [0, 1, 3], isFlat: true, measureUm: 0.25 });
    report.add(0, { image: 'a.tif', counts: [2, 3, 5], isFlat: false, measureUm: 2 });
    report.add(1, undefined);
    // Of the ten voxels of a.tif two are in no class: 3 and 5 of 10, 6 and 10 µm³.
    expect(readFileSync(path, 'utf8').split('\n')).toEqual([
      'image,label,class,voxels,percent,area_um2,volume_um3',
      'a.tif,1,sky,3,30.0000,,6.00000',
      'a.tif,2,"leaf, green",5,50.0000,,10.00000',
      'c.tif,1,sky,1,25.0000,0.250000,',
      'c.tif,2,"leaf, green",3,75.0000,0.750000,',
      '',
    ]);
  });

  it('knows no area without a voxel size', () => {
    expect(measureOf({ shape: [1, 1, 1, 8, 8] })).toEqual({ isFlat: true, measureUm: undefined });
    const size = { unit: 'micrometer', x: 2, y: 3, z: 5 };
    expect(measureOf({ shape: [1, 1, 4, 8, 8], voxelSize: size })).toEqual({ isFlat: false, measureUm: 30 });
  });

  it('is a file of its own for each part', () => {
    expect(reportPathOf('out/areas.csv', { index: 2, count: 8 })).toBe('out/areas.3-of-8.csv');
    expect(reportPathOf('out/areas.csv', undefined)).toBe('out/areas.csv');
  });
});
