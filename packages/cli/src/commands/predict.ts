import {
  describeLocation,
  openImage,
  requestOf,
  sampleRows,
  type Dtype,
  type ImageReference,
  type ImageRequest,
  type PipelineServices,
  type PredictResult,
  type Project,
  type Shape3,
} from '@brushwood/core';
import { checkGray } from '../image-file.ts';
import { makeFolderOf, outputLocation } from '../output-file.ts';
import { loadProject, workflowOf } from '../project-file.ts';
import type { Report } from '../report.ts';
import { peakMemoryMiB, seconds } from '../statistics.ts';
import { planJobs, type JobOptions, type PredictJob } from './predict-jobs.ts';

export interface PredictCommandOptions extends JobOptions {
  readonly outputAxes?: string;
  readonly dtype?: Dtype;
  readonly block?: Shape3;
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
  const project = await loadProject(services.catalog, path, report);
  const jobs = planJobs(services, project, { path, inputs, options });
  const written: object[] = [];
  for (const job of jobs) {
    if (!job.lane) {
      await checkGray(services.catalog, job.image);
      await warnIfUnlike(services, project, job, report);
    }
    const result = await runJob(services, project, job, options);
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

/** An input of another dtype or range than the training images gives features the forest has never seen. */
async function warnIfUnlike(
  { catalog }: PipelineServices,
  project: Project,
  job: PredictJob,
  report: Report,
): Promise<void> {
  const trained = project.lanes[0]?.rawData;
  if (!trained) return;
  const input = await valueRange(catalog, job.image);
  const known = await valueRange(catalog, requestOf(trained)).catch(() => undefined);
  const name = describeLocation(job.image.location);
  if (known && input.dtype !== known.dtype) {
    report.warn(
      `${name} is ${input.dtype}, the training image "${trained.nickname}" is ${known.dtype}: the classifier may not know such values.`,
    );
  } else if (known && (input.max > 4 * known.max || known.max > 4 * input.max)) {
    report.warn(
      `${name} has values up to about ${input.max}, the training image "${trained.nickname}" up to ${known.max}: the classifier may not know such values.`,
    );
  }
}

async function valueRange(
  { formats }: PipelineServices['catalog'],
  request: ImageRequest,
): Promise<{ dtype: ImageReference['dtype']; max: number }> {
  const source = await openImage(formats, request);
  try {
    let max = 0;
    for (const roi of sampleRows(source.info.shape)) {
      const { data } = await source.read(roi);
      for (const value of data) max = Math.max(max, Math.abs(Number(value)));
    }
    return { dtype: source.info.dtype, max };
  } finally {
    await source.close();
  }
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
