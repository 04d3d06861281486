import { plainEngine } from '@brushwood/core';
import { applyFilter, pixelFilterChecks } from '@brushwood/core/testing';
import { describe, expect, it } from 'vitest';
import { wasmSimdEngine } from '../../kernels/wasm-simd-engine.ts';
import { picturesFor } from '../../testing/pictures.ts';
import { hessianOfGaussianEigenvalues } from './filter.ts';

const picture = picturesFor(hessianOfGaussianEigenvalues);

describe.each([plainEngine, wasmSimdEngine])('HessianOfGaussianEigenvalues on $id', (engine) => {
  // The kernels are what differs; the slow ones run at one sigma.
  const sigmas = engine === plainEngine ? [0.7] : undefined;
  for (const check of pixelFilterChecks(hessianOfGaussianEigenvalues, { engine, sigmas })) it(check.name, check.run);

  it.each([0.7, 1, 1.6, 3.5])('finds the principal curvatures of a quadratic at sigma %s', (sigma) => {
    const saddle = picture(sigma, 2, (_, y, x) => (3 * y * y - x * x) / 2);
    const turned = picture(sigma, 2, (_, y, x) => y * x);
    const bowl = picture(sigma, 2, (_, y, x) => (2 * y * y + 2 * y * x + 2 * x * x) / 2);
    for (const [{ image, core, voxels }, large, small] of [
      [saddle, 3, -1],
      [turned, 1, -1],
      [bowl, 3, 1],
    ] as const) {
      const out = applyFilter(hessianOfGaussianEigenvalues, image, sigma, { core, engine });
      out.forEach((value, i) => expect(value).toBeCloseTo(i < voxels ? large : small, 3));
    }
  });

  it('finds all three in 3-D, signed and descending', () => {
    const { image, core, voxels } = picture(1.6, 3, (z, y, x) => (2 * z * z + 2 * z * y + 2 * y * y - 5 * x * x) / 2);
    const out = applyFilter(hessianOfGaussianEigenvalues, image, 1.6, { core, engine });
    out.forEach((value, i) => expect(value).toBeCloseTo([3, 1, -5][Math.floor(i / voxels)]!, 3));
  });

  it('gives an image and its transpose the same values', () => {
    const { image, core } = picture(1.6, 2, (_, y, x) => 20 * Math.sin(0.7 * x + 0.2 * y * y));
    const transposed = picture(1.6, 2, (_, y, x) => 20 * Math.sin(0.7 * y + 0.2 * x * x));
    const out = applyFilter(hessianOfGaussianEigenvalues, image, 1.6, { core, engine });
    const other = applyFilter(hessianOfGaussianEigenvalues, transposed.image, 1.6, { core, engine });
    for (let plane = 0; plane < 2; plane++)
      for (let y = 0; y < 3; y++)
        for (let x = 0; x < 3; x++) expect(other[9 * plane + 3 * x + y]).toBeCloseTo(out[9 * plane + 3 * y + x]!, 4);
  });
});
