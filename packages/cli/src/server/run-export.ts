import {
  BrushwoodError,
  arrayFromBytes,
  createTensor,
  dtypeOf,
  findById,
  isAbortError,
  outputFormat,
  requestOf,
  setResultSteps,
  throwIfAborted,
  type ExportPlan,
  type ExportSource,
  type ImageRequest,
  type Lane,
  type PipelineServices,
  type Project,
  type Tensor,
} from '@brushwood/core';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { RunJournal } from '../batch/run-journal.ts';
import { runBatch } from '../batch/run-batch.ts';
import { PredictBatch } from '../commands/predict-batch.ts';
import { planStarts, type BatchItem, type JobStart, type StartsRequest } from '../commands/predict-jobs.ts';
import type { PredictRunOptions, RunReport } from '../commands/predict-facts.ts';
import { shareFiles } from '../commands/predict.ts';
import { nicknameOf } from '../image-file.ts';
import { outputLocation } from '../output-file.ts';
import { workflowOf } from '../project-file.ts';
import { failureOf } from '../report.ts';
import type { RoiSpans } from '../roi-option.ts';
import type { ExportRecord } from './export-record.ts';
import type { ExportRequest, WishedImage } from './export-request.ts';
import type { SharedFolders } from './shared-folders.ts';

export interface ExportPlace {
  readonly folders: SharedFolders;
  /** Of the project file. */
  readonly path: string;
}

/** An export that was found possible. */
export interface PlannedExport {
  /** As it is on this computer, with the images of the project only. */
  readonly project: Project;
  readonly plan: ExportPlan;
  readonly items: readonly BatchItem[];
}

/**
 * What is to be written where, as `brushwood predict` would.
 * @param request its project as it is on this computer
 * @throws what is wrong with the export as a whole; 'not-found' for images and 'invalid-parameter' for outputs outside of the folders;
 * 'aborted'
 */
export async function planExport(
  services: PipelineServices,
  { plan, images, project: sent, givenCount }: ExportRequest,
  { folders, path, signal }: ExportPlace & { readonly signal: AbortSignal },
): Promise<PlannedExport> {
  const { catalog } = services;
  const own = sent.lanes.length - givenCount;
  // The plan says what becomes of probabilities.
  const project = setResultSteps({ ...sent, lanes: sent.lanes.slice(0, own) }, undefined);
  const sources = workflowOf(catalog, project).exportSources;
  const outputs = plan.outputs.map((wish) => plannedOutput(findById(sources, wish.sourceId, 'source'), wish));
  outputFormat(catalog.formats, { id: plan.formatId, path: '' });
  const starts = images.map((image): JobStart => {
    if (!('lane' in image)) return { name: image.path, begin: () => fileJob(project, image, folders) };
    const lane = sent.lanes[image.lane]!;
    const isOwn = image.lane < own;
    return { name: lane.rawData.nickname, begin: () => (isOwn ? laneJob(lane, path) : givenJob(lane, path)) };
  });
  const pattern = placedPattern(plan.pattern);
  const options = { output: pattern, format: plan.formatId, roi: spansOf(plan) };
  const items = await planStarts(services, project, { path, pattern, starts, outputs, options, signal }).catch(
    (error: unknown) => {
      throw explain(error);
    },
  );
  for (const { job } of items) {
    throwIfAborted(signal);
    for (const output of job?.outputs ?? []) await folders.checkOutput(outputLocation(catalog, output.path));
  }
  return { project, plan, items };
}

/** Does the work and notes it in the record. @throws what is wrong with the run as a whole, 'aborted' */
export async function runExport(
  services: PipelineServices,
  { project, plan, items }: PlannedExport,
  { record, folders, signal }: { record: ExportRecord; folders: SharedFolders; signal: AbortSignal },
): Promise<void> {
  const journal = new RunJournal();
  const isShared = shareFiles(services.catalog, items);
  const isReported = plan.outputs.some(({ sourceId }) => !['features', 'labels'].includes(sourceId));
  let atOnce = 1;
  const runOne = async (item: BatchItem, index: number) => {
    // Links may have changed since it was planned.
    for (const { path } of item.job?.outputs ?? []) await folders.checkOutput(outputLocation(services.catalog, path));
    const options = runOptions(plan, { report: reportTo(record, index), signal, threads: services.pool.size });
    const batch = new PredictBatch({ services, project, options, isReported, imageCount: 1, journal });
    const { paths, areas } = await batch.run(item);
    atOnce = batch.imagesAtOnce;
    record.finish(index, paths, areas);
  };
  const work = async (item: BatchItem, index: number) => {
    signal.throwIfAborted();
    try {
      await runOne(item, index);
    } catch (cause) {
      const error = explain(cause);
      if (!isAbortError(error)) record.fail(index, error);
      throw error;
    }
  };
  await runBatch(items, work, { report: { failure: failureOf }, atOnce: () => (isShared ? 1 : atOnce) });
}

function plannedOutput(
  source: ExportSource,
  { dtype, channels, renormalize }: ExportPlan['outputs'][number],
): StartsRequest['outputs'][number] {
  return { source, values: { dtype, channels, renormalize } };
}

function laneJob(lane: Lane, path: string) {
  const mask = lane.predictionMask && requestOf(lane.predictionMask);
  return { ...givenJob(lane, path), mask, lane };
}

/** A file that was given to the page, and is sent with its voxels, lies nowhere here: its results go beside the project. */
function givenJob({ rawData }: Lane, path: string) {
  const { location } = rawData;
  if (!location.tensor) return { nickname: rawData.nickname, image: requestOf(rawData) };
  const place = join(dirname(resolve(path)), basename(location.path));
  const own = { ...location, path: place, tensor: sharedTensor(location.tensor) };
  return { nickname: rawData.nickname, image: { ...requestOf(rawData), location: own } };
}

/** In memory that all workers see: else each block would copy the whole image. */
function sharedTensor({ data, shape }: Tensor): Tensor {
  const bytes = new Uint8Array(new SharedArrayBuffer(data.byteLength));
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return createTensor(arrayFromBytes(dtypeOf(data), bytes), shape);
}

async function fileJob(project: Project, image: Exclude<WishedImage, { lane: number }>, folders: SharedFolders) {
  const location = await folders.find(image.path);
  const channels = image.channels ?? project.lanes[0]?.rawData.channels;
  const request: ImageRequest = { location, axes: image.axes, channels };
  return { nickname: image.nickname ?? nicknameOf(location), image: request };
}

/** A name alone is one beside the project. */
function placedPattern(pattern: string): string {
  return isAbsolute(pattern) || /^\{(dataset|project)_dir\}/.test(pattern) ? pattern : `{project_dir}/${pattern}`;
}

function spansOf({ roi, part }: ExportPlan): RoiSpans | undefined {
  if (roi) return [0, 2, 3, 4].map((axis) => [roi.start[axis], roi.stop[axis]] as const);
  return part && (['t', 'z', 'y', 'x'] as const).map((axis) => [part[axis]?.start, part[axis]?.stop] as const);
}

function runOptions(
  plan: ExportPlan,
  run: { report: RunReport; signal: AbortSignal; threads: number },
): PredictRunOptions {
  const { formatId, layout = {}, axes, steps, overwrite } = plan;
  return {
    ...run,
    source: [],
    mask: [],
    format: formatId,
    chunk: layout.chunkShape,
    zarrShard: layout.shardShape,
    zarrVersion: layout.version,
    compression: layout.compression,
    flavour: layout.flavour,
    outputAxes: axes,
    roi: spansOf(plan),
    postprocessing: steps.postprocessing,
    minObject: steps.smallestObject,
    force: overwrite,
  };
}

function reportTo(record: ExportRecord, index: number): RunReport {
  const nothing = () => undefined;
  return {
    note: nothing,
    event: nothing,
    warn: (text) => record.warn(index, text),
    onProgress: (progress) => record.progress(index, progress),
  };
}

/** In the words of the app: it has no options of a command line. */
function explain(error: unknown): unknown {
  if (!(error instanceof BrushwoodError)) return error;
  const { code, details, message } = error;
  const text = appMessage(error);
  return text === message ? error : new BrushwoodError(code, text, details, { cause: error });
}

function appMessage({ code, details, message }: BrushwoodError): string {
  const remedy = 'Choose another name, or let existing files be replaced.';
  const path = String(details['path']);
  if (code === 'already-exists') return `"${path}" exists already. ${remedy}`;
  if (code === 'other-settings') {
    return `"${path}" is there already, made of another image, classifier or with other settings. ${remedy}`;
  }
  return message
    .replace(/^--roi asks/, 'The part to write goes')
    .replace(/ Say START:STOP .*$/, '')
    .replace(/ (To use one of its channels say|If the axes were misread|Some of its channels are chosen with) .*$/, '')
    .replace(/ with -o\./, '.')
    .replace(' (-o)', '');
}
