import { plainEngine, type CoreBox, type Volume } from '@brushwood/core';
import { applyFilter, pixelFilterChecks } from '@brushwood/core/testing';
import { describe, expect, it } from 'vitest';
import { wasmSimdEngine } from '../../kernels/wasm-simd-engine.ts';
import { gaussianGradientMagnitude } from './filter.ts';

/** A picture of a formula, and the box in its middle that no border reaches. */
function picture(sigma: number, rank: 2 | 3, formula: (z: number, y: number, x: number) => number) {
  const margin = gaussianGradientMagnitude.halo(sigma);
  const size = 2 * margin + 3;
  const shape = [rank === 3 ? size : 1, size, size] as const;
  const data = new Float32Array(shape[0] * size * size);
  const [cz, cy] = [(shape[0] - 1) / 2, (size - 1) / 2];
  data.forEach((_, i) => {
    data[i] = formula(Math.floor(i / size / size) - cz, (Math.floor(i / size) % size) - cy, (i % size) - cy);
  });
  const image: Volume = { data, shape };
  const core: CoreBox = { start: [rank === 3 ? margin : 0, margin, margin], shape: [rank === 3 ? 3 : 1, 3, 3] };
  return { image, core };
}

describe.each([plainEngine, wasmSimdEngine])('GaussianGradientMagnitude on $id', (engine) => {
  // The kernels are what differs; the slow ones run at one sigma.
  const sigmas = engine === plainEngine ? [0.7] : undefined;
  for (const check of pixelFilterChecks(gaussianGradientMagnitude, { engine, sigmas })) it(check.name, check.run);

  it.each([0.7, 1, 1.6, 3.5])('is 5 on the ramp 3y + 4x at sigma %s', (sigma) => {
    const { image, core } = picture(sigma, 2, (_, y, x) => 3 * y + 4 * x);
    for (const value of applyFilter(gaussianGradientMagnitude, image, sigma, { core, engine })) {
      expect(value).toBeCloseTo(5, 4);
    }
  });

  it('is 7 on the ramp 2z + 3y + 6x', () => {
    const { image, core } = picture(1.6, 3, (z, y, x) => 2 * z + 3 * y + 6 * x);
    for (const value of applyFilter(gaussianGradientMagnitude, image, 1.6, { core, engine })) {
      expect(value).toBeCloseTo(7, 4);
    }
  });

  it('loses the part across an image edge, where the ramp is mirrored', () => {
    const { image } = picture(1.6, 2, (_, y, x) => 3 * y + 4 * x);
    const [, ny, nx] = image.shape;
    const out = applyFilter(gaussianGradientMagnitude, image, 1.6, { engine });
    const [middleY, middleX] = [(ny - 1) / 2, (nx - 1) / 2];
    expect(out[middleY * nx]).toBeCloseTo(3, 4);
    expect(out[middleY * nx + nx - 1]).toBeCloseTo(3, 4);
    expect(out[middleX]).toBeCloseTo(4, 4);
    expect(out[0]).toBeCloseTo(0, 4);
  });
});
