import type { Samples } from '../contracts/classifier.ts';
import type { RunOptions } from '../contracts/progress.ts';
import { BrushwoodError } from '../errors.ts';
import type { Shape3, Shape5 } from '../grid/axes.ts';
import { countLabels, hasLabels, labelBlocks, type LabelBlock } from '../project/labels.ts';
import type { Lane } from '../project/lane.ts';
import type { Project } from '../project/project.ts';
import { collectSamplesTask, type BlockSamples } from './collect-samples.ts';
import { fingerprintImage } from './fingerprint-image.ts';
import { normalizeRequest } from './normalize-image.ts';
import { openImage, requestOf } from './open-image.ts';
import { runBlocks } from './run-blocks.ts';
import type { PipelineServices } from './services.ts';
import { joinSamples, noLabelsError } from './train-classifier.ts';
import { joinRanges, type ValueRange } from './value-range.ts';

export interface CollectProjectOptions extends RunOptions {
  readonly services: PipelineServices;
  /** Lanes to learn from; default all that have labels. */
  readonly lanes?: readonly number[];
  readonly engineId?: string;
}

/** All labelled voxels of a project, ready to learn from. */
export interface ProjectSamples {
  /** Lane by lane, label block by label block (`labelBlocks`), in a block in the order z, y, x. */
  readonly samples: Samples;
  /** The lanes the rows come from, in the order of the rows. */
  readonly laneIndices: readonly number[];
  /** Labelled voxels per class of the project. */
  readonly classCounts: readonly number[];
  /** Of the images around the labels. */
  readonly valueRange?: ValueRange;
  /** Images that are no longer those that were painted on. */
  readonly warnings: readonly string[];
}

/**
 * Computes the project's features at its labelled voxels: blocks that hold labels → features → rows.
 * @throws 'no-labels', 'one-class' (naming the class), 'no-features', what opening an image throws, 'aborted'
 */
export async function collectProjectSamples(project: Project, options: CollectProjectOptions): Promise<ProjectSamples> {
  const laneIndices = project.lanes.flatMap((lane, i) =>
    hasLabels(lane.labels) && (options.lanes?.includes(i) ?? true) ? [i] : [],
  );
  const lanes = laneIndices.map((i) => project.lanes[i]!);
  const classCounts = laneCounts(project, lanes);
  checkClasses(project, classCounts);
  const parts: BlockSamples[] = [];
  const warnings: string[] = [];
  for (const lane of lanes) {
    if (await hasChanged(lane, options)) warnings.push(changedText(lane));
    parts.push(...(await collectLane(project, lane, options)));
  }
  const valueRange = parts.map((part) => part.valueRange).reduce<ValueRange | undefined>(joinRanges, undefined);
  return { samples: joinSamples(parts, project.classes.length), laneIndices, classCounts, valueRange, warnings };
}

/** At least two painted classes are needed. */
function checkClasses(project: Project, counts: readonly number[]): void {
  if (project.lanes.length === 0) {
    throw new BrushwoodError(
      'lane-missing',
      'The project has no image to learn from. Add one: brushwood lanes PROJECT add IMAGE.',
    );
  }
  const painted = counts.flatMap((count, i) => (count > 0 ? [i] : []));
  if (painted.length === 0) throw noLabelsError();
  if (painted.length === 1) {
    const name = project.classes[painted[0]!]?.name ?? `Label ${painted[0]! + 1}`;
    throw new BrushwoodError(
      'one-class',
      `Only the class "${name}" is labelled (${counts[painted[0]!]} voxels). Paint at least one more class, so that there is something to tell apart.`,
      { class: name },
    );
  }
  if (counts.length > project.classes.length) {
    throw new BrushwoodError(
      'invalid-labels',
      `Labels go up to ${counts.length}, but the project has ${project.classes.length} classes.`,
    );
  }
}

function laneCounts(project: Project, lanes: readonly Lane[]): number[] {
  const counts = Array<number>(project.classes.length).fill(0);
  for (const lane of lanes)
    countLabels(lane.labels, counts.length).forEach((count, i) => (counts[i] = (counts[i] ?? 0) + count));
  return counts;
}

async function collectLane(
  project: Project,
  lane: Lane,
  { services, signal, onProgress, engineId }: CollectProjectOptions,
): Promise<BlockSamples[]> {
  const blocks = [...labelBlocks(lane.labels)];
  const image = await normalizeRequest(services.catalog.formats, requestOf(lane.rawData), {
    normalization: project.normalization,
    signal,
    onProgress,
  });
  const order = new Map(blocks.map((block, i) => [block, i]));
  const rows: BlockSamples[] = [];
  let done = 0;
  await runBlocks(services.executor, {
    task: collectSamplesTask,
    setup: { image, selection: project.features, blockShape: largestBlock(blocks), engineId },
    jobs: blocks,
    signal,
    onResult(samples, block) {
      rows[order.get(block)!] = samples;
      onProgress?.({
        phase: `Features of ${lane.rawData.nickname}`,
        done: ++done,
        total: blocks.length,
        unit: 'blocks',
      });
    },
  });
  return rows;
}

/**
 * Is the image another than the one the labels were painted on, though of its size? Embedded ones are the project's own.
 * @throws 'shape-mismatch' for another size
 */
async function hasChanged(lane: Lane, { services: { catalog }, signal }: CollectProjectOptions): Promise<boolean> {
  const { location, axes, storage, fingerprint } = lane.rawData;
  const source = await openImage(catalog.formats, { location, axes }, { signal });
  try {
    checkLaneShape(lane, source.info.shape);
    if (storage === 'embedded' || fingerprint === undefined) return false;
    return (await fingerprintImage(source, signal)) !== fingerprint;
  } finally {
    await source.close();
  }
}

function changedText({ rawData }: Lane): string {
  return (
    `"${rawData.nickname}" (${rawData.location.path}) has changed since it was added: its labels may lie on other things than they were ` +
    'painted on. If it is another image, find the old one: brushwood lanes PROJECT relink LANE IMAGE.'
  );
}

function checkLaneShape({ rawData, labels }: Lane, shape: Shape5): void {
  if (shape.every((size, axis) => axis === 1 || size === labels.shape[axis])) return;
  throw new BrushwoodError(
    'shape-mismatch',
    `"${rawData.nickname}" (${rawData.location.path}) has shape (${shape.join(', ')}), but its labels were painted on ` +
      `(${labels.shape.join(', ')}), axes tczyx without channels. Point the lane to the right file: brushwood lanes PROJECT relink LANE IMAGE.`,
    { shape: [...shape], expected: [...labels.shape] },
  );
}

function largestBlock(blocks: readonly LabelBlock[]): Shape3 {
  const size = (axis: number) =>
    blocks.reduce((largest, { roi }) => Math.max(largest, roi.stop[axis]! - roi.start[axis]!), 1);
  return [size(2), size(3), size(4)];
}
