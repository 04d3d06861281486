import { createContainer, emptySelection, planFeatures, selectAllFeatures } from '@brushwood/core';
import { describe, expect, it } from 'vitest';
import { features } from './plugin.ts';

describe('the filter bank', () => {
  it("lists the filters in the order of ilastik's feature matrix (spec §A.1)", () => {
    expect(
      features.filters.map((filter) => [filter.id, filter.displayName, filter.group, filter.minimumSigma]),
    ).toEqual([
      ['GaussianSmoothing', 'Gaussian Smoothing', 'Color/Intensity', 0.3],
      ['LaplacianOfGaussian', 'Laplacian of Gaussian', 'Edge', 0.7],
      ['GaussianGradientMagnitude', 'Gaussian Gradient Magnitude', 'Edge', 0.7],
      ['DifferenceOfGaussians', 'Difference of Gaussians', 'Edge', 0.7],
      ['StructureTensorEigenvalues', 'Structure Tensor Eigenvalues', 'Texture', 0.7],
      ['HessianOfGaussianEigenvalues', 'Hessian of Gaussian Eigenvalues', 'Texture', 0.7],
    ]);
  });

  it.each([
    [true, 49],
    [false, 61],
  ])('has all features of one channel (in 2-D: %s): %i', (computeIn2d, count) => {
    const selection = selectAllFeatures(emptySelection(features.filters, computeIn2d), features.filters);
    const plan = planFeatures(selection, features.filters, { channelCount: 1, isFlat: false });
    expect(plan.featureCount).toBe(count);
    expect(plan.halo).toEqual([computeIn2d ? 0 : 38, 38, 38]);
  });

  it('brings an engine that is preferred to the readable one', () => {
    const { filterEngines } = createContainer([features]).catalog;
    const [fastest] = filterEngines.toSorted((a, b) => b.rank - a.rank);
    expect(fastest?.id).toBe('wasm-simd');
  });
});
