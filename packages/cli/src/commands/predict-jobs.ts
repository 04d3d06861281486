import {
  BrushwoodError,
  findById,
  formatByExtension,
  openImage,
  outputFormat,
  requestOf,
  type Catalog,
  type ChannelSelection,
  type ExportSource,
  type ImageRequest,
  type Lane,
  type PipelineServices,
  type Project,
  type Shape5,
  type StorageFormat,
} from '@brushwood/core';
import { existsSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { checkLaneFile, imageLocation, nicknameOf } from '../image-file.ts';
import {
  checkStoredPattern,
  defaultPattern,
  fillPattern,
  needsShape,
  outputLocation,
  withExtension,
} from '../output-file.ts';
import { workflowOf } from '../project-file.ts';

/** What decides which images are predicted, and into which files. */
export interface JobOptions {
  readonly output?: string;
  readonly source: readonly string[];
  readonly format?: string;
  readonly mask: readonly string[];
  readonly inputAxes?: string;
  readonly channels?: ChannelSelection;
  readonly force?: boolean;
}

/** One image to predict and where its results go. */
export interface PredictJob {
  readonly nickname: string;
  readonly image: ImageRequest;
  readonly mask?: ImageRequest;
  readonly lane?: Lane;
  readonly outputs: readonly { readonly source: ExportSource; readonly path: string; readonly format: StorageFormat }[];
}

/**
 * The images to predict: the named ones, or the project's own. Everything that can be seen to be wrong with their files is
 * found here, before any work is done.
 */
export async function planJobs(
  services: PipelineServices,
  project: Project,
  request: { path: string; inputs: readonly string[]; options: JobOptions },
): Promise<PredictJob[]> {
  const { inputs, options, path } = request;
  const { catalog } = services;
  const sources = options.source.map((id) => findById(workflowOf(catalog, project).exportSources, id, 'source'));
  checkInputOptions(project, inputs, options);
  if (inputs.length === 0) project.lanes.forEach(checkLaneFile);
  const jobs =
    inputs.length > 0
      ? inputs.map((input, i) => inputJob(services, project, { input, mask: options.mask[i], options }))
      : project.lanes.map(laneJob);
  const pattern = patternOf(project, options);
  const planned: PredictJob[] = [];
  for (const job of jobs) {
    const shape = needsShape(pattern) ? await shapeOf(catalog, job.image) : undefined;
    const planOne = (source: ExportSource) => planOutput(services, pattern, { job, source, path, options, shape });
    planned.push({ ...job, outputs: sources.map(planOne) });
  }
  checkDistinct(planned);
  checkTargets(planned, { catalog, project, path, force: options.force });
  return planned;
}

function checkInputOptions(project: Project, inputs: readonly string[], options: JobOptions): void {
  if (options.mask.length > 0 && options.mask.length !== inputs.length) {
    throw new BrushwoodError(
      'invalid-parameter',
      `Give one --mask per input: ${options.mask.length} mask(s) for ${inputs.length} input(s).` +
        `${inputs.length === 0 ? " The project's own images have theirs: brushwood lanes PROJECT mask LANE IMAGE." : ''}`,
    );
  }
  if (inputs.length > 0) return;
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

function laneJob(lane: Lane): Omit<PredictJob, 'outputs'> {
  const mask = lane.predictionMask && requestOf(lane.predictionMask);
  return { nickname: lane.rawData.nickname, image: requestOf(lane.rawData), mask, lane };
}

function inputJob(
  { catalog }: PipelineServices,
  project: Project,
  { input, mask, options }: { input: string; mask?: string; options: JobOptions },
): Omit<PredictJob, 'outputs'> {
  const location = imageLocation(catalog, input);
  const channels = options.channels ?? project.lanes[0]?.rawData.channels;
  return {
    nickname: nicknameOf(location),
    image: { location, axes: options.inputAxes, channels },
    mask: mask === undefined ? undefined : { location: imageLocation(catalog, mask) },
  };
}

function patternOf(project: Project, options: JobOptions): string {
  const stored = project.exportSettings.filenameFormat;
  if (options.output === undefined && stored !== undefined) checkStoredPattern(stored);
  return options.output ?? stored ?? defaultPattern;
}

async function shapeOf({ formats }: Catalog, image: ImageRequest): Promise<Shape5> {
  const source = await openImage(formats, image);
  await source.close();
  return source.info.shape;
}

function planOutput(
  { catalog }: PipelineServices,
  pattern: string,
  parts: {
    job: Omit<PredictJob, 'outputs'>;
    source: ExportSource;
    path: string;
    options: JobOptions;
    shape: Shape5 | undefined;
  },
): PredictJob['outputs'][number] {
  const { job, source, path, options, shape } = parts;
  const file = fillPattern(pattern, {
    dataset_dir: dirname(job.image.location.path),
    project_dir: dirname(resolve(path)),
    nickname: job.nickname,
    result_type: source.displayName,
    shape,
  });
  const base = options.output === undefined ? resolve(dirname(resolve(path)), file) : file;
  const location = outputLocation(catalog, base);
  const id = options.format ?? (hasImageExtension(catalog, location.path) ? undefined : 'tiff');
  const format = outputFormat(catalog.formats, { id, path: location.path });
  const named = withExtension(location.path, format);
  return { source, format, path: location.innerPath ? join(named, location.innerPath) : named };
}

/** `out.jpg` asks for a JPEG, which cannot be written: better say so than write `out.jpg.tif`. */
function hasImageExtension({ formats }: Catalog, path: string): boolean {
  const name = path.toLowerCase();
  const isReadable = formats.some((format) => format.extensions.some((extension) => name.endsWith(extension)));
  return isReadable || formatByExtension(formats, path) !== undefined;
}

/** No two outputs go to one file. */
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
      seen.set(path, name);
    }
  }
}

/** No output replaces what the run or the project needs, and none an existing file unless told to. */
function checkTargets(
  jobs: readonly PredictJob[],
  { catalog, project, path, force }: { catalog: Catalog; project: Project; path: string; force?: boolean },
): void {
  const needed = new Map<string, string>();
  for (const { rawData } of project.lanes) needed.set(realPath(rawData.location.path), 'an image of the project');
  for (const { mask } of jobs) if (mask) needed.set(realPath(mask.location.path), 'a mask');
  for (const { image } of jobs) needed.set(realPath(image.location.path), 'an input');
  needed.set(realPath(path), 'the project');
  for (const output of jobs.flatMap((job) => job.outputs)) {
    const file = outputLocation(catalog, output.path).path;
    const use = needed.get(realPath(file));
    if (use !== undefined) {
      throw new BrushwoodError(
        'invalid-parameter',
        `The output "${file}" is ${use} itself and would be lost. Name another file with -o.`,
        { path: file },
      );
    }
    if (!force && existsSync(file) && statSync(file).isFile()) {
      throw new BrushwoodError(
        'already-exists',
        `"${file}" exists already. Name another file with -o, or use --force to replace it.`,
        { path: file },
      );
    }
  }
}

/** The same text for the same file, whatever link it was named by. */
function realPath(path: string): string {
  return existsSync(path) ? realpathSync(path) : resolve(path);
}
