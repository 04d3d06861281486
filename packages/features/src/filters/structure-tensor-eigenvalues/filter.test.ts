import { plainEngine, type Volume } from '@brushwood/core';
import { applyFilter, pixelFilterChecks } from '@brushwood/core/testing';
import { describe, expect, it } from 'vitest';
import { wasmSimdEngine } from '../../kernels/wasm-simd-engine.ts';
import { picturesFor } from '../../testing/pictures.ts';
import { structureTensorEigenvalues } from './filter.ts';

const picture = picturesFor(structureTensorEigenvalues);

describe.each([plainEngine, wasmSimdEngine])('StructureTensorEigenvalues on $id', (engine) => {
  // The kernels are what differs; the slow ones run at one sigma.
  const sigmas = engine === plainEngine ? [0.7] : undefined;
  for (const check of pixelFilterChecks(structureTensorEigenvalues, { engine, sigmas })) it(check.name, check.run);

  it.each([0.7, 1, 1.6, 3.5])('has on a ramp the squared slope and 0 at sigma %s', (sigma) => {
    const { image, core, voxels } = picture(sigma, 2, (_, y, x) => 3 * y + 4 * x);
    const out = applyFilter(structureTensorEigenvalues, image, sigma, { core, engine });
    out.forEach((value, i) => expect(value).toBeCloseTo(i < voxels ? 25 : 0, 3));
  });

  it('has one more 0 in 3-D', () => {
    const { image, core, voxels } = picture(1.6, 3, (z, y, x) => 2 * z + 3 * y + 6 * x);
    const out = applyFilter(structureTensorEigenvalues, image, 1.6, { core, engine });
    out.forEach((value, i) => expect(value).toBeCloseTo(i < voxels ? 49 : 0, 3));
  });

  it('marks a dot by two equal values and an edge by a single one', () => {
    const dot = picture(1, 2, (_, y, x) => (y === 0 && x === 0 ? 100 : 0));
    const edge = picture(1, 2, (_, y, x) => (x + y >= 0 ? 100 : 0));
    const [largeAtDot, smallAtDot, largeAtEdge, smallAtEdge] = [dot, edge].flatMap(({ image, core }) => {
      const out = applyFilter(structureTensorEigenvalues, image, 1, { core, engine });
      return [out[4]!, out[9 + 4]!];
    });
    expect(smallAtDot).toBeGreaterThan(1);
    expect(largeAtDot! / smallAtDot!).toBeCloseTo(1, 5);
    expect(largeAtEdge).toBeGreaterThan(1);
    expect(smallAtEdge! / largeAtEdge!).toBeCloseTo(0, 5);
  });

  it('takes the gradient at half the sigma of the average, so that a line of one voxel gives a known profile', () => {
    // Of an x-line at sigma 0.3 stage one and the average have radius 1 and the gradient radius 0, the identity: the
    // products are then squares of the smoothed line itself.
    const { image, core } = picture(0.3, 2, (_, _y, x) => (x === 0 ? 1 : 0));
    const w = Math.exp(-1 / (2 * 0.09));
    const [centre, side] = [1 / (1 + 2 * w), w / (1 + 2 * w)];
    const averageAt0 = centre ** 2 * centre + 2 * side * side ** 2;
    const out = applyFilter(structureTensorEigenvalues, image, 0.3, { core, engine });
    // All products are equal, so the matrix is v·[1 1; 1 1] with eigenvalues 2v and 0.
    expect(out[4]).toBeCloseTo(2 * averageAt0, 5);
    expect(out[9 + 4]).toBeCloseTo(0, 5);
  });

  it('mirrors the products by themselves at an image edge', () => {
    // On the ramp x the derivative is 0 at the mirrored edge and 1 beyond what the passes reach. Mirrored, the products'
    // average at the edge counts the neighbours' squares, never the sign change.
    const sigma = 1;
    const n = 41;
    const image: Volume = { data: Float32Array.from({ length: n * n }, (_, i) => i % n), shape: [1, n, n] };
    const out = applyFilter(structureTensorEigenvalues, image, sigma, { engine });
    const row = Math.floor(n / 2) * n;
    expect(out[row]).toBeGreaterThan(0);
    expect(out[row]).toBeLessThan(out[row + 1]!);
    expect(out[row + n - 1]).toBeCloseTo(out[row]!, 4);
    expect(out[row + Math.floor(n / 2)]).toBeCloseTo(1, 4);
  });
});

describe('StructureTensorEigenvalues', () => {
  it.each([
    [0.3, 1 + 0 + 1],
    [0.7, 2 + 1 + 1],
    [1, 4 + 1 + 2],
    [1.6, 4 + 1 + 2],
    [10, 35 + 1 + 2],
  ])('needs for sigma %s the three radii of the specification (A.5), %i voxels', (sigma, halo) => {
    expect(structureTensorEigenvalues.halo(sigma)).toBe(halo);
  });
});
