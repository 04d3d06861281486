import type { ClassifierModel } from '../contracts/classifier.ts';
import type { SinkTicket } from '../contracts/image-sink.ts';
import type { Catalog } from '../contracts/plugin.ts';
import type { TaskContext } from '../contracts/worker-pool.ts';
import { spatialShape } from '../grid/axes.ts';
import type { NumberArray } from '../grid/dtype.ts';
import { roiShape, withAxis, type Roi } from '../grid/roi.ts';
import { findById } from '../find-by-id.ts';
import { BlockSession, type BlockSetup, type ComputedBlock } from './block-session.ts';
import { convertValues } from './convert-values.ts';
import type { ValueRange } from './value-range.ts';
import { pixelExportSources, type ExportSource, type PredictedBlock } from './export-sources.ts';
import type { RawBlock } from './read-padded-block.ts';
import { defineSetupTask, setupTaskHandler } from './run-blocks.ts';
import { writeBlock } from './write-block.ts';
import type { Dtype } from '../grid/dtype.ts';

/** One thing to derive from each block, and the dtype it is stored as. */
export interface BlockOutput {
  readonly sourceId: string;
  readonly dtype: Dtype;
  /** Scale values from this range to the range of an integer dtype. */
  readonly range?: readonly [number, number];
  /** Where the worker writes it; without one it is handed to the caller. */
  readonly ticket?: SinkTicket;
}

export interface PredictSetup extends BlockSetup {
  readonly outputs: readonly BlockOutput[];
}

export interface PredictedParts {
  /** One array per output, axes (c, z, y, x) of the block; undefined if the worker wrote it. */
  readonly parts: readonly (NumberArray | undefined)[];
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
  /** The block's box, one time point. */
  readonly roi: Roi;
  /** The block this worker will probably get next. */
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
  run: (prediction, job, context) => predictBlock(prediction, job, context),
  transfer: ({ parts }) => parts.flatMap((part) => (part ? [part.buffer as ArrayBuffer] : [])),
});

/** What a worker keeps for the blocks of one image. */
interface Prediction {
  readonly session: BlockSession;
  readonly setup: PredictSetup;
  /** One per output. */
  readonly sources: readonly ExportSource[];
}

/** Read → features → probabilities → outputs → written, or handed on. */
async function predictBlock(
  prediction: Prediction,
  { roi, next }: PredictJob,
  context: TaskContext,
): Promise<PredictedParts> {
  const { session, setup, sources } = prediction;
  const { signal, catalog } = context;
  const started = performance.now();
  const mask = await readMask(session, roi, signal);
  // Features are not masked, so a block that exports them is computed in any case.
  const isMaskedOut = mask?.every((value) => value === 0) && sources.every((source) => source.needsModel);
  const raw = isMaskedOut ? undefined : await session.read(roi, signal);
  // Behind a mask the next block may not be needed at all.
  if (next && !session.mask) session.readAhead(next);
  const read = performance.now();
  const { parts, ...facts } = raw ? computeParts(prediction, raw, mask) : emptyParts(prediction, roi);
  const computed = performance.now();
  const left = await writeParts(catalog, setup, { parts, roi, signal });
  return {
    ...facts,
    parts: left,
    readSeconds: (read - started) / 1e3,
    writeSeconds: (performance.now() - computed) / 1e3,
    arenaBytes: session.arena.peakBytes,
  };
}

type ComputedParts = Pick<PredictedParts, 'valueRange' | 'featureSeconds' | 'predictSeconds'> & {
  readonly parts: readonly NumberArray[];
};

function computeParts(prediction: Prediction, raw: RawBlock, mask: Uint8Array | undefined): ComputedParts {
  const { session, sources } = prediction;
  const block = session.compute(raw);
  try {
    const started = performance.now();
    const voxels = block.shape[0] * block.shape[1] * block.shape[2];
    const probabilities = sources.some((source) => source.needsModel) ? classify(session, block) : undefined;
    if (probabilities && mask) applyMask(probabilities, mask);
    const parts = deriveParts(prediction, { probabilities, features: block.features, voxels });
    const { featureSeconds, valueRange } = block;
    return { parts, valueRange, featureSeconds, predictSeconds: (performance.now() - started) / 1e3 };
  } finally {
    block.release();
  }
}

/** The outputs of a block, each in the dtype it is stored as. */
function deriveParts(
  { session: { model, plan }, setup: { outputs }, sources }: Prediction,
  block: Pick<PredictedBlock, 'probabilities' | 'features' | 'voxels'>,
): NumberArray[] {
  const predicted = { ...block, classCount: model?.classCount ?? 0, featureCount: plan.featureCount };
  return outputs.map(({ dtype, range }, i) => convertValues(sources[i]!.compute!(predicted), dtype, range));
}

/** Writes the outputs that have a ticket; returns the others in their places. */
async function writeParts(
  { formats }: Catalog,
  { outputs }: PredictSetup,
  { parts, roi, signal }: { parts: readonly NumberArray[]; roi: Roi; signal: AbortSignal },
): Promise<(NumberArray | undefined)[]> {
  const left: (NumberArray | undefined)[] = [];
  for (const [i, { ticket }] of outputs.entries()) {
    if (!ticket) {
      left.push(parts[i]);
      continue;
    }
    // Joined per block: a writer that stayed open would keep the file from being renamed on some systems.
    const writer = await findById(formats, ticket.formatId, 'output format').join!(ticket);
    try {
      await writeBlock(writer, { roi, spec: ticket.spec, values: parts[i]!, signal });
    } finally {
      await writer.close();
    }
    left.push(undefined);
  }
  return left;
}

function classify({ model, plan, arena }: BlockSession, { features, shape }: ComputedBlock): Float32Array {
  const known = model as ClassifierModel;
  const probabilities = arena.allocateFloat32(known.classCount * shape[0] * shape[1] * shape[2]);
  known.predict({ data: features, featureCount: plan.featureCount, shape }, probabilities);
  return probabilities;
}

/** 1 where any channel of the mask is above 0 (spec §B.4). Axes the mask lacks are repeated. */
async function readMask({ mask }: BlockSession, roi: Roi, signal: AbortSignal): Promise<Uint8Array | undefined> {
  if (!mask) return undefined;
  const { shape } = mask.info;
  let box = withAxis(roi, 1, 0, shape[1]);
  for (const axis of [0, 2]) if (shape[axis] === 1) box = withAxis(box, axis, 0, 1);
  const { data } = await mask.read(box, { signal });
  const [, channels, nz, ny, nx] = roiShape(box);
  const [, , blockZ] = roiShape(roi);
  const out = new Uint8Array(blockZ * ny * nx);
  const plane = nz * ny * nx;
  for (let i = 0; i < out.length; i++) {
    const at = i % plane;
    for (let c = 0; c < channels; c++) if (data[c * plane + at]! > 0) out[i] = 1;
  }
  return out;
}

function applyMask(probabilities: Float32Array, mask: Uint8Array): void {
  for (let i = 0; i < probabilities.length; i++) if (mask[i % mask.length] === 0) probabilities[i] = 0;
}

/** What a block outside the mask gets: no probability at all, and what follows from that. */
function emptyParts(prediction: Prediction, roi: Roi): ComputedParts {
  const [z, y, x] = spatialShape(roiShape(roi));
  const voxels = z * y * x;
  const probabilities = new Float32Array((prediction.session.model?.classCount ?? 0) * voxels);
  const parts = deriveParts(prediction, { probabilities, features: new Float32Array(0), voxels });
  return { parts, featureSeconds: 0, predictSeconds: 0 };
}
