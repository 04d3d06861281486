import {
  BrushwoodError,
  describeLocation,
  findById,
  formatByExtension,
  openImage,
  outputFormat,
  requestOf,
  sampleRows,
  type ChannelSelection,
  type Dtype,
  type ExportSource,
  type ImageReference,
  type ImageRequest,
  type Lane,
  type PipelineServices,
  type PredictResult,
  type Project,
  type Shape3,
  type StorageFormat,
} from '@brushwood/core';
import { dirname, join, resolve } from 'node:path';
import { imageLocation, nicknameOf } from '../image-file.ts';
import { defaultPattern, fillPattern, outputLocation, withExtension } from '../output-file.ts';
import { loadProject, workflowOf } from '../project-file.ts';
import type { Report } from '../report.ts';
import { peakMemoryMiB, seconds } from '../statistics.ts';

export interface PredictCommandOptions {
  readonly output?: string;
  readonly source: readonly string[];
  readonly format?: string;
  readonly mask: readonly string[];
  readonly inputAxes?: string;
  readonly outputAxes?: string;
  readonly channels?: ChannelSelection;
  readonly dtype?: Dtype;
  readonly block?: Shape3;
  readonly engine?: string;
  readonly force?: boolean;
  readonly stats?: boolean;
  readonly threads: number;
  readonly signal: AbortSignal;
  readonly report: Report;
}

/** One image to predict and where its results go. */
interface PredictJob {
  readonly nickname: string;
  readonly image: ImageRequest;
  readonly mask?: ImageRequest;
  readonly lane?: Lane;
  readonly outputs: readonly { readonly source: ExportSource; readonly path: string; readonly format: StorageFormat }[];
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
    if (!job.lane) await warnIfUnlike(services, project, job, report);
    const result = await runJob(services, project, job, options);
    written.push(jobFacts(job, result, options));
    if (options.stats) report.note(describeStats(result, options.threads));
  }
  const paths = jobs.flatMap((job) => job.outputs.map((output) => output.path));
  report.result(paths.join('\n'), { outputs: written });
}

function planJobs(
  services: PipelineServices,
  project: Project,
  request: { path: string; inputs: readonly string[]; options: PredictCommandOptions },
): PredictJob[] {
  const { inputs, options, path } = request;
  const { catalog } = services;
  const sources = options.source.map((id) => findById(workflowOf(catalog, project).exportSources, id, 'source'));
  if (options.mask.length > 0 && options.mask.length !== inputs.length) {
    throw new BrushwoodError(
      'invalid-parameter',
      `Give one --mask per input: ${options.mask.length} mask(s) for ${inputs.length} input(s).`,
    );
  }
  if (inputs.length === 0 && project.lanes.length === 0) {
    throw new BrushwoodError('lane-missing', 'The project has no image. Name the images to predict after the project.');
  }
  const jobs =
    inputs.length > 0
      ? inputs.map((input, i) => inputJob(services, project, { input, mask: options.mask[i], options }))
      : project.lanes.map(laneJob);
  const planned = jobs.map((job) => ({
    ...job,
    outputs: sources.map((source) => planOutput(services, project, { job, source, path, options })),
  }));
  checkDistinct(planned);
  return planned;
}

function laneJob(lane: Lane): Omit<PredictJob, 'outputs'> {
  const mask = lane.predictionMask && requestOf(lane.predictionMask);
  return { nickname: lane.rawData.nickname, image: requestOf(lane.rawData), mask, lane };
}

function inputJob(
  { catalog }: PipelineServices,
  project: Project,
  { input, mask, options }: { input: string; mask?: string; options: PredictCommandOptions },
): Omit<PredictJob, 'outputs'> {
  const location = imageLocation(catalog, input);
  const channels = options.channels ?? project.lanes[0]?.rawData.channels;
  return {
    nickname: nicknameOf(location),
    image: { location, axes: options.inputAxes, channels },
    mask: mask === undefined ? undefined : { location: imageLocation(catalog, mask) },
  };
}

function planOutput(
  { catalog }: PipelineServices,
  project: Project,
  {
    job,
    source,
    path,
    options,
  }: { job: Omit<PredictJob, 'outputs'>; source: ExportSource; path: string; options: PredictCommandOptions },
): PredictJob['outputs'][number] {
  const pattern = options.output ?? project.exportSettings.filenameFormat ?? defaultPattern;
  const file = fillPattern(pattern, {
    dataset_dir: dirname(job.image.location.path),
    project_dir: dirname(resolve(path)),
    nickname: job.nickname,
    result_type: source.displayName,
  });
  const base = options.output === undefined ? resolve(dirname(resolve(path)), file) : file;
  const id =
    options.format ?? (formatByExtension(catalog.formats, outputLocation(catalog, base).path) ? undefined : 'tiff');
  const format = outputFormat(catalog.formats, { id, path: outputLocation(catalog, base).path });
  const location = outputLocation(catalog, base);
  const named = withExtension(location.path, format);
  return { source, format, path: location.innerPath ? join(named, location.innerPath) : named };
}

function checkDistinct(jobs: readonly PredictJob[]): void {
  const seen = new Map<string, string>();
  for (const job of jobs) {
    for (const { path, source } of job.outputs) {
      const name = `${source.displayName} of ${job.nickname}`;
      const other = seen.get(path);
      if (other !== undefined) {
        throw new BrushwoodError(
          'invalid-parameter',
          `${other} and ${name} would both be written to "${path}". Put {nickname} and {result_type} into -o, for example -o out/{nickname}_{result_type}.tif.`,
          { path },
        );
      }
      if (resolve(job.image.location.path) === path) {
        throw new BrushwoodError(
          'invalid-parameter',
          `The output "${path}" is the input itself. Name another file with -o.`,
          { path },
        );
      }
      seen.set(path, name);
    }
  }
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
      openSink: (spec) =>
        format.create!(outputLocation(catalog, path), spec, { overwrite: options.force, signal: options.signal }),
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
