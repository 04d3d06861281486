import { plainEngine } from '@brushwood/core';
import { applyFilter, pixelFilterChecks } from '@brushwood/core/testing';
import { describe, expect, it } from 'vitest';
import { wasmSimdEngine } from '../../kernels/wasm-simd-engine.ts';
import { picturesFor } from '../../testing/pictures.ts';
import { differenceOfGaussians } from './filter.ts';

const picture = picturesFor(differenceOfGaussians);

describe.each([plainEngine, wasmSimdEngine])('DifferenceOfGaussians on $id', (engine) => {
  // The kernels are what differs; the slow ones run at one sigma.
  const sigmas = engine === plainEngine ? [0.7] : undefined;
  for (const check of pixelFilterChecks(differenceOfGaussians, { engine, sigmas })) it(check.name, check.run);

  it.each([2, 3] as const)('does not see a ramp (rank %i)', (rank) => {
    const { image, core } = picture(1.6, rank, (z, y, x) => 2 * z + 3 * y + 6 * x + 50);
    const out = applyFilter(differenceOfGaussians, image, 1.6, { core, engine });
    for (const value of out) expect(value).toBeCloseTo(0, 4);
  });

  it('is wide minus narrow: negative on a bright spot, positive around it, 0 in all', () => {
    const { image } = picture(1, 2, (_, y, x) => (y === 0 && x === 0 ? 100 : 0));
    const out = applyFilter(differenceOfGaussians, image, 1, { engine });
    const middle = (out.length - 1) / 2;
    expect(out[middle]).toBeLessThan(-1);
    expect(out[middle + 3]).toBeGreaterThan(0.1);
    expect(out.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 4);
  });

  it('on a parabola is half the difference of the two variances times the curvature', () => {
    const { image, core } = picture(1, 2, (_, y) => 10 * y * y);
    const variance = (sigma: number, radius: number) => {
      const offsets = Array.from({ length: 2 * radius + 1 }, (_, i) => i - radius);
      const weights = offsets.map((x) => Math.exp((-x * x) / (2 * sigma * sigma)));
      const total = weights.reduce((sum, w) => sum + w, 0);
      return offsets.reduce((sum, x, i) => sum + x * x * weights[i]!, 0) / total;
    };
    const expected = 10 * (variance(1, 2) - variance(0.66, 1));
    const out = applyFilter(differenceOfGaussians, image, 1, { core, engine });
    for (const value of out) expect(value).toBeCloseTo(expected, 3);
  });
});
