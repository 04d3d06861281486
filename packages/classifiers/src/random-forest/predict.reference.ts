import { elementCount, type FeatureBlock, type VigraTree } from '@brushwood/core';
import { findLeaf } from './forest-layout.ts';
import { leafUnits, unitsPerOne } from './leaf-units.ts';

/** Runs a forest over blocks. */
export interface ForestEngine {
  /**
   * @param features block with as many features as the forest's columns
   * @param planes   per class of the forest a float32 array, one value per voxel of the block. Overwritten.
   */
  predict(features: FeatureBlock, planes: readonly Float32Array[]): void;
}

/**
 * The readable engine: the mean of the leaf vectors that a voxel reaches in all trees (spec §B.4). A voxel with a NaN
 * feature gets 0 everywhere.
 * @param trees checked, in vigra's layout
 */
export function createReferenceEngine(trees: readonly VigraTree[]): ForestEngine {
  return {
    predict(features, planes) {
      const voxels = elementCount(features.shape);
      const row = new Float32Array(features.featureCount);
      const sums = new Float64Array(planes.length);
      for (let voxel = 0; voxel < voxels; voxel++) {
        for (let f = 0; f < row.length; f++) row[f] = features.data[f * voxels + voxel]!;
        sums.fill(0);
        if (!row.some(Number.isNaN)) addLeaves(trees, row, sums);
        planes.forEach((plane, c) => (plane[voxel] = sums[c]! / (trees.length * unitsPerOne)));
      }
    },
  };
}

function addLeaves(trees: readonly VigraTree[], row: Float32Array, sums: Float64Array): void {
  for (const tree of trees) {
    const leaf = findLeaf(tree, row, 0);
    for (let c = 0; c < sums.length; c++) sums[c]! += leafUnits(tree.parameters[leaf + 1 + c]!);
  }
}
