import { plainEngine } from '@brushwood/core';
import { applyFilter, pixelFilterChecks } from '@brushwood/core/testing';
import { describe, expect, it } from 'vitest';
import { wasmSimdEngine } from '../../kernels/wasm-simd-engine.ts';
import { picturesFor } from '../../testing/pictures.ts';
import { gaussianGradientMagnitude } from './filter.ts';

const picture = picturesFor(gaussianGradientMagnitude);

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
