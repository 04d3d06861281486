import {
  placeOfPart,
  parseImagePath,
  BrushwoodError,
  copyImage,
  dtypeRange,
  openImage,
  outputFormat,
  roiShape,
  wholeRoi,
  withExtension,
  type Catalog,
  type ChannelSelection,
  type Dtype,
  type ImageInfo,
  type ImageRequest,
  type ImageSink,
  type ImageSource,
  type ImageSpec,
  type PipelineServices,
  type Roi,
  type StorageFormat,
  type ValueScaling,
} from '@brushwood/core';
import { existsSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { listFailures, runBatch } from '../batch/run-batch.ts';
import { placeOf } from '../batch/output-state.ts';
import type { OutputPlace } from '../batch/run-journal.ts';
import { RunMeter } from '../batch/run-meter.ts';
import { nicknameOf } from '../image-file.ts';
import { findInputs, type FindOptions, type FoundInput } from '../inputs/find-inputs.ts';
import { locateInput } from '../inputs/locate-input.ts';
import {
  checkSequence,
  fillOutputPath,
  hasWritableEnding,
  makeFolderOf,
  namingForce,
  outputLocation,
} from '../output-file.ts';
import { outputSettings, type LayoutOptions, type RangeList } from '../output-options.ts';
import type { Report } from '../report.ts';
import { roiOf, type RoiSpans } from '../roi-option.ts';

export interface ConvertOptions extends FindOptions, LayoutOptions {
  readonly inputAxes?: string;
  readonly channels?: ChannelSelection;
  readonly level?: number;
  readonly roi?: RoiSpans;
  readonly format?: string;
  readonly dtype?: Dtype;
  readonly scale?: boolean;
  readonly renormalize?: RangeList;
  readonly outputAxes?: string;
  readonly labels?: boolean;
  readonly force?: boolean;
  readonly failFast?: boolean;
  readonly signal: AbortSignal;
  readonly report: Report;
}

/** `brushwood convert IN… OUT`: copies images box by box, whatever their size. */
export async function convert(
  services: PipelineServices,
  words: readonly string[],
  options: ConvertOptions,
): Promise<void> {
  const { catalog } = services;
  const { report } = options;
  checkWords(words, options);
  const pattern = words.at(-1)!;
  const { inputs } = findInputs(catalog, words.slice(0, -1), options);
  const jobs = inputs.map((input) => ({ name: input.path, input, ...targetOf(catalog, input, { pattern, options }) }));
  checkDistinct(jobs);
  checkInputsKept(catalog, jobs);
  const meter = new RunMeter(jobs.length, report, 'Converting');
  report.event('start', { images: jobs.length });
  const outputs: object[] = [];
  const convertOne = async (job: ConvertJob) => {
    let voxels = 0;
    try {
      const spec = await convertImage(catalog, job, { options, meter, onSize: (size) => (voxels = size) });
      outputs.push({ input: job.name, file: job.path, shape: spec.shape, dtype: spec.dtype, axes: spec.axes });
      report.event('done', { file: job.name, outputs: [job.path] });
    } finally {
      meter.add(voxels, job);
    }
  };
  const batch = { report, failFast: options.failFast, isSingle: jobs.length === 1 };
  const failures = await runBatch(jobs, convertOne, batch);
  listFailures(failures, report);
  report.event('summary', { done: outputs.length, failed: failures.length, ...meter.facts() });
  const failed = new Set(failures.map(({ input }) => input));
  const paths = jobs.filter(({ name }) => !failed.has(name)).map(({ path }) => path);
  report.result(paths.join('\n'), { outputs, failures });
}

interface ConvertJob {
  readonly name: string;
  readonly input: FoundInput;
  /** File and dataset. */
  readonly path: string;
  readonly format: StorageFormat;
}

function checkWords(words: readonly string[], { scale, renormalize }: ConvertOptions): void {
  const problem =
    words.length < 2
      ? 'Name the image and the output, in this order: brushwood convert IN OUT.'
      : scale && renormalize
        ? 'Say either --scale or --renormalize, not both.'
        : renormalize && renormalize.length !== 2
          ? 'Give --renormalize two ranges, of values and of what they become, like 0:4095 0:255.'
          : undefined;
  if (problem) throw new BrushwoodError('invalid-parameter', problem);
}

/** An existing folder, or a name that ends in `/`, gets a file of the input's name. */
function targetOf(
  catalog: Catalog,
  input: FoundInput,
  { pattern, options }: { pattern: string; options: ConvertOptions },
): Pick<ConvertJob, 'path' | 'format'> {
  const nickname = input.stack ? basename(input.path) : nicknameOf({ path: input.path });
  const values = {
    dataset_dir: dirname(resolve(input.path)),
    project_dir: process.cwd(),
    nickname,
    result_type: 'Image',
  };
  const isImage = (path: string) => hasWritableEnding(catalog, path);
  const isFolder =
    pattern.endsWith('/') || (existsSync(pattern) && statSync(pattern).isDirectory() && !isImage(pattern));
  const filled = fillOutputPath(isFolder ? join(pattern, '{nickname}') : pattern, values, isImage);
  const location = outputLocation(catalog, filled);
  const format = outputFormat(catalog.formats, { id: options.format, path: location.path });
  const named = withExtension(location.path, format);
  checkSequence(catalog, named, format);
  return { format, path: location.innerPath ? join(named, location.innerPath) : named };
}

function checkDistinct(jobs: readonly ConvertJob[]): void {
  const seen = new Map<string, string>();
  for (const { name, path } of jobs) {
    const other = seen.get(path);
    if (other !== undefined) {
      throw new BrushwoodError(
        'invalid-parameter',
        `${other} and ${name} would both be written to "${path}". Name a folder (OUT/) or put {nickname} into the output.`,
        { path },
      );
    }
    seen.set(path, name);
  }
}

interface ConvertRun {
  readonly options: ConvertOptions;
  readonly meter: RunMeter;
  onSize(voxels: number): void;
}

async function convertImage(catalog: Catalog, job: ConvertJob, run: ConvertRun): Promise<ImageSpec> {
  const { options } = run;
  const { signal } = options;
  const location = locateInput(catalog, job.input);
  const request: ImageRequest = { location, axes: options.inputAxes, channels: options.channels, level: options.level };
  checkTarget(placeOf(catalog, job), options.force);
  const source = await openImage(catalog.formats, request, { signal });
  let sink: ImageSink | undefined;
  try {
    const { info } = source;
    const roi = options.roi ? roiOf(options.roi, info.shape, job.name) : wholeRoi(info.shape);
    const spec = specOf(info, roi, options);
    sink = await createSink(catalog, job, { spec, options });
    await copyInto(source, sink, { ...run, roi, job });
    await sink.close();
    return spec;
  } catch (error) {
    await sink?.abort();
    throw error;
  } finally {
    await source.close();
  }
}

async function createSink(
  catalog: Catalog,
  { format, path }: ConvertJob,
  { spec, options }: { spec: ImageSpec; options: ConvertOptions },
): Promise<ImageSink> {
  const target = outputLocation(catalog, path);
  makeFolderOf(target.path);
  const { force: overwrite, signal, report } = options;
  const { layout } = outputSettings(options);
  const wishes = { overwrite, signal, layout, onProgress: report.onProgress };
  return format.create!(target, spec, wishes).catch((error: unknown) => {
    throw namingForce(error);
  });
}

async function copyInto(
  source: ImageSource,
  sink: ImageSink,
  { options, meter, onSize, roi, job }: ConvertRun & { roi: Roi; job: ConvertJob },
): Promise<void> {
  const voxels = roiShape(roi).reduce((product, size) => product * size, 1);
  onSize(voxels);
  await copyImage(source, sink, {
    roi,
    scaling: scalingOf(source.info, options),
    phase: `Converting ${sink.spec.shape.join('×')}`,
    signal: options.signal,
    onProgress: meter.onProgress(job, () => voxels),
  });
}

/** What a copy of a part of an image is. */
function specOf(info: ImageInfo, roi: Roi, options: ConvertOptions): ImageSpec {
  const isScaled = scalingOf(info, options) !== undefined;
  return {
    axes: options.outputAxes ?? info.fileAxes,
    shape: roiShape(roi),
    dtype: options.dtype ?? info.dtype,
    content: options.labels ? 'labels' : 'intensity',
    voxelSize: info.voxelSize && placeOfPart(info.voxelSize, roi),
    channelNames: info.channelNames,
    displayRange: isScaled ? undefined : info.displayRange,
  };
}

function scalingOf(
  info: ImageInfo,
  { scale, renormalize, dtype = info.dtype }: ConvertOptions,
): ValueScaling | undefined {
  const [from, to] = renormalize ?? [];
  if (from && to) return { from, to };
  if (!scale) return undefined;
  return { from: info.displayRange ?? dtypeRange(info.dtype), to: dtypeRange(dtype) };
}

/** No output takes the place of an image that this call reads: neither its own nor another's. A dataset beside it may. */
function checkInputsKept(catalog: Catalog, jobs: readonly ConvertJob[]): void {
  const inputs = new Map<string, Set<string>>();
  for (const { input } of jobs) {
    for (const file of input.stack?.paths ?? [input.path]) {
      const { path, innerPath = '' } = parseImagePath(file, catalog.formats);
      if (!existsSync(path)) continue;
      const real = realpathSync(path);
      inputs.set(real, (inputs.get(real) ?? new Set()).add(innerPath));
    }
  }
  for (const job of jobs) {
    const { path, innerPath } = placeOf(catalog, job);
    const read = existsSync(path) ? inputs.get(realpathSync(path)) : undefined;
    if (!read || (innerPath !== undefined && !read.has(innerPath))) continue;
    throw new BrushwoodError(
      'invalid-parameter',
      `The output "${job.path}" is an image to be converted itself and would be lost. Name another file.`,
      { path },
    );
  }
}

/** An existing file is replaced only if told to; whether a dataset may be added the format knows. */
function checkTarget({ path, innerPath }: OutputPlace, force: boolean | undefined): void {
  if (force || innerPath !== undefined || !existsSync(path) || !statSync(path).isFile()) return;
  throw new BrushwoodError(
    'already-exists',
    `"${path}" exists already. Name another file, or use --force to replace it.`,
    { path },
  );
}
