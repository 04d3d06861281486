import type { FilterKernels } from '../contracts/filter-engine.ts';
import { BrushwoodError } from '../errors.ts';
import type { Shape3 } from '../grid/axes.ts';
import type { BlockArena } from './block-arena.ts';
import type { FeaturePlan } from './feature-plan.ts';
import { BlockFilterInput } from './filter-input.ts';
import type { GaussianTapsCache } from './gaussian-taps.ts';
import type { PaddedBlock } from './padded-block.ts';

export interface FeatureContext {
  readonly arena: BlockArena;
  readonly kernels: FilterKernels;
  /** Kept from block to block. */
  readonly taps?: GaussianTapsCache;
}

/**
 * Computes every feature of the plan on one block. The halo ends here: `out` has the core only.
 * @param block one time point, `plan.channelCount` channels, padded by at least `plan.halo` except at image edges
 * @param out   float32, shape (plan.featureCount, ...core.shape). Overwritten.
 * @throws 'halo-too-small'
 */
export function computeFeatures(
  block: PaddedBlock,
  plan: FeaturePlan,
  out: Float32Array,
  context: FeatureContext,
): void {
  const [nz, ny, nx] = block.core.shape;
  const voxels = nz * ny * nx;
  if (out.length !== plan.featureCount * voxels) {
    throw new BrushwoodError(
      'shape-mismatch',
      `${plan.featureCount} features of ${voxels} voxels do not fill a buffer of ${out.length}.`,
    );
  }
  for (const { sigma, rank, channel, innerHalo, cells } of plan.groups) {
    const input = new BlockFilterInput({ block, channel, sigma, rank, innerHalo, ...context });
    try {
      for (const { filter, plane, planeCount } of cells) {
        filter.apply(input, sigma, out.subarray(plane * voxels, (plane + planeCount) * voxels));
      }
    } finally {
      input.dispose();
    }
  }
}

/**
 * Working memory `computeFeatures` may need besides padded block and output: the volumes all filters of one sigma share.
 * @param core          shape of the largest core
 * @param sharedVolumes how many of them; the default is generous, since untouched pages cost nothing
 */
export function featureScratchBytes(plan: FeaturePlan, core: Shape3, sharedVolumes = 64): number {
  const innerHalo = plan.groups.reduce((largest, group) => Math.max(largest, group.innerHalo), 0);
  const voxels = (halo: Shape3) => core.reduce((product, size, i) => product * (size + 2 * halo[i]!), 1);
  const inner = voxels([plan.halo[0] === 0 ? 0 : innerHalo, innerHalo, innerHalo]);
  return 4 * (2 * voxels(plan.halo) + sharedVolumes * inner) + 16 * (sharedVolumes + plan.featureCount);
}

/**
 * What a worker really uses for a block of this shape: the block as read and as float32, its features, probabilities, and
 * the volumes the built-in filters share (all of one sigma: 37 in 3-D, 22 in 2-D).
 */
export function workingBytes(plan: FeaturePlan, core: Shape3, classCount: number): number {
  const padded = core.reduce((product, size, i) => product * (size + 2 * plan.halo[i]!), 1);
  const voxels = core[0] * core[1] * core[2];
  const shared = plan.groups.some((group) => group.rank === 3) ? 38 : 23;
  return (
    4 * ((plan.featureCount + 2 * classCount) * voxels + 2 * plan.channelCount * padded) +
    featureScratchBytes(plan, core, shared)
  );
}
