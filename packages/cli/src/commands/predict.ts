import {
  BrushwoodError,
  findClass,
  type Catalog,
  type PipelineServices,
  type Project,
  type RunPart,
} from '@brushwood/core';
import { AreaReport, reportPathOf } from '../batch/area-report.ts';
import { placeOf } from '../batch/output-state.ts';
import { listFailures, runBatch } from '../batch/run-batch.ts';
import { partName, partOfEnvironment } from '../batch/run-part.ts';
import { findInputs, type FoundInput } from '../inputs/find-inputs.ts';
import { planPostprocessing, unusedSteps } from '../postprocess-options.ts';
import { loadProject } from '../project-file.ts';
import type { Report } from '../report.ts';
import { rate, seconds } from '../statistics.ts';
import { PredictBatch, type ItemResult } from './predict-batch.ts';
import type { PredictCommandOptions } from './predict-facts.ts';
import { planJobs, type BatchItem } from './predict-jobs.ts';

/** `brushwood predict P.ilp [INPUT…]`: without INPUT the project's own images. */
export async function predict(
  services: PipelineServices,
  path: string,
  words: readonly string[],
  options: PredictCommandOptions,
): Promise<void> {
  const { report } = options;
  const project = await loadProject(services.catalog, path, options);
  checkOptions(project, options);
  checkVerify(options);
  const steps = unusedSteps(project, options);
  if (steps) report.note(`note: the app applies steps to results of this project; here say them: ${steps}`);
  const inputs = inputsOf(services, words, options);
  const items = await planJobs(services, project, { path, inputs, options });
  if (options.dryRun) return (await import('./predict-dry-run.ts')).dryRun(services, project, { items, options });
  if (options.verify) return (await import('./predict-verify.ts')).verify(services, project, { items, options });
  await predictItems(services, project, { items, options, report });
}

async function predictItems(
  services: PipelineServices,
  project: Project,
  { items, options, report }: { items: readonly BatchItem[]; options: PredictCommandOptions; report: Report },
): Promise<void> {
  const isSingle = items.length === 1;
  const part = options.finish ? undefined : wantedPart(options);
  const share = isSingle ? items : shareOf(items, part);
  if (part) {
    const hint = options.shard ? '' : ' As the scheduler says; to do all: --shard 1/1.';
    report.note(describePart(part, { isSingle, share: share.length, total: items.length }) + hint);
  }
  const unitPart = isSingle ? part : undefined;
  const { classes } = planPostprocessing(project, options);
  if (unitPart) checkPartOptions(options);
  if (isSingle && options.finish) checkFinishOptions(options);
  const areas = options.areas === undefined ? undefined : new AreaReport(reportPathOf(options.areas, part), classes);
  if (areas && items.some(({ job }) => job?.mask)) {
    report.note('note: voxels outside a mask belong to the first class in a segmentation, and so in the report.');
  }
  const batch = new PredictBatch({
    services,
    project,
    options,
    part: unitPart,
    isReported: areas !== undefined,
    imageCount: share.length,
  });
  report.event('start', { images: share.length, part: part && partName(part), threads: options.threads });
  const isShared = shareFiles(services.catalog, share);
  const byItem: ItemResult[] = [];
  const predictOne = async (item: BatchItem, i: number) => {
    try {
      byItem[i] = await batch.run(item);
    } finally {
      const counted = byItem[i]?.areas;
      areas?.add(i, counted && { image: item.name, ...counted });
    }
  };
  const failures = await runBatch(share, predictOne, {
    report,
    failFast: options.failFast,
    isSingle,
    atOnce: () => (isShared ? 1 : batch.imagesAtOnce),
  });
  const results = byItem.filter(Boolean);
  listFailures(failures, report);
  const skipped = results.flatMap((result) => result.skipped);
  if (skipped.length > 0) {
    report.note(
      `${skipped.length} finished output(s) skipped: made earlier with the same settings. --force makes them again.`,
    );
  }
  const facts = batch.meter.facts();
  const counts = {
    done: results.filter((result) => result.facts).length,
    skipped: skipped.length,
    failed: failures.length,
  };
  report.event('summary', { ...counts, ...facts });
  if (!isSingle) report.remark(describeRun(counts, facts));
  const paths = results.flatMap((result) => result.paths);
  const outputs = results.flatMap((result) => result.facts ?? []);
  report.result(paths.join('\n'), { outputs, skipped, failures });
}

function checkOptions(project: Project, options: PredictCommandOptions): void {
  const { classes = [], renormalize } = options;
  const left = { ...project, classes: planPostprocessing(project, options).classes };
  for (const name of classes) findClass(left, name);
  if (renormalize && renormalize.length !== 2) {
    throw new BrushwoodError(
      'invalid-parameter',
      'Give --renormalize two ranges, of values and of what they become, like 0:1 0:200.',
    );
  }
}

/** The images that the words name; tells of files that are left out. */
function inputsOf(
  { catalog }: PipelineServices,
  words: readonly string[],
  options: PredictCommandOptions,
): readonly FoundInput[] {
  const { inputs, ownOutputs } = findInputs(catalog, words, options);
  if (ownOutputs > 0) {
    options.report.note(
      `${ownOutputs} file(s) that Brushwood wrote itself are left out. Name them one by one to use them.`,
    );
  }
  return inputs;
}

function checkVerify({ verify, force }: PredictCommandOptions): void {
  if (!verify || !force) return;
  throw new BrushwoodError('invalid-parameter', '--verify changes nothing, and --force replaces. Say one of them.');
}

function checkFinishOptions(options: PredictCommandOptions): void {
  const wrong = wholeOption(options);
  if (!wrong) return;
  throw new BrushwoodError(
    'invalid-parameter',
    `${wrong} needs the whole run, and --finish computes no voxel. Leave it out here, and predict the segmentation without --finish and parts.`,
  );
}

/** An option that needs all labels of an image at once. */
function wholeOption({ areas, minObject }: PredictCommandOptions): string | undefined {
  return areas !== undefined ? '--report' : minObject !== undefined ? '--min-object' : undefined;
}

function checkPartOptions(options: PredictCommandOptions): void {
  const wrong = wholeOption(options);
  if (!wrong) return;
  throw new BrushwoodError(
    'invalid-parameter',
    `${wrong} needs the whole image, and a part sees only its share. Leave it out here, and use it on the finished segmentation.`,
  );
}

/** Do several images go into one file, as datasets? Only one at a time can write to it then. */
export function shareFiles(catalog: Catalog, items: readonly BatchItem[]): boolean {
  const files = items.map(({ job }) => new Set(job?.outputs.map((output) => placeOf(catalog, output).path)));
  return new Set(files.flatMap((own) => [...own])).size < files.reduce((sum, own) => sum + own.size, 0);
}

/** Undefined for the whole: one part of one is no part. */
function wantedPart({ shard }: PredictCommandOptions): RunPart | undefined {
  const part = shard ?? partOfEnvironment(process.env);
  return part?.count === 1 ? undefined : part;
}

/** Every n-th image: neighbours often take equally long, so parts end together. */
function shareOf(items: readonly BatchItem[], part: RunPart | undefined): readonly BatchItem[] {
  return part ? items.filter((_, i) => i % part.count === part.index) : items;
}

function describePart(
  part: RunPart,
  { isSingle, share, total }: { isSingle: boolean; share: number; total: number },
): string {
  return isSingle
    ? `Part ${partName(part)} of the image's units.`
    : `Part ${partName(part)}: ${share} of ${total} images.`;
}

function describeRun(
  counts: { done: number; skipped: number; failed: number },
  facts: ReturnType<PredictBatch['meter']['facts']>,
): string {
  return (
    `${counts.done} image(s) predicted, ${counts.skipped} output(s) skipped, ${counts.failed} image(s) failed in ${seconds(facts.seconds)}: ` +
    `${rate(facts.voxelsPerSecond, 'voxels')}, peak ${facts.peakMiB} MiB.`
  );
}
