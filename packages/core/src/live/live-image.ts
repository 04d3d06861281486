import type { FilterKernels } from '../contracts/filter-engine.ts';
import type { ImageSource } from '../contracts/image-source.ts';
import type { Catalog } from '../contracts/plugin.ts';
import { BrushwoodError, throwIfAborted } from '../errors.ts';
import { spatialShape, type Shape3, type Shape5 } from '../grid/axes.ts';
import { roiShape, type Roi } from '../grid/roi.ts';
import { BlockArena } from '../pipeline/block-arena.ts';
import { arenaBytes, pickEngine } from '../pipeline/block-session.ts';
import { computeFeatures } from '../pipeline/compute-features.ts';
import { checkImageSize, planFeatures, type FeaturePlan } from '../pipeline/feature-plan.ts';
import { GaussianTapsCache } from '../pipeline/gaussian-taps.ts';
import { openImage, type ImageRequest } from '../pipeline/open-image.ts';
import type { PaddedBlock } from '../pipeline/padded-block.ts';
import { readMask } from '../pipeline/prediction-mask.ts';
import { placeBlock, readRawBlock } from '../pipeline/read-padded-block.ts';
import { rangeOf } from '../pipeline/value-range.ts';
import type { FeatureSelection } from '../project/feature-selection.ts';
import { pauseForMessages } from '../workers/pause-for-messages.ts';
import type { TileFeatures } from './tile-cache.ts';

/** What a worker has to know of an image to compute features of it. Plain data. */
export interface LiveImageSetup {
  readonly image: ImageRequest;
  readonly selection: FeatureSelection;
  /** Prediction mask (spec §B.4). */
  readonly mask?: ImageRequest;
  /** Its name, for messages. */
  readonly nickname: string;
  /** Shape of its labels, which its own must agree with. */
  readonly labelShape: Shape5;
}

/** An aborted task is noticed after at most about so long. */
const uninterruptedMs = 15;

/** One worker's open image: source, plan, and the memory in which tiles are computed. */
export class LiveImage {
  readonly plan: FeaturePlan;
  private readonly source: ImageSource;
  private readonly maskSource: ImageSource | undefined;
  private readonly who: string;
  private readonly taps = new GaussianTapsCache();
  private readonly catalog: Catalog;
  private bench: { readonly arena: BlockArena; readonly kernels: FilterKernels; readonly bytes: number } | undefined;

  private constructor(
    catalog: Catalog,
    source: ImageSource,
    { plan, who, mask }: { plan: FeaturePlan; who: string; mask: ImageSource | undefined },
  ) {
    this.catalog = catalog;
    this.source = source;
    this.maskSource = mask;
    this.plan = plan;
    this.who = who;
  }

  /** @throws what opening throws, 'no-features', 'image-too-small', 'shape-mismatch' if the labels don't fit */
  static async open(catalog: Catalog, setup: LiveImageSetup, signal: AbortSignal): Promise<LiveImage> {
    const source = await openImage(catalog.formats, setup.image, { signal });
    try {
      const { shape } = source.info;
      const who = `"${setup.nickname}" (${setup.image.location.path})`;
      checkLabelsFit(shape, setup.labelShape, who);
      const plan = planFeatures(setup.selection, catalog.filters, { channelCount: shape[1], isFlat: shape[2] === 1 });
      checkImageSize(plan, shape, who);
      const mask = setup.mask && (await openImage(catalog.formats, setup.mask, { signal }));
      return new LiveImage(catalog, source, { plan, who, mask });
    } catch (error) {
      await source.close();
      throw error;
    }
  }

  /** Computes all features of a box. @throws what reading throws, 'not-finite', 'aborted', 'out-of-memory', RangeError */
  async compute(roi: Roi, signal: AbortSignal): Promise<TileFeatures> {
    const mask = await readMask(this.maskSource, roi, signal);
    const raw = await readRawBlock(this.source, roi, { halo: this.plan.halo, signal });
    const shape = spatialShape(roiShape(roi));
    const { arena, kernels } = this.benchFor(shape);
    const mark = arena.mark();
    try {
      const features = arena.allocateFloat32(this.plan.featureCount * shape[0] * shape[1] * shape[2]);
      const block = placeBlock(raw, arena, this.who);
      const valueRange = rangeOf(block.channels);
      await this.fill(block, features, { arena, kernels, signal });
      return { data: features.slice(), featureCount: this.plan.featureCount, shape, valueRange, mask };
    } finally {
      arena.release(mark);
    }
  }

  async close(): Promise<void> {
    this.bench = undefined;
    await this.source.close();
    await this.maskSource?.close();
  }

  /** Gives up the memory tiles are computed in. */
  freeMemory(): void {
    this.bench = undefined;
  }

  /** One sigma of one channel after the other, with a look for messages in between. */
  private async fill(
    block: PaddedBlock,
    out: Float32Array,
    { arena, kernels, signal }: { arena: BlockArena; kernels: FilterKernels; signal: AbortSignal },
  ): Promise<void> {
    let lastPause = performance.now();
    for (const group of this.plan.groups) {
      computeFeatures(block, { ...this.plan, groups: [group] }, out, { arena, kernels, taps: this.taps });
      if (performance.now() - lastPause < uninterruptedMs) continue;
      await pauseForMessages();
      throwIfAborted(signal);
      lastPause = performance.now();
    }
  }

  /** Memory that is large enough for a tile, kept for the next ones. */
  private benchFor(shape: Shape3) {
    const bytes = arenaBytes(this.plan, { blockShape: shape });
    if (!this.bench || this.bench.bytes < bytes) {
      this.bench = undefined; // before another is asked for
      const arena = new BlockArena(bytes);
      this.bench = { arena, kernels: pickEngine(this.catalog, undefined).bind(arena), bytes };
    }
    return this.bench;
  }
}

function checkLabelsFit(shape: Shape5, labelShape: Shape5, who: string): void {
  if (shape.every((size, axis) => axis === 1 || size === labelShape[axis])) return;
  throw new BrushwoodError(
    'shape-mismatch',
    `${who} has shape (${shape.join(', ')}), but its labels were painted on (${labelShape.join(', ')}), axes tczyx without channels. ` +
      'Replace it by the image that was labelled.',
    { shape: [...shape], expected: [...labelShape] },
  );
}
