import { BrushwoodError, elementCount, type FeatureBlock } from '@brushwood/core';

/**
 * @returns the number of voxels of the block
 * @throws 'shape-mismatch' if block, model and output do not fit each other
 */
export function checkBlock(
  features: FeatureBlock,
  out: Float32Array,
  model: { readonly featureCount: number; readonly classCount: number },
): number {
  const voxels = elementCount(features.shape);
  if (features.featureCount !== model.featureCount) {
    throw new BrushwoodError(
      'shape-mismatch',
      `The classifier was trained on ${model.featureCount} features, but the block has ${features.featureCount}. ` +
        'Train again with the present feature selection.',
      { needed: model.featureCount, found: features.featureCount },
    );
  }
  if (features.data.length !== voxels * features.featureCount || out.length !== voxels * model.classCount) {
    throw new BrushwoodError(
      'shape-mismatch',
      `A block of (${features.shape.join(', ')}) voxels needs ${voxels * features.featureCount} feature values and ` +
        `${voxels * model.classCount} probabilities, found ${features.data.length} and ${out.length}.`,
      { shape: [...features.shape], features: features.data.length, out: out.length },
    );
  }
  return voxels;
}
