import type { ClassifierModel } from '../contracts/classifier.ts';
import type { SinkTicket } from '../contracts/image-sink.ts';
import { throwIfAborted } from '../errors.ts';
import type { TaskContext } from '../contracts/worker-pool.ts';
import { spatialShape, type Shape5 } from '../grid/axes.ts';
import { allocateArray, dtypeOf, type Dtype, type NumberArray } from '../grid/dtype.ts';
import { padRoi } from '../grid/halo.ts';
import { isSameRoi, roiShape, type Roi } from '../grid/roi.ts';
import { findById } from '../find-by-id.ts';
import { BlockSession, type BlockSetup, type ComputedBlock } from './block-session.ts';
import { convertValues, type ValueScaling } from './convert-values.ts';
import { joinRanges, type ValueRange } from './value-range.ts';
import { pixelExportSources, type ExportSource, type PredictedBlock } from './export-sources.ts';
import { applyMask, readMask } from './prediction-mask.ts';
import { coreBox, postprocess, postprocessingHalo, type Postprocessing } from './postprocess.ts';
import type { RawBlock } from './read-padded-block.ts';
import { defineSetupTask, setupTaskHandler } from './run-blocks.ts';
import { OutputWriters } from './output-writers.ts';

/** One thing to derive from each block, and the dtype it is stored as. */
export interface BlockOutput {
  readonly sourceId: string;
  readonly dtype: Dtype;
  /** How values are scaled to the dtype. */
  readonly scaling?: ValueScaling;
  /** The channels that are wanted, in this order; default all. */
  readonly channels?: readonly number[];
  /** Where the worker writes it; without one it is handed to the caller. */
  readonly ticket?: SinkTicket;
  /** The ticket's sink writes in these units. */
  readonly unitShape?: Shape5;
}

export interface PredictSetup extends BlockSetup {
  readonly outputs: readonly BlockOutput[];
  readonly postprocessing?: Postprocessing;
  /** Where in the image the outputs begin. */
  readonly origin: Shape5;
}

/** A block that the worker did not write, or not into all outputs. */
export interface LeftBlock {
  /** In the image. */
  readonly roi: Roi;
  /** One array per output, axes (c, z, y, x) of the block; undefined if the worker wrote it. */
  readonly parts: readonly (NumberArray | undefined)[];
}

export interface PredictedParts {
  readonly left: readonly LeftBlock[];
  /** Waiting for data: blocks that were read ahead cost little. */
  readonly readSeconds: number;
  readonly writeSeconds: number;
  readonly featureSeconds: number;
  readonly predictSeconds: number;
  /** Of the image, halo included; undefined for a block that was not read. */
  readonly valueRange?: ValueRange;
  /** Peak of the worker's arena so far. */
  readonly arenaBytes: number;
}

export interface PredictJob {
  /** Boxes in the image, each of one time point: all that belong to some units of the outputs. */
  readonly blocks: readonly Roi[];
  /** The first block of the job this worker will probably get next. */
  readonly next?: Roi;
}

export const predictBlockTask = defineSetupTask<PredictSetup, PredictJob, PredictedParts>('core/predict-block');

export const predictBlockHandler = setupTaskHandler({
  task: predictBlockTask,
  open: async (setup, { catalog }) => ({
    setup,
    sources: setup.outputs.map((output) => findById(pixelExportSources, output.sourceId, 'source')),
    session: await BlockSession.open(catalog, setup),
  }),
  close: ({ session }) => session.close(),
  run: predictBlocks,
  transfer: ({ left }) =>
    left.flatMap(({ parts }) => parts.flatMap((part) => (part ? [part.buffer as ArrayBuffer] : []))),
});

/** What a worker keeps for the blocks of one image. */
interface Prediction {
  readonly session: BlockSession;
  readonly setup: PredictSetup;
  /** One per output. */
  readonly sources: readonly ExportSource[];
}

async function predictBlocks(
  prediction: Prediction,
  { blocks, next }: PredictJob,
  { catalog, signal, release }: TaskContext,
): Promise<PredictedParts> {
  const { setup, session } = prediction;
  const writers = new OutputWriters(catalog.formats, setup);
  const left: LeftBlock[] = [];
  let valueRange: ValueRange | undefined;
  const totals = { readSeconds: 0, writeSeconds: 0, featureSeconds: 0, predictSeconds: 0 };
  try {
    for (const [i, roi] of blocks.entries()) {
      throwIfAborted(signal);
      const { parts, ...facts } = await predictBlock(prediction, { roi, next: blocks[i + 1] ?? next }, signal);
      const started = performance.now();
      const rest = await writers.write(roi, parts, signal);
      if (rest.some(Boolean)) left.push({ roi, parts: rest });
      totals.writeSeconds += (performance.now() - started) / 1e3;
      totals.readSeconds += facts.readSeconds;
      totals.featureSeconds += facts.featureSeconds;
      totals.predictSeconds += facts.predictSeconds;
      valueRange = joinRanges(valueRange, facts.valueRange);
    }
    const closing = performance.now();
    release(); // the rest is the disk's work
    await writers.close();
    totals.writeSeconds += (performance.now() - closing) / 1e3;
  } catch (error) {
    await writers.discard();
    throw error;
  }
  return { left, ...totals, valueRange, arenaBytes: session.arena.peakBytes };
}

/** Read → features → probabilities → outputs. */
async function predictBlock(
  prediction: Prediction,
  { roi, next }: { roi: Roi; next: Roi | undefined },
  signal: AbortSignal,
): Promise<ComputedParts & { readonly readSeconds: number }> {
  const { session, sources } = prediction;
  const started = performance.now();
  const mask = await readMask(session.mask, roi, signal);
  // Features are not masked, so a block that exports them is computed in any case.
  const isMaskedOut = mask?.every((value) => value === 0) && sources.every((source) => source.needsModel);
  const raw = isMaskedOut ? undefined : await session.read(paddedRoi(prediction, roi), signal);
  // Behind a mask the next block may not be needed at all.
  if (next && !session.mask) session.readAhead(paddedRoi(prediction, next));
  const readSeconds = (performance.now() - started) / 1e3;
  const parts = raw ? computeParts(prediction, raw, { core: roi, mask }) : emptyParts(prediction, roi);
  return { ...parts, readSeconds };
}

/** The box whose probabilities a block's postprocessing needs. */
function paddedRoi({ session, setup }: Prediction, roi: Roi): Roi {
  const { shape } = session.source.info;
  if (!setup.postprocessing) return roi;
  return padRoi(roi, postprocessingHalo(setup.postprocessing, shape[2] === 1), shape).roi;
}

type ComputedParts = Pick<PredictedParts, 'valueRange' | 'featureSeconds' | 'predictSeconds'> & {
  readonly parts: readonly NumberArray[];
};

function computeParts(
  prediction: Prediction,
  raw: RawBlock,
  { core, mask }: { core: Roi; mask: Uint8Array | undefined },
): ComputedParts {
  const { session, sources } = prediction;
  const block = session.compute(raw);
  try {
    const started = performance.now();
    const [, , nz, ny, nx] = roiShape(core);
    const needsModel = sources.some((source) => source.needsModel);
    const place = { core, padded: raw.core };
    const probabilities = needsModel ? finishProbabilities(prediction, block, place) : undefined;
    if (probabilities && mask) applyMask(probabilities, mask);
    const features = sources.every((source) => source.needsModel)
      ? block.features
      : coreFeatures(session, block, place);
    const parts = deriveParts(prediction, { probabilities, features, voxels: nz * ny * nx });
    const { featureSeconds, valueRange } = block;
    return { parts, valueRange, featureSeconds, predictSeconds: (performance.now() - started) / 1e3 };
  } finally {
    block.release();
  }
}

interface BlockPlace {
  /** The block, and what was computed for it. */
  readonly core: Roi;
  readonly padded: Roi;
}

function finishProbabilities(
  { session, setup }: Prediction,
  block: ComputedBlock,
  { core, padded }: BlockPlace,
): Float32Array {
  const probabilities = classify(session, block);
  const { postprocessing } = setup;
  if (!postprocessing) return probabilities;
  const { arena, kernels, source, model } = session;
  const place = { probabilities, classCount: model!.classCount, shape: block.shape, core, padded };
  return postprocess(place, postprocessing, { arena, kernels, isFlat: source.info.shape[2] === 1 });
}

/** The features without the voxels that only postprocessing needs. */
function coreFeatures({ arena, kernels, plan }: BlockSession, block: ComputedBlock, place: BlockPlace): Float32Array {
  if (isSameRoi(place.core, place.padded)) return block.features;
  const box = coreBox(place.core, place.padded);
  const [voxels, kept] = [block.shape, box.shape].map(([z, y, x]) => z * y * x) as [number, number];
  const out = arena.allocateFloat32(plan.featureCount * kept);
  for (let f = 0; f < plan.featureCount; f++) {
    const plane = { data: block.features.subarray(f * voxels, (f + 1) * voxels), shape: block.shape };
    kernels.crop(plane, box, out.subarray(f * kept, (f + 1) * kept));
  }
  return out;
}

/** The outputs of a block, each in the dtype it is stored as. */
function deriveParts(
  { session: { model, plan }, setup: { outputs, postprocessing }, sources }: Prediction,
  block: Pick<PredictedBlock, 'probabilities' | 'features' | 'voxels'>,
): NumberArray[] {
  const classCount = postprocessing?.combine?.length ?? model?.classCount ?? 0;
  const { thresholds } = postprocessing ?? {};
  const predicted = { ...block, classCount, thresholds, featureCount: plan.featureCount };
  return outputs.map(({ dtype, scaling, channels }, i) => {
    const values = sources[i]!.compute!(predicted);
    return convertValues(channels ? pickChannels(values, channels, block.voxels) : values, dtype, scaling);
  });
}

function pickChannels(values: NumberArray, channels: readonly number[], voxels: number): NumberArray {
  const out = allocateArray(dtypeOf(values), channels.length * voxels) as NumberArray;
  channels.forEach((channel, i) => out.set(values.subarray(channel * voxels, (channel + 1) * voxels), i * voxels));
  return out;
}

function classify({ model, plan, arena }: BlockSession, { features, shape }: ComputedBlock): Float32Array {
  const known = model as ClassifierModel;
  const probabilities = arena.allocateFloat32(known.classCount * shape[0] * shape[1] * shape[2]);
  known.predict({ data: features, featureCount: plan.featureCount, shape }, probabilities);
  return probabilities;
}

/** What a block outside the mask gets: no probability at all, and what follows from that. */
function emptyParts(prediction: Prediction, roi: Roi): ComputedParts {
  const [z, y, x] = spatialShape(roiShape(roi));
  const voxels = z * y * x;
  const { session, setup } = prediction;
  const classCount = setup.postprocessing?.combine?.length ?? session.model?.classCount ?? 0;
  const probabilities = new Float32Array(classCount * voxels);
  const parts = deriveParts(prediction, { probabilities, features: new Float32Array(0), voxels });
  return { parts, featureSeconds: 0, predictSeconds: 0 };
}
