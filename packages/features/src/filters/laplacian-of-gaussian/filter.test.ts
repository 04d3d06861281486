import { plainEngine } from '@brushwood/core';
import { applyFilter, pixelFilterChecks } from '@brushwood/core/testing';
import { describe, expect, it } from 'vitest';
import { wasmSimdEngine } from '../../kernels/wasm-simd-engine.ts';
import { picturesFor } from '../../testing/pictures.ts';
import { laplacianOfGaussian } from './filter.ts';

const picture = picturesFor(laplacianOfGaussian);

describe.each([plainEngine, wasmSimdEngine])('LaplacianOfGaussian on $id', (engine) => {
  // The kernels are what differs; the slow ones run at one sigma.
  const sigmas = engine === plainEngine ? [0.7] : undefined;
  for (const check of pixelFilterChecks(laplacianOfGaussian, { engine, sigmas })) it(check.name, check.run);

  it.each([0.7, 1, 1.6, 3.5])('is the sum of the curvatures of a quadratic at sigma %s', (sigma) => {
    const flat = picture(sigma, 2, (_, y, x) => (3 * y * y - x * x) / 2 + 5 * x * y);
    for (const value of applyFilter(laplacianOfGaussian, flat.image, sigma, { core: flat.core, engine })) {
      expect(value).toBeCloseTo(2, 3);
    }
  });

  it('adds the curvature along z in 3-D', () => {
    const { image, core } = picture(1.6, 3, (z, y, x) => (3 * y * y - x * x + 10 * z * z) / 2);
    const out = applyFilter(laplacianOfGaussian, image, 1.6, { core, engine });
    for (const value of out) expect(value).toBeCloseTo(12, 3);
  });

  it('is negative on a bright spot and its values around an impulse add up to 0', () => {
    const { image } = picture(1.6, 2, (_, y, x) => (y === 0 && x === 0 ? 100 : 0));
    const out = applyFilter(laplacianOfGaussian, image, 1.6, { engine });
    expect(out[(out.length - 1) / 2]).toBeLessThan(-1);
    expect(out.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 4);
  });
});
