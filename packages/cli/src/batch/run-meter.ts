import type { Progress } from '@brushwood/core';
import type { Report } from '../report.ts';
import { peakMemoryMiB } from '../statistics.ts';

/** Counts what a run has done over all its images, and turns the progress of one into that of all. */
export class RunMeter {
  voxels = 0;
  /** Images that are behind the run, skipped ones included. */
  done = 0;
  private readonly total: number;
  private readonly report: Pick<Report, 'onProgress'>;
  private readonly phase: string;
  /** Images that are being worked on. */
  private readonly open = new Map<object, { readonly share: number; readonly voxels: number }>();
  private readonly started = performance.now();

  constructor(total: number, report: Pick<Report, 'onProgress'>, phase = 'Predicting') {
    this.phase = phase;
    this.total = total;
    this.report = report;
  }

  /** For one image. @param voxelsOf  its size, as soon as it is known */
  onProgress(image: object, voxelsOf: () => number): (progress: Progress) => void {
    return (progress) => {
      const own = progress.done / progress.total;
      this.open.set(image, { share: own, voxels: voxelsOf() * own });
      const [share, voxels] = [...this.open.values()].reduce(
        ([shares, sum], one) => [shares + one.share, sum + one.voxels],
        [0, this.voxels],
      );
      if (this.total === 1) this.report.onProgress({ ...progress, voxels });
      else {
        const whole = (this.done + share) / this.total;
        this.report.onProgress({
          phase: this.phase,
          done: this.done,
          total: this.total,
          unit: 'images',
          voxels,
          share: whole,
        });
      }
    };
  }

  /** An image is behind the run. */
  add(voxels: number, image: object): void {
    this.open.delete(image);
    this.done++;
    this.voxels += voxels;
  }

  /** Of the run so far. */
  facts(): {
    readonly seconds: number;
    readonly voxels: number;
    readonly voxelsPerSecond: number;
    readonly peakMiB: number;
  } {
    const seconds = (performance.now() - this.started) / 1e3;
    return {
      seconds,
      voxels: this.voxels,
      voxelsPerSecond: Math.round(this.voxels / seconds),
      peakMiB: peakMemoryMiB(),
    };
  }
}
