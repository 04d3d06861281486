import type { ClassifierModel, StoredModel } from '../contracts/classifier.ts';
import type { FilterKernels } from '../contracts/filter-engine.ts';
import { describeLocation } from '../contracts/image-location.ts';
import type { ImageSource } from '../contracts/image-source.ts';
import type { Catalog } from '../contracts/plugin.ts';
import { findById } from '../find-by-id.ts';
import { BrushwoodError } from '../errors.ts';
import { spatialShape, type Shape3 } from '../grid/axes.ts';
import { isSameRoi, roiShape, type Roi } from '../grid/roi.ts';
import type { FeatureSelection } from '../project/feature-selection.ts';
import { BlockArena } from './block-arena.ts';
import { computeFeatures, featureScratchBytes } from './compute-features.ts';
import { checkImageSize, planFeatures, type FeaturePlan } from './feature-plan.ts';
import { GaussianTapsCache } from './gaussian-taps.ts';
import { openImage, type ImageRequest } from './open-image.ts';
import { placeBlock, readRawBlock, type RawBlock } from './read-padded-block.ts';
import { rangeOf, type ValueRange } from './value-range.ts';

/** Everything a worker has to know to work on the blocks of one image. Plain data, posted once per worker. */
export interface BlockSetup {
  readonly image: ImageRequest;
  readonly mask?: ImageRequest;
  readonly selection: FeatureSelection;
  /** Shape of the largest block, without halo. */
  readonly blockShape: Shape3;
  readonly model?: StoredModel;
  /** The filter engine to use; default is the fastest. */
  readonly engineId?: string;
}

/** The features of a block's core. They lie in the arena until `release`. */
export interface ComputedBlock {
  /** float32, shape (featureCount, ...shape). */
  readonly features: Float32Array;
  readonly shape: Shape3;
  /** Smallest and largest value of the block's image, halo included. */
  readonly valueRange: ValueRange;
  /** Seconds spent computing. */
  readonly featureSeconds: number;
  release(): void;
}

/** One worker's state for one image: open source, memory, bound kernels, loaded model. */
export class BlockSession {
  readonly source: ImageSource;
  readonly mask: ImageSource | undefined;
  readonly plan: FeaturePlan;
  readonly arena: BlockArena;
  readonly model: ClassifierModel | undefined;
  readonly kernels: FilterKernels;
  private readonly taps = new GaussianTapsCache();
  private readonly who: string;
  private ahead: { readonly core: Roi; readonly block: Promise<RawBlock> } | undefined;

  private constructor(
    parts: Pick<BlockSession, 'source' | 'mask' | 'plan' | 'arena' | 'model' | 'kernels'> & { who: string },
  ) {
    this.source = parts.source;
    this.mask = parts.mask;
    this.plan = parts.plan;
    this.arena = parts.arena;
    this.model = parts.model;
    this.kernels = parts.kernels;
    this.who = parts.who;
  }

  /**
   * @throws what opening throws; 'shape-mismatch' if the model was trained on other features than the image has;
   * 'image-too-small'
   */
  static async open(catalog: Catalog, setup: BlockSetup): Promise<BlockSession> {
    const source = await openImage(catalog.formats, setup.image);
    let mask: ImageSource | undefined;
    try {
      const who = describeLocation(setup.image.location);
      const { shape } = source.info;
      const plan = planFeatures(setup.selection, catalog.filters, { channelCount: shape[1], isFlat: shape[2] === 1 });
      checkImageSize(plan, shape, who);
      checkModelFits(setup.model, plan, who);
      mask = setup.mask && (await openImage(catalog.formats, setup.mask));
      const arena = new BlockArena(arenaBytes(plan, setup));
      const kernels = pickEngine(catalog, setup.engineId).bind(arena);
      const model =
        setup.model && findById(catalog.classifiers, setup.model.classifierId, 'classifier').load(setup.model, arena);
      return new BlockSession({ source, mask, plan, arena, model, kernels, who });
    } catch (error) {
      await source.close();
      await mask?.close();
      throw error;
    }
  }

  /** Reads one block with its halo, or takes the one that was read ahead. */
  read(core: Roi, signal?: AbortSignal): Promise<RawBlock> {
    const ahead = this.ahead;
    this.ahead = undefined;
    if (ahead && isSameRoi(ahead.core, core)) return ahead.block;
    return readRawBlock(this.source, core, { halo: this.plan.halo, signal });
  }

  /** Begins to read the block that will probably come next, while this one is computed. */
  readAhead(core: Roi): void {
    const block = readRawBlock(this.source, core, { halo: this.plan.halo });
    // If it fails, `read` of this block says so; if it is never asked for, nobody needs to know.
    block.catch(() => undefined);
    this.ahead = { core, block };
  }

  /** Computes the features of one block. Synchronous, so that two jobs never share the arena. */
  compute(raw: RawBlock): ComputedBlock {
    const { arena, plan } = this;
    const mark = arena.mark();
    const release = () => arena.release(mark);
    try {
      const started = performance.now();
      const shape = spatialShape(roiShape(raw.core));
      const features = arena.allocateFloat32(plan.featureCount * shape[0] * shape[1] * shape[2]);
      const afterFeatures = arena.mark();
      const block = placeBlock(raw, arena, this.who);
      const valueRange = rangeOf(block.channels);
      computeFeatures(block, plan, features, { arena, kernels: this.kernels, taps: this.taps });
      arena.release(afterFeatures);
      return { features, shape, release, valueRange, featureSeconds: (performance.now() - started) / 1e3 };
    } catch (error) {
      release();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.source.close();
    await this.mask?.close();
  }
}

/** The filter engine of this id, or the fastest. @throws 'not-registered' */
export function pickEngine({ filterEngines }: Catalog, id: string | undefined) {
  if (id !== undefined) return findById(filterEngines, id, 'filter engine');
  return filterEngines.reduce((best, engine) => (engine.rank > best.rank ? engine : best));
}

/** @throws 'shape-mismatch' if the model was trained on other features than the plan gives */
export function checkModelFits(model: StoredModel | undefined, plan: FeaturePlan, who: string): void {
  if (model && model.featureCount !== plan.featureCount) {
    throw new BrushwoodError(
      'shape-mismatch',
      `The classifier was trained on ${model.featureCount} features, but ${who} with ${plan.channelCount} channel(s) gives ` +
        `${plan.featureCount}. Use an image with as many channels as the training images, or train again. Some of its channels are chosen with --channels.`,
      { expected: model.featureCount, got: plan.featureCount, channels: plan.channelCount },
    );
  }
}

/** Room for the largest block: features, probabilities, padded input, shared volumes, the model's own tables. */
export function arenaBytes(plan: FeaturePlan, { blockShape, model }: Pick<BlockSetup, 'blockShape' | 'model'>): number {
  const voxels = blockShape[0] * blockShape[1] * blockShape[2];
  const padded = blockShape.reduce((product, size, i) => product * (size + 2 * plan.halo[i]!), 1);
  const outputs = plan.featureCount + (model?.classCount ?? 0);
  const slack = 4 * 2 ** 20;
  return (
    4 * (outputs * voxels + plan.channelCount * padded) +
    featureScratchBytes(plan, blockShape) +
    8 * modelBytes(model) +
    slack
  );
}

function modelBytes(model: StoredModel | undefined): number {
  if (!model) return 0;
  if (model.layout === 'arrays') return Object.values(model.arrays).reduce((sum, array) => sum + array.byteLength, 0);
  const trees = model.forests.flatMap((forest) => forest.trees);
  return trees.reduce((sum, tree) => sum + tree.topology.byteLength + tree.parameters.byteLength, 0);
}
