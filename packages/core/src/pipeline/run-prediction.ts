import type { ImageSink } from '../contracts/image-sink.ts';
import type { ImageInfo } from '../contracts/image-source.ts';
import type { StoredModel } from '../contracts/classifier.ts';
import type { RunOptions } from '../contracts/progress.ts';
import type { RunPart } from '../contracts/storage-format.ts';
import { findById } from '../find-by-id.ts';
import { elementCount, shape3, type Shape3 } from '../grid/axes.ts';
import { checkRoi, roiShape, wholeRoi, withAxis, type Roi } from '../grid/roi.ts';
import { readLabels, type Labels } from '../project/labels.ts';
import type { Project } from '../project/project.ts';
import { BlockJobs, checkPart } from './block-jobs.ts';
import { chooseBlockShape, commonUnitShape, commonWriteShape } from './block-shape.ts';
import { workingBytes } from './compute-features.ts';
import { convertValues } from './convert-values.ts';
import { pixelExportSources, type ExportSource } from './export-sources.ts';
import { planFeatures } from './feature-plan.ts';
import { normalizeRequest } from './normalize-image.ts';
import { openImage, type ImageRequest } from './open-image.ts';
import { writeOutput } from './output-writers.ts';
import { countBlocks, findWantedUnits, jobsInRuns, placeJobs, withNext, type IsWanted } from './pending-units.ts';
import { combinedClasses, postprocessingHalo, type Postprocessing } from './postprocess.ts';
import { predictBlockTask, type PredictSetup } from './predict-block.ts';
import { checkMask, checkParts, requireModel } from './prediction-checks.ts';
import { describeOutput, scalingOf, type PredictionOutput } from './prediction-outputs.ts';
import { runBlocks } from './run-blocks.ts';
import type { PipelineServices } from './services.ts';
import { joinRanges, type ValueRange } from './value-range.ts';

export interface PredictOptions extends RunOptions {
  readonly services: PipelineServices;
  readonly image: ImageRequest;
  readonly mask?: ImageRequest;
  /** For the source `labels`; images outside a project have none. */
  readonly labels?: Labels;
  readonly outputs: readonly PredictionOutput[];
  /** The part of the image to predict; its channel range does not matter. Default: the whole image. */
  readonly roi?: Roi;
  /**
   * Do one of several shares of the work, and leave the outputs unfinished. Their sinks must have units and be created with
   * `resume` and the same part.
   */
  readonly part?: RunPart;
  readonly postprocessing?: Postprocessing;
  /** Compute nothing, only finish outputs whose units other runs have written. */
  readonly finishOnly?: boolean;
  readonly blockShape?: Shape3;
  /** Working memory for the blocks of all workers together: smaller blocks are chosen to stay below it. */
  readonly memoryBytes?: number;
  readonly engineId?: string;
}

export interface PredictResult {
  readonly image: ImageInfo;
  readonly blockShape: Shape3;
  /** Blocks and voxels that this run computed. */
  readonly blocks: number;
  readonly voxels: number;
  /** Units that an earlier run had written already. */
  readonly unitsDone: number;
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
  const { services, image, signal, memoryBytes = Infinity, part, postprocessing } = options;
  if (part) checkPart(part);
  const source = await openImage(services.catalog.formats, image, { signal });
  const { info } = source;
  await source.close();
  const roi = withAxis(options.roi ?? wholeRoi(info.shape), 1, 0, 1);
  checkRoi(roi, info.shape, image.location.path);
  const sources = options.outputs.map((output) => findById(pixelExportSources, output.sourceId, 'source'));
  const model = requireModel(project, sources);
  const plan = planFeatures(project.features, services.catalog.filters, {
    channelCount: info.shape[1],
    isFlat: info.shape[2] === 1,
  });
  const classes = postprocessing ? combinedClasses(project.classes, postprocessing) : project.classes;
  const counts = {
    classCount: postprocessing ? classes.length : (model?.classCount ?? 0),
    featureCount: plan.featureCount,
  };
  if (options.mask) await checkMask(services.catalog.formats, options.mask, { info, signal });
  const sinks: ImageSink[] = [];
  try {
    for (const [i, output] of options.outputs.entries()) {
      const channelCount = sources[i]!.channelCount(counts);
      const facts = { info, roi, output, source: sources[i]!, channelCount, featureNames: plan.names };
      sinks.push(await output.openSink(describeOutput(classes, facts)));
    }
    const shape = roiShape(roi);
    const writeShapes = sinks.map((sink) => sink.writeShape);
    const jobs = new BlockJobs({
      shape,
      blockShape: chooseBlockShape(shape, {
        featureCount: plan.featureCount,
        wanted: options.blockShape,
        writeShapes,
        fits: (block) =>
          workingBytes(plan, grownBlock(options, info, block), counts.classCount) <=
          memoryBytes / services.executor.concurrency,
      }),
      unitShape: commonUnitShape(shape, { unitShapes: unitShapesOf(sinks), writeShapes }),
      writeShape: commonWriteShape(writeShapes),
    });
    if (part) checkParts(sinks);
    const request = await normalizeRequest(services.catalog.formats, image, {
      normalization: project.normalization,
      signal,
      onProgress: options.onProgress,
    });
    const result = await predictBlocks(project, options, { image: request, info, roi, sinks, sources, jobs, model });
    for (const sink of sinks) await (part && !options.finishOnly ? sink.suspend!() : sink.close());
    return result;
  } catch (error) {
    await Promise.allSettled(sinks.map((sink) => sink.abort()));
    throw error;
  }
}

interface PredictParts {
  /** The image with what normalises it. */
  readonly image: ImageRequest;
  readonly info: ImageInfo;
  readonly roi: Roi;
  readonly sinks: readonly ImageSink[];
  readonly sources: readonly ExportSource[];
  readonly jobs: BlockJobs;
  readonly model: StoredModel | undefined;
}

async function predictBlocks(project: Project, options: PredictOptions, parts: PredictParts): Promise<PredictResult> {
  const { image, info, roi, sinks, sources, jobs, model } = parts;
  const computed = sources.flatMap((source, i) => (source.compute ? [i] : []));
  const setup: PredictSetup = {
    image,
    mask: options.mask,
    selection: project.features,
    blockShape: grownBlock(options, info, jobs.blockShape),
    postprocessing: options.postprocessing,
    model,
    engineId: options.engineId,
    origin: roi.start,
    outputs: computed.map((i) => ({
      sourceId: sources[i]!.id,
      dtype: sinks[i]!.spec.dtype,
      scaling: scalingOf(options.outputs[i]!, sources[i]!),
      channels: options.outputs[i]!.channels,
      ticket: sinks[i]!.ticket,
      unitShape: sinks[i]!.unitShape,
    })),
  };
  const started = performance.now();
  const { isWanted, unitsDone } = options.finishOnly
    ? { isWanted: () => false, unitsDone: 0 }
    : await findWantedUnits(jobs, sinks, options);
  const { blocks: total, voxels } = countBlocks(jobs, isWanted);
  let valueRange: ValueRange | undefined;
  const totals = { readSeconds: 0, featureSeconds: 0, predictSeconds: 0, writeSeconds: 0, arenaBytes: 0 };
  let done = 0;
  for (const i of sources.keys()) if (!sources[i]!.compute) await writeLabels(parts, sinks[i]!, { options, isWanted });
  const workers = options.services.executor.concurrency;
  if (computed.length > 0 && total > 0) {
    await runBlocks(options.services.executor, {
      task: predictBlockTask,
      setup,
      jobs: withNext(jobsInRuns(jobs, roi, { isWanted, workers }), workers),
      signal: options.signal,
      async onResult(result, { blocks }) {
        for (const block of result.left) {
          for (const [part, i] of computed.entries()) {
            const { spec, unitShape } = sinks[i]!;
            const values = block.parts[part];
            const box = { roi: block.roi, origin: roi.start, spec, unitShape, signal: options.signal };
            if (values) await writeOutput(sinks[i]!, { ...box, values });
          }
        }
        valueRange = joinRanges(valueRange, result.valueRange);
        totals.readSeconds += result.readSeconds;
        totals.featureSeconds += result.featureSeconds;
        totals.predictSeconds += result.predictSeconds;
        totals.writeSeconds += result.writeSeconds;
        totals.arenaBytes = Math.max(totals.arenaBytes, result.arenaBytes);
        done += blocks.length;
        const phase = `Predicting ${options.image.location.path.split('/').at(-1)}`;
        options.onProgress?.({ phase, done, total, unit: 'blocks' });
      },
    });
  }
  return {
    image: info,
    blockShape: jobs.blockShape,
    blocks: total,
    voxels,
    unitsDone,
    valueRange,
    ...totals,
    seconds: (performance.now() - started) / 1e3,
  };
}

/** The block and what its postprocessing needs around it. */
function grownBlock({ postprocessing }: PredictOptions, { shape }: ImageInfo, block: Shape3): Shape3 {
  if (!postprocessing) return block;
  const halo = postprocessingHalo(postprocessing, shape[2] === 1);
  return shape3((i) => Math.min(shape[i + 2]!, block[i] + 2 * halo[i]));
}

function unitShapesOf(sinks: readonly ImageSink[]) {
  return sinks.flatMap(({ unitShape }) => (unitShape ? [unitShape] : []));
}

async function writeLabels(
  { jobs, roi }: PredictParts,
  sink: ImageSink,
  { options: { labels, signal }, isWanted }: { options: PredictOptions; isWanted: IsWanted },
): Promise<void> {
  for (const blocks of placeJobs(jobs, roi, isWanted)) {
    for (const block of blocks) {
      const values = labels ? readLabels(labels, block) : new Uint8Array(elementCount(roiShape(block)));
      const converted = convertValues(values, sink.spec.dtype);
      const { spec, unitShape } = sink;
      await writeOutput(sink, { roi: block, origin: roi.start, spec, unitShape, values: converted, signal });
    }
  }
}
