import {
  BrushwoodError,
  exportPresets,
  findById,
  formatByExtension,
  needsShape,
  openImage,
  outputFormat,
  outputName,
  requestOf,
  throwIfAborted,
  wholeRoi,
  type Catalog,
  type ChannelSelection,
  type ErrorCode,
  type ExportSource,
  type ImageRequest,
  type Lane,
  type PipelineServices,
  type PredictionOutput,
  type Project,
  type Roi,
  type StorageFormat,
} from '@brushwood/core';
import { basename, dirname, join, resolve } from 'node:path';
import { checkLaneFile, imageLocation, nicknameOf } from '../image-file.ts';
import type { FindOptions, FoundInput } from '../inputs/find-inputs.ts';
import { locateInput } from '../inputs/locate-input.ts';
import {
  checkStoredPattern,
  defaultPattern,
  checkSequence,
  fillOutputPath,
  hasWritableEnding,
  outputLocation,
} from '../output-file.ts';
import { workflowOf } from '../project-file.ts';
import { roiOf, type RoiSpans } from '../roi-option.ts';
import { checkDistinct, checkTargets } from './check-targets.ts';

/** What decides which images are predicted, and into which files. */
export interface JobOptions extends FindOptions {
  readonly output?: string;
  readonly source: readonly string[];
  readonly format?: string;
  /** The program that the files are for. */
  readonly for?: keyof typeof exportPresets;
  readonly mask: readonly string[];
  readonly inputAxes?: string;
  readonly channels?: ChannelSelection;
  readonly level?: number;
  readonly roi?: RoiSpans;
  readonly force?: boolean;
}

/** One file to write. */
export interface JobOutput {
  readonly source: ExportSource;
  /** As it is told to the user: file and dataset. */
  readonly path: string;
  readonly format: StorageFormat;
  /** How its values are written; default as the options of the run say. */
  readonly values?: Pick<PredictionOutput, 'dtype' | 'channels' | 'renormalize'>;
}

/** One image to predict and where its results go. */
export interface PredictJob {
  readonly nickname: string;
  readonly image: ImageRequest;
  readonly mask?: ImageRequest;
  readonly lane?: Lane;
  readonly outputs: readonly JobOutput[];
}

/** An image of a batch: what is to be done, or why nothing can be. */
export type BatchItem = { readonly name: string } & (
  | { readonly job: PredictJob; readonly problem?: undefined }
  | { readonly job?: undefined; readonly problem: unknown }
);

/**
 * The images to predict: the named ones, or the project's own. What is wrong with the run as a whole is thrown here, before any
 * work is done; what is wrong with one image is told by its item. Nothing is held open, so a plan may be long.
 */
export async function planJobs(
  services: PipelineServices,
  project: Project,
  request: { path: string; inputs: readonly FoundInput[]; options: JobOptions },
): Promise<readonly BatchItem[]> {
  const { inputs, options, path } = request;
  const { catalog } = services;
  const sources = options.source.map((id) => findById(workflowOf(catalog, project).exportSources, id, 'source'));
  checkInputOptions(project, inputs.length, options);
  checkLevel(options);
  const pattern = patternOf(project, options);
  const starts: readonly JobStart[] =
    inputs.length > 0
      ? inputs.map((input, i) => ({
          name: input.path,
          begin: () => inputJob(services, project, { input, mask: options.mask[i], options }),
        }))
      : project.lanes.map((lane, i) => ({ name: lane.rawData.nickname, begin: () => laneJob(lane, i, options) }));
  return planStarts(services, project, {
    path,
    pattern,
    starts,
    options,
    outputs: sources.map((source) => ({ source })),
  });
}

/** An image whose job is still to be made, which may fail. */
export interface JobStart {
  readonly name: string;
  begin(): Omit<PredictJob, 'outputs'> | Promise<Omit<PredictJob, 'outputs'>>;
}

export interface StartsRequest {
  /** Of the project file. */
  readonly path: string;
  readonly pattern: string;
  readonly starts: readonly JobStart[];
  readonly outputs: readonly Pick<JobOutput, 'source' | 'values'>[];
  readonly options: Pick<JobOptions, 'output' | 'format' | 'for' | 'roi'>;
  readonly signal?: AbortSignal;
}

/** The same for images that are known already. @throws what is wrong with the run as a whole; 'aborted' */
export async function planStarts(
  services: PipelineServices,
  project: Project,
  { path, pattern, starts, outputs, options, signal }: StartsRequest,
): Promise<readonly BatchItem[]> {
  const { catalog } = services;
  const items: BatchItem[] = [];
  for (const { name, begin } of starts) {
    throwIfAborted(signal);
    try {
      const job = await begin();
      const roi = needsShape(pattern) ? await boxOf(catalog, job.image, options.roi) : undefined;
      const planOne = (output: StartsRequest['outputs'][number]) => ({
        ...planOutput(services, pattern, { job, source: output.source, path, options, roi }),
        ...(output.values ? { values: output.values } : {}),
      });
      items.push({ name, job: { ...job, outputs: outputs.map(planOne) } });
    } catch (problem) {
      if (isWrongUse(problem)) throw problem;
      items.push({ name, problem });
    }
  }
  const jobs = items.flatMap(({ job }) => job ?? []);
  checkDistinct(jobs);
  checkTargets(jobs, { catalog, project, path });
  return items;
}

/** Errors that say the same of every image. */
export function isWrongUse(error: unknown): boolean {
  const codes: readonly ErrorCode[] = [
    'invalid-parameter',
    'not-registered',
    'class-missing',
    'no-classifier',
    'no-features',
    'unsupported-format',
  ];
  const isOfImage =
    error instanceof BrushwoodError && error.code === 'unsupported-format' && 'formats' in error.details;
  return error instanceof BrushwoodError && codes.includes(error.code) && !isOfImage;
}

function checkInputOptions(project: Project, inputCount: number, options: JobOptions): void {
  if (options.mask.length > 0 && options.mask.length !== inputCount) {
    throw new BrushwoodError(
      'invalid-parameter',
      `Give one --mask per input: ${options.mask.length} mask(s) for ${inputCount} input(s).` +
        `${inputCount === 0 ? " The project's own images have theirs: brushwood lanes PROJECT mask LANE IMAGE." : ''}`,
    );
  }
  if (inputCount > 0) return;
  if (project.lanes.length === 0) {
    throw new BrushwoodError('lane-missing', 'The project has no image. Name the images to predict after the project.');
  }
  const ignored = options.inputAxes !== undefined ? '--input-axes' : options.channels && '--channels';
  if (ignored) {
    throw new BrushwoodError(
      'invalid-parameter',
      `${ignored} is for images named after the project; the project's own images were added with theirs.`,
    );
  }
}

/** Labels are drawn on the full resolution. */
function checkLevel({ source, level = 0 }: JobOptions): void {
  if (level === 0 || !source.includes('labels')) return;
  throw new BrushwoodError(
    'invalid-parameter',
    `The labels belong to the full resolution, and cannot be written with --level ${level}. Leave out one of --level and --source labels.`,
  );
}

function laneJob(lane: Lane, index: number, { level }: JobOptions): Omit<PredictJob, 'outputs'> {
  checkLaneFile(lane, index);
  const mask = lane.predictionMask && requestOf(lane.predictionMask);
  return { nickname: lane.rawData.nickname, image: { ...requestOf(lane.rawData), level }, mask, lane };
}

function inputJob(
  { catalog }: PipelineServices,
  project: Project,
  { input, mask, options }: { input: FoundInput; mask?: string; options: JobOptions },
): Omit<PredictJob, 'outputs'> {
  const location = locateInput(catalog, input);
  const channels = options.channels ?? project.lanes[0]?.rawData.channels;
  return {
    nickname: input.stack ? basename(location.path) : nicknameOf(location),
    image: { location, axes: options.inputAxes, channels, level: options.level },
    mask: mask === undefined ? undefined : { location: imageLocation(catalog, mask) },
  };
}

function patternOf(project: Project, options: JobOptions): string {
  const stored = project.exportSettings.filenameFormat;
  if (options.output === undefined && stored !== undefined) checkStoredPattern(stored);
  return options.output ?? stored ?? defaultPattern;
}

async function boxOf({ formats }: Catalog, image: ImageRequest, spans: RoiSpans | undefined): Promise<Roi> {
  const source = await openImage(formats, image);
  await source.close();
  const { shape } = source.info;
  return spans ? roiOf(spans, shape, image.location.path) : wholeRoi(shape);
}

function planOutput(
  { catalog }: PipelineServices,
  pattern: string,
  parts: {
    job: Omit<PredictJob, 'outputs'>;
    source: ExportSource;
    path: string;
    options: StartsRequest['options'];
    roi: Roi | undefined;
  },
): PredictJob['outputs'][number] {
  const { job, source, path, options, roi } = parts;
  const values = {
    dataset_dir: folderFor(job.image, path),
    project_dir: dirname(resolve(path)),
    nickname: job.nickname,
    result_type: source.displayName,
    roi,
  };
  // A folder in a container is a dataset, not a place for files.
  const isImage = (folder: string) =>
    hasWritableEnding(catalog, folder) || outputLocation(catalog, folder).innerPath !== undefined;
  const file = fillOutputPath(pattern, values, isImage);
  const base = options.output === undefined ? resolve(dirname(resolve(path)), file) : file;
  const location = outputLocation(catalog, base);
  const id = options.format ?? (hasImageExtension(catalog, location.path) ? undefined : usualFormat(options));
  const format = outputFormat(catalog.formats, { id, path: location.path });
  const named = outputName(location.path, format);
  checkSequence(catalog, named, format);
  return { source, format, path: location.innerPath ? join(named, location.innerPath) : named };
}

/** The folder of an image, for `{dataset_dir}`; for one behind a URL, beside which nothing can be written, that of the project. */
function folderFor({ location }: ImageRequest, projectPath: string): string {
  return dirname(/^https?:\/\//.test(location.path) ? resolve(projectPath) : location.path);
}

/** Where neither the name nor an option says a format. */
function usualFormat(options: Pick<JobOptions, 'for'>): string {
  return options.for === undefined ? 'tiff' : exportPresets[options.for].format;
}

/** `out.jpg` asks for a JPEG, which cannot be written: better say so than write `out.jpg.tif`. */
function hasImageExtension({ formats }: Catalog, path: string): boolean {
  const name = path.toLowerCase();
  const isReadable = formats.some((format) => format.extensions.some((extension) => name.endsWith(extension)));
  return isReadable || formatByExtension(formats, path) !== undefined;
}
