import { plainEngine, type CoreBox, type Volume } from '@brushwood/core';
import { applyFilter, pixelFilterChecks } from '@brushwood/core/testing';
import { describe, expect, it } from 'vitest';
import { wasmSimdEngine } from '../../kernels/wasm-simd-engine.ts';
import { hessianOfGaussianEigenvalues } from './filter.ts';

/** A picture of a formula, and the box in its middle that no border reaches. */
function picture(sigma: number, rank: 2 | 3, formula: (z: number, y: number, x: number) => number) {
  const margin = hessianOfGaussianEigenvalues.halo(sigma);
  const size = 2 * margin + 3;
  const shape = [rank === 3 ? size : 1, size, size] as const;
  const data = new Float32Array(shape[0] * size * size);
  const [cz, cy] = [(shape[0] - 1) / 2, (size - 1) / 2];
  data.forEach((_, i) => {
    data[i] = formula(Math.floor(i / size / size) - cz, (Math.floor(i / size) % size) - cy, (i % size) - cy);
  });
  const image: Volume = { data, shape };
  const core: CoreBox = { start: [rank === 3 ? margin : 0, margin, margin], shape: [rank === 3 ? 3 : 1, 3, 3] };
  return { image, core, voxels: core.shape[0] * 9 };
}

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
