import {
  elementCount,
  featureScratchBytes,
  itemBytes,
  planFeatures,
  type ImageSink,
  type ImageSpec,
  type PipelineServices,
  type PredictResult,
  type Project,
  type StoredModel,
} from '@brushwood/core';
import type { Failure } from '../report.ts';
import { workflowOf } from '../project-file.ts';
import { byteSize, timeLeft } from '../statistics.ts';
import { table } from '../table.ts';
import { checkInput } from './check-input.ts';
import { OutputTargets } from './output-targets.ts';
import type { PredictCommandOptions } from './predict-facts.ts';
import type { BatchItem, PredictJob } from './predict-jobs.ts';

/**
 * Nanoseconds of one thread for a feature channel of a voxel, and for a tree, measured with all features and 100 trees on the images
 * of docs/benchmarks.md. Volumes cost more: halos, 3-D passes, deeper trees. Other machines are up to twice as fast or slow.
 */
const nanoseconds = { flat: { feature: 5, tree: 3 }, volume: { feature: 14, tree: 7 } };

/** Volumes that the filters of one sigma share, as the pipeline counts them. */
const sharedVolumes = { flat: 23, volume: 38 };

interface OutputPlan {
  readonly path: string;
  readonly axes: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  /** Uncompressed. */
  readonly bytes: number;
}

interface ItemPlan {
  readonly input: string;
  readonly outputs: readonly OutputPlan[];
  readonly blocks: number;
  readonly blockShape: readonly number[];
  /** Working memory of one thread. */
  readonly memoryBytes: number;
  /** Of all threads together. */
  readonly seconds: number;
}

/** `--dry-run`: what a run would write and need, nothing being written. */
export async function dryRun(
  services: PipelineServices,
  project: Project,
  { items, options }: { items: readonly BatchItem[]; options: PredictCommandOptions },
): Promise<void> {
  const plans: ItemPlan[] = [];
  const failures: Failure[] = [];
  for (const item of items) {
    try {
      if (!item.job) throw item.problem;
      plans.push(await planItem(services, project, { name: item.name, job: item.job, options }));
    } catch (error) {
      if (items.length === 1) throw error;
      failures.push(options.report.failure(item.name, error));
    }
  }
  const sum = (value: (plan: ItemPlan) => number) => plans.reduce((total, plan) => total + value(plan), 0);
  const most = (value: (plan: ItemPlan) => number) => Math.max(0, ...plans.map(value));
  const bytes = sum((plan) => plan.outputs.reduce((total, output) => total + output.bytes, 0));
  const memoryBytes = most((plan) => plan.memoryBytes) * options.threads;
  const totals = { blocks: sum((plan) => plan.blocks), bytes, memoryBytes, seconds: sum((plan) => plan.seconds) };
  const rows = plans.flatMap((plan) => plan.outputs.map((output) => rowOf(plan, output)));
  const text = [
    table(['output', 'axes', 'shape', 'dtype', 'bytes', 'blocks', 'block zyx', 'memory/thread'], rows),
    `${plans.length} image(s), ${byteSize(bytes)} before compression, about ${byteSize(memoryBytes)} of working memory on ${options.threads} ` +
      `thread(s), about ${timeLeft(totals.seconds)}. Nothing was written.`,
  ];
  options.report.result(text.join('\n'), { images: plans, totals, failures });
}

function rowOf(plan: ItemPlan, { path, axes, shape, dtype, bytes }: OutputPlan): string[] {
  const blocks = [String(plan.blocks), plan.blockShape.join('×'), byteSize(plan.memoryBytes)];
  return [path, axes, shape.join('×'), dtype, byteSize(bytes), ...blocks];
}

async function planItem(
  services: PipelineServices,
  project: Project,
  { name, job, options }: { name: string; job: PredictJob; options: PredictCommandOptions },
): Promise<ItemPlan> {
  const { image, lane } = job;
  const isOwn = lane !== undefined;
  const roi = await checkInput(services.catalog, project, { image, isOwn, roi: options.roi, report: options.report });
  const targets = new OutputTargets({ services, project, options });
  const { postprocessing } = targets.result;
  const specs: ImageSpec[] = [];
  // Normalisation would read the whole image, and what is written does not depend on it.
  const { normalization: _, ...plain } = project;
  const result = await workflowOf(services.catalog, project).predict(plain, {
    services,
    image,
    mask: job.mask,
    roi,
    finishOnly: true,
    postprocessing,
    blockShape: options.block,
    memoryBytes: options.memory,
    signal: options.signal,
    outputs: job.outputs.map((output) => ({
      ...targets.describe(output),
      openSink: async (spec) => {
        specs.push(spec);
        return plannedSink(spec, targets.settings.layout?.chunkShape);
      },
    })),
  });
  const outputs = job.outputs.map(({ path }, i) => planOutput(path, specs[i]!));
  return { input: name, outputs, ...costOf(services, project, { result, spec: specs[0]!, threads: options.threads }) };
}

function planOutput(path: string, { axes, shape, dtype }: ImageSpec): OutputPlan {
  const sizes = [...axes].map((axis) => shape['tczyx'.indexOf(axis)]!);
  return { path, axes, shape: sizes, dtype, bytes: elementCount(shape) * itemBytes(dtype) };
}

/** Takes nothing and leaves nothing. */
function plannedSink(spec: ImageSpec, writeShape: ImageSink['writeShape'] = [1, 1, 1, 1, 1]): ImageSink {
  const nothing = async () => undefined;
  return { spec, writeShape, write: nothing, close: nothing, abort: nothing };
}

function costOf(
  { catalog }: PipelineServices,
  project: Project,
  { result, spec, threads }: { result: PredictResult; spec: ImageSpec; threads: number },
) {
  const { blockShape, image } = result;
  const [times, , ...space] = spec.shape;
  const plan = planFeatures(project.features, catalog.filters, {
    channelCount: image.shape[1],
    isFlat: image.shape[2] === 1,
  });
  const kind = image.shape[2] === 1 ? 'flat' : 'volume';
  const blockVoxels = elementCount(blockShape);
  const padded = blockShape.reduce((product, size, i) => product * (size + 2 * plan.halo[i]!), 1);
  const memoryBytes =
    4 * ((plan.featureCount + 2 * project.classes.length) * blockVoxels + 2 * plan.channelCount * padded) +
    featureScratchBytes(plan, blockShape, sharedVolumes[kind]);
  const voxels = times * elementCount(space);
  const { feature, tree } = nanoseconds[kind];
  const nsPerVoxel = plan.featureCount * feature + treesOf(project.classifier.model) * tree;
  const blocks = times * space.reduce((product, size, i) => product * Math.ceil(size / blockShape[i]!), 1);
  return { blocks, blockShape, memoryBytes, seconds: (voxels * nsPerVoxel) / 1e9 / threads };
}

function treesOf(model: StoredModel | undefined): number {
  if (model?.layout === 'vigra-forests') return model.forests.reduce((sum, forest) => sum + forest.trees.length, 0);
  return model ? 100 : 0;
}
