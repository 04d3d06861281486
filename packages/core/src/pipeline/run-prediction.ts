import type { ImageSink, ImageSpec } from '../contracts/image-sink.ts';
import type { ImageInfo } from '../contracts/image-source.ts';
import type { StoredModel } from '../contracts/classifier.ts';
import type { RunOptions } from '../contracts/progress.ts';
import { findById } from '../find-by-id.ts';
import { BrushwoodError } from '../errors.ts';
import type { Shape3, Shape5 } from '../grid/axes.ts';
import { BlockGrid } from '../grid/block-grid.ts';
import { dtypeRange, type Dtype } from '../grid/dtype.ts';
import { wholeRoi, withAxis } from '../grid/roi.ts';
import { readLabels, type Labels } from '../project/labels.ts';
import type { Project } from '../project/project.ts';
import { chooseBlockShape } from './block-shape.ts';
import { workingBytes } from './compute-features.ts';
import { convertValues } from './convert-values.ts';
import { pixelExportSources, type ExportSource } from './export-sources.ts';
import { planFeatures } from './feature-plan.ts';
import { openImage, type ImageRequest } from './open-image.ts';
import { predictBlockTask, type PredictJob, type PredictSetup } from './predict-block.ts';
import { runBlocks } from './run-blocks.ts';
import type { PipelineServices } from './services.ts';
import { joinRanges, type ValueRange } from './value-range.ts';
import { writeBlock } from './write-block.ts';

/** One file to write. */
export interface PredictionOutput {
  readonly sourceId: string;
  /** Default: the source's own. Floats are scaled to the full range of an integer dtype, rounded and clipped. */
  readonly dtype?: Dtype;
  /** Axes of the file; default those of the input, with c added where it is needed. */
  readonly axes?: string;
  openSink(spec: ImageSpec): Promise<ImageSink>;
}

export interface PredictOptions extends RunOptions {
  readonly services: PipelineServices;
  readonly image: ImageRequest;
  readonly mask?: ImageRequest;
  /** For the source `labels`; images outside a project have none. */
  readonly labels?: Labels;
  readonly outputs: readonly PredictionOutput[];
  readonly blockShape?: Shape3;
  /** Working memory for the blocks of all workers together: smaller blocks are chosen to stay below it. */
  readonly memoryBytes?: number;
  readonly engineId?: string;
}

export interface PredictResult {
  readonly image: ImageInfo;
  readonly blockShape: Shape3;
  readonly blocks: number;
  /** Smallest and largest intensity that was read; undefined if nothing was. */
  readonly valueRange?: ValueRange;
  /** Over all workers. */
  readonly readSeconds: number;
  readonly featureSeconds: number;
  readonly predictSeconds: number;
  /** By workers; sinks that only the main thread can write to are not counted. */
  readonly writeSeconds: number;
  readonly seconds: number;
  /** Largest working memory of one worker. */
  readonly arenaBytes: number;
}

/**
 * Predicts one image block by block into one or several sinks, features being computed once. On any failure every sink
 * is aborted, so that nothing unfinished looks finished.
 * @throws 'no-classifier', 'no-features', what opening, reading and writing throw, 'aborted'
 */
export async function runPrediction(project: Project, options: PredictOptions): Promise<PredictResult> {
  const { services, image, signal, memoryBytes = Infinity } = options;
  const source = await openImage(services.catalog.formats, image, { signal });
  const { info } = source;
  await source.close();
  const sources = options.outputs.map((output) => findById(pixelExportSources, output.sourceId, 'source'));
  const model = requireModel(project, sources);
  const plan = planFeatures(project.features, services.catalog.filters, {
    channelCount: info.shape[1],
    isFlat: info.shape[2] === 1,
  });
  if (options.mask) await checkMask(options, info);
  const sinks: ImageSink[] = [];
  try {
    for (const [i, output] of options.outputs.entries()) {
      const channels = sources[i]!.channelCount({
        classCount: model?.classCount ?? 0,
        featureCount: plan.featureCount,
      });
      sinks.push(
        await output.openSink(
          describeOutput(project, { info, output, source: sources[i]!, channels, names: plan.names }),
        ),
      );
    }
    const writeShapes = sinks.map((sink) => sink.writeShape);
    const blockShape = chooseBlockShape(info.shape, {
      featureCount: plan.featureCount,
      wanted: options.blockShape,
      writeShapes,
      fits: (block) => workingBytes(plan, block, model?.classCount ?? 0) <= memoryBytes / services.executor.concurrency,
    });
    const result = await predictBlocks(project, options, { info, sinks, sources, blockShape, model });
    for (const sink of sinks) await sink.close();
    return result;
  } catch (error) {
    await Promise.allSettled(sinks.map((sink) => sink.abort()));
    throw error;
  }
}

interface PredictParts {
  readonly info: ImageInfo;
  readonly sinks: readonly ImageSink[];
  readonly sources: readonly ExportSource[];
  readonly blockShape: Shape3;
  readonly model: StoredModel | undefined;
}

async function predictBlocks(project: Project, options: PredictOptions, parts: PredictParts): Promise<PredictResult> {
  const { info, sinks, sources, blockShape, model } = parts;
  const computed = sources.flatMap((source, i) => (source.compute ? [i] : []));
  const setup: PredictSetup = {
    image: options.image,
    mask: options.mask,
    selection: project.features,
    blockShape,
    model,
    engineId: options.engineId,
    outputs: computed.map((i) => ({
      sourceId: sources[i]!.id,
      dtype: sinks[i]!.spec.dtype,
      range: sources[i]!.range,
      ticket: sinks[i]!.ticket,
    })),
  };
  const grid = new BlockGrid(withAxis(wholeRoi(info.shape), 1, 0, 1), [1, 1, ...blockShape]);
  let valueRange: ValueRange | undefined;
  const totals = { readSeconds: 0, featureSeconds: 0, predictSeconds: 0, writeSeconds: 0, arenaBytes: 0 };
  const started = performance.now();
  let done = 0;
  const finish = () => {
    options.onProgress?.({
      phase: `Predicting ${options.image.location.path.split('/').at(-1)}`,
      done: ++done,
      total: grid.count,
      unit: 'blocks',
    });
  };
  for (const i of sources.keys()) if (!sources[i]!.compute) await writeLabels(grid, sinks[i]!, options);
  if (computed.length > 0) {
    await runBlocks(options.services.executor, {
      task: predictBlockTask,
      setup,
      jobs: jobsOf(grid, options.services.executor.concurrency),
      signal: options.signal,
      async onResult(result, { roi }) {
        for (const [part, i] of computed.entries()) {
          const { spec } = sinks[i]!;
          const values = result.parts[part];
          if (values) await writeBlock(sinks[i]!, { roi, spec, values, signal: options.signal });
        }
        valueRange = joinRanges(valueRange, result.valueRange);
        totals.readSeconds += result.readSeconds;
        totals.featureSeconds += result.featureSeconds;
        totals.predictSeconds += result.predictSeconds;
        totals.writeSeconds += result.writeSeconds;
        totals.arenaBytes = Math.max(totals.arenaBytes, result.arenaBytes);
        finish();
      },
    });
  }
  return {
    image: info,
    blockShape,
    blocks: grid.count,
    valueRange,
    ...totals,
    seconds: (performance.now() - started) / 1e3,
  };
}

/** Every block, and the one its worker will get next if all blocks take equally long. */
function* jobsOf(grid: BlockGrid, workers: number): Generator<PredictJob> {
  for (let i = 0; i < grid.count; i++) {
    const roi = grid.block(i);
    yield i + workers < grid.count ? { roi, next: grid.block(i + workers) } : { roi };
  }
}

async function writeLabels(grid: BlockGrid, sink: ImageSink, { labels, signal }: PredictOptions): Promise<void> {
  for (const roi of grid) {
    const voxels = roi.stop.reduce((product, stop, i) => product * (stop - roi.start[i]!), 1);
    const values = labels ? readLabels(labels, roi) : new Uint8Array(voxels);
    const converted = convertValues(values, sink.spec.dtype);
    await writeBlock(sink, { roi, spec: sink.spec, values: converted, signal });
  }
}

function requireModel(project: Project, sources: readonly ExportSource[]): StoredModel | undefined {
  const { model } = project.classifier;
  if (!model && sources.some((source) => source.needsModel)) {
    throw new BrushwoodError(
      'no-classifier',
      'The project has no trained classifier. Train it first: brushwood train PROJECT.',
    );
  }
  return model;
}

async function checkMask({ services, mask, signal }: PredictOptions, info: ImageInfo): Promise<void> {
  const source = await openImage(services.catalog.formats, mask!, { signal });
  const { shape } = source.info;
  await source.close();
  const fits = shape.every(
    (size, axis) => axis === 1 || size === info.shape[axis] || (size === 1 && (axis === 0 || axis === 2)),
  );
  if (!fits) {
    throw new BrushwoodError(
      'shape-mismatch',
      `The mask "${mask!.location.path}" has shape (${shape.join(', ')}), but the image has (${info.shape.join(', ')}), axes tczyx; all but ` +
        'the channels must agree.',
      { mask: [...shape], image: [...info.shape] },
    );
  }
}

function describeOutput(
  project: Project,
  parts: {
    info: ImageInfo;
    output: PredictionOutput;
    source: ExportSource;
    channels: number;
    names: readonly string[];
  },
): ImageSpec {
  const { info, output, source, channels } = parts;
  const dtype = output.dtype ?? source.dtype;
  const shape: Shape5 = [info.shape[0], channels, info.shape[2], info.shape[3], info.shape[4]];
  const classNames = project.classes.map((item) => item.name);
  const channelNames =
    source.content === 'probabilities' ? classNames : source.id === 'features' ? parts.names : undefined;
  const colors = source.content === 'intensity' ? undefined : project.classes.map((item) => item.probabilityColor);
  const displayRange = source.range && (dtype === 'float32' || dtype === 'float64' ? source.range : dtypeRange(dtype));
  return {
    axes: output.axes ?? defaultAxes(info, channels),
    shape,
    dtype,
    content: source.content,
    voxelSize: info.voxelSize,
    channelNames,
    colors,
    displayRange: source.content === 'labels' ? [0, Math.max(1, project.classes.length)] : displayRange,
  };
}

/** The input's axes, with a channel axis at the end where one is needed (spec §D.2). */
function defaultAxes({ fileAxes }: ImageInfo, channels: number): string {
  return fileAxes.includes('c') || channels === 1 ? fileAxes : `${fileAxes}c`;
}
