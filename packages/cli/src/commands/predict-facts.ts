import {
  describeLocation,
  type PredictionOutput,
  type PredictResult,
  type RunPart,
  type Shape3,
} from '@brushwood/core';
import type { PresetOptions, RangeList } from '../output-options.ts';
import type { PostprocessOptions } from '../postprocess-options.ts';
import type { Report } from '../report.ts';
import type { RoiSpans } from '../roi-option.ts';
import { peakMemoryMiB, seconds } from '../statistics.ts';
import type { JobOptions, PredictJob } from './predict-jobs.ts';

/** What predicting an image tells. */
export type RunReport = Pick<Report, 'note' | 'warn' | 'event' | 'onProgress'>;

/** How images are predicted, by whatever asked for it. */
export interface PredictRunOptions extends JobOptions, PresetOptions, PostprocessOptions {
  readonly format?: string;
  readonly roi?: RoiSpans;
  readonly classes?: readonly string[];
  readonly renormalize?: RangeList;
  readonly block?: Shape3;
  readonly memory?: number;
  readonly engine?: string;
  readonly stats?: boolean;
  readonly failFast?: boolean;
  /** CSV of the areas. */
  readonly areas?: string;
  readonly shard?: RunPart;
  readonly finish?: boolean;
  readonly dryRun?: boolean;
  readonly verify?: boolean;
  readonly threads: number;
  readonly signal: AbortSignal;
  readonly report: RunReport;
}

export interface PredictCommandOptions extends PredictRunOptions {
  readonly report: Report;
}

/** What `--json` says of an image. */
export function jobFacts(job: PredictJob, result: PredictResult, { stats, threads }: PredictRunOptions): object {
  const facts = {
    input: describeLocation(job.image.location),
    files: Object.fromEntries(job.outputs.map(({ source, path }) => [source.id, path])),
    shape: result.image.shape,
  };
  if (!stats) return facts;
  const { blocks, unitsDone, blockShape, readSeconds, featureSeconds, predictSeconds, arenaBytes } = result;
  return {
    ...facts,
    stats: {
      threads,
      blocks,
      unitsDone,
      blockShape,
      seconds: result.seconds,
      readSeconds,
      featureSeconds,
      predictSeconds,
      arenaBytes,
      peakMiB: peakMemoryMiB(),
    },
  };
}

export function describeStats(result: PredictResult, threads: number): string {
  const { blocks, blockShape, arenaBytes } = result;
  return (
    `${blocks} block(s) of ${blockShape.join('×')} (zyx) on ${threads} thread(s): ${seconds(result.seconds)} in all; summed over threads: reading ` +
    `${seconds(result.readSeconds)}, features ${seconds(result.featureSeconds)}, forest ${seconds(result.predictSeconds)}. ` +
    `Working memory per thread ${(arenaBytes / 2 ** 20).toFixed(1)} MiB, peak of the process ${peakMemoryMiB()} MiB.`
  );
}

export function renormalization({ renormalize }: PredictRunOptions): PredictionOutput['renormalize'] {
  const [from, to] = renormalize ?? [];
  return from && to && { from, to };
}
