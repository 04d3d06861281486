import { describe, expect, it } from 'vitest';
import { Report, type RunProgress } from '../report.ts';
import { RunMeter } from './run-meter.ts';

class SeenReport extends Report {
  readonly seen: RunProgress[] = [];
  override readonly onProgress = (progress: RunProgress): void => void this.seen.push(progress);
}

describe('RunMeter', () => {
  it('makes the blocks of several images at once one progress of images and voxels', () => {
    const report = new SeenReport({});
    const meter = new RunMeter(4, report);
    const [a, b] = [{}, {}];
    const blocks = (done: number, total: number) => ({ phase: 'Predicting a.tif', done, total, unit: 'blocks' });
    meter.onProgress(a, () => 100)(blocks(1, 2));
    meter.onProgress(b, () => 400)(blocks(1, 4));
    meter.add(100, a);
    meter.onProgress(b, () => 400)(blocks(2, 4));
    const facts = { phase: 'Predicting', total: 4, unit: 'images' };
    expect(report.seen).toEqual([
      { ...facts, done: 0, voxels: 50, share: 0.5 / 4 },
      { ...facts, done: 0, voxels: 50 + 100, share: 0.75 / 4 },
      { ...facts, done: 1, voxels: 100 + 200, share: 1.5 / 4 },
    ]);
    expect(meter.facts()).toMatchObject({ voxels: 100 });
  });

  it('leaves the words of a single image as they are', () => {
    const report = new SeenReport({});
    new RunMeter(1, report).onProgress({}, () => 100)({ phase: 'Predicting a.tif', done: 1, total: 2, unit: 'blocks' });
    expect(report.seen).toEqual([{ phase: 'Predicting a.tif', done: 1, total: 2, unit: 'blocks', voxels: 50 }]);
  });
});
