import {
  describeLocation,
  type Dtype,
  type PipelineServices,
  type PredictResult,
  type Project,
  type Shape3,
} from '@brushwood/core';
import { makeFolderOf, outputLocation } from '../output-file.ts';
import { loadProject, workflowOf } from '../project-file.ts';
import type { Report } from '../report.ts';
import { peakMemoryMiB, seconds } from '../statistics.ts';
import { checkInput, warnOfRange } from './check-input.ts';
import { planJobs, type JobOptions, type PredictJob } from './predict-jobs.ts';

export interface PredictCommandOptions extends JobOptions {
  readonly outputAxes?: string;
  readonly dtype?: Dtype;
  readonly block?: Shape3;
  readonly memory?: number;
  readonly engine?: string;
  readonly stats?: boolean;
  readonly threads: number;
  readonly signal: AbortSignal;
  readonly report: Report;
}

/** `brushwood predict P.ilp [INPUT…]`: without INPUT the project's own images. */
export async function predict(
  services: PipelineServices,
  path: string,
  inputs: readonly string[],
  options: PredictCommandOptions,
): Promise<void> {
  const { report } = options;
  const project = await loadProject(services.catalog, path, options);
  const jobs = await planJobs(services, project, { path, inputs, options });
  const written: object[] = [];
  for (const job of jobs) {
    if (!job.lane && options.source.includes('labels')) {
      report.warn(`${job.nickname} is no image of the project: its labels are all 0.`);
    }
    if (!job.lane) await checkInput(services.catalog, project, { image: job.image, report });
    const result = await runJob(services, project, job, options);
    if (!job.lane) warnOfRange(project, { image: job.image, range: result.valueRange, report });
    written.push(jobFacts(job, result, options));
    if (options.stats) report.note(describeStats(result, options.threads));
  }
  const paths = jobs.flatMap((job) => job.outputs.map((output) => output.path));
  report.result(paths.join('\n'), { outputs: written });
}

async function runJob(
  services: PipelineServices,
  project: Project,
  job: PredictJob,
  options: PredictCommandOptions,
): Promise<PredictResult> {
  const { catalog } = services;
  return workflowOf(catalog, project).predict(project, {
    services,
    image: job.image,
    mask: job.mask,
    labels: job.lane?.labels,
    blockShape: options.block,
    memoryBytes: options.memory,
    engineId: options.engine,
    signal: options.signal,
    onProgress: options.report.onProgress,
    outputs: job.outputs.map(({ source, format, path }) => ({
      sourceId: source.id,
      dtype: options.dtype,
      axes: options.outputAxes,
      openSink: async (spec) => {
        const location = outputLocation(catalog, path);
        makeFolderOf(location.path);
        return format.create!(location, spec, { overwrite: options.force, signal: options.signal });
      },
    })),
  });
}

function jobFacts(job: PredictJob, result: PredictResult, { stats, threads }: PredictCommandOptions): object {
  const facts = {
    input: describeLocation(job.image.location),
    files: Object.fromEntries(job.outputs.map(({ source, path }) => [source.id, path])),
    shape: result.image.shape,
  };
  if (!stats) return facts;
  const { blocks, blockShape, readSeconds, featureSeconds, predictSeconds, arenaBytes } = result;
  return {
    ...facts,
    stats: {
      threads,
      blocks,
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

function describeStats(result: PredictResult, threads: number): string {
  const { blocks, blockShape, arenaBytes } = result;
  return (
    `${blocks} block(s) of ${blockShape.join('×')} (zyx) on ${threads} thread(s): ${seconds(result.seconds)} in all; summed over threads: reading ` +
    `${seconds(result.readSeconds)}, features ${seconds(result.featureSeconds)}, forest ${seconds(result.predictSeconds)}. ` +
    `Working memory per thread ${(arenaBytes / 2 ** 20).toFixed(1)} MiB, peak of the process ${peakMemoryMiB()} MiB.`
  );
}
