import { plainEngine } from '@brushwood/core';
import { applyFilter, pixelFilterChecks } from '@brushwood/core/testing';
import { describe, expect, it } from 'vitest';
import { wasmSimdEngine } from '../../kernels/wasm-simd-engine.ts';
import { picturesFor } from '../../testing/pictures.ts';
import { gaussianSmoothing } from './filter.ts';

const picture = picturesFor(gaussianSmoothing);

describe.each([plainEngine, wasmSimdEngine])('GaussianSmoothing on $id', (engine) => {
  // The kernels are what differs; the slow ones run at one sigma.
  const sigmas = engine === plainEngine ? [0.7] : undefined;
  for (const check of pixelFilterChecks(gaussianSmoothing, { engine, sigmas })) it(check.name, check.run);

  it.each([0.3, 0.7, 1, 1.6, 3.5])('spreads an impulse without losing mass at sigma %s', (sigma) => {
    const { image } = picture(sigma, 2, (_, y, x) => (y === 0 && x === 0 ? 1 : 0));
    const out = applyFilter(gaussianSmoothing, image, sigma, { engine });
    expect(out.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
  });

  it.each([
    [3.5, 3.5],
    [5, 5],
    [1, Math.SQRT2],
  ])('asked for sigma %s it has the width of a Gaussian of %s', (sigma, width) => {
    const { image } = picture(sigma, 2, (_, y, x) => (y === 0 && x === 0 ? 1 : 0));
    const out = applyFilter(gaussianSmoothing, image, sigma, { engine });
    const size = image.shape[2];
    const variance = out.reduce((sum, value, i) => sum + value * ((i % size) - (size - 1) / 2) ** 2, 0);
    // The sampled kernels end at 3.5 and 2 sigma: some percent of the variance lies beyond.
    expect(Math.sqrt(variance) / width).toBeGreaterThan(0.92);
    expect(Math.sqrt(variance) / width).toBeLessThan(1);
  });

  it('keeps a ramp, also in 3-D', () => {
    const { image, core } = picture(1.6, 3, (z, y, x) => 2 * z + 3 * y + 6 * x);
    const out = applyFilter(gaussianSmoothing, image, 1.6, { core, engine });
    const middle = [-11, -5, 1, -8, -2, 4, -5, 1, 7, -9, -3, 3, -6, 0, 6, -3, 3, 9, -7, -1, 5, -4, 2, 8, -1, 5, 11];
    out.forEach((value, i) => expect(value).toBeCloseTo(middle[i]!, 4));
  });
});

describe('GaussianSmoothing', () => {
  it.each([
    [0.3, 1 + 1],
    [0.7, 2 + 1],
    [1, 4 + 2],
    [1.6, 4 + 2],
    [3.5, 12 + 2],
    [5, 17 + 2],
    [10, 35 + 2],
  ])('needs for sigma %s the two radii of the specification (A.5), %i voxels', (sigma, halo) => {
    expect(gaussianSmoothing.halo(sigma)).toBe(halo);
  });
});
