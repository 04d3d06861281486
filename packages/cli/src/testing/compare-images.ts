import type { Tensor } from '@brushwood/core';
import { numbersOf } from './sample-project.ts';

/** Share of the values that differ by at most `difference`. */
export function shareWithin(found: Tensor, expected: Tensor, difference: number): number {
  checkShape(found, expected);
  const [a, b] = [numbersOf(found), numbersOf(expected)];
  return a.filter((value, i) => Math.abs(value - b[i]!) <= difference).length / a.length;
}

/** Every n-th voxel along z, y and x, from 0. */
export function everyNth({ data, shape }: Tensor, step: number): Tensor {
  const [nt, nc, nz, ny, nx] = shape;
  const values: number[] = [];
  for (let plane = 0; plane < nt * nc; plane++)
    for (let z = 0; z < nz; z += step)
      for (let y = 0; y < ny; y += step)
        for (let x = 0; x < nx; x += step) values.push(Number(data[((plane * nz + z) * ny + y) * nx + x]));
  const size = (n: number) => Math.ceil(n / step);
  return { data: Float32Array.from(values), shape: [nt, nc, size(nz), size(ny), size(nx)] };
}

/** The most probable class of every voxel, from 1; the lowest of equals. */
export function classesOf({ data, shape }: Tensor): Tensor {
  const [nt, nc, nz, ny, nx] = shape;
  if (nt !== 1) throw new Error('One time point is expected.');
  const voxels = nz * ny * nx;
  const best = Uint8Array.from({ length: voxels }, (_, i) => {
    let label = 1;
    for (let c = 1; c < nc; c++) if (data[c * voxels + i]! > data[(label - 1) * voxels + i]!) label = c + 1;
    return label;
  });
  return { data: best, shape: [1, 1, nz, ny, nx] };
}

function checkShape({ shape: found }: Tensor, { shape: expected }: Tensor): void {
  if (found.join() !== expected.join()) throw new Error(`The shape is (${found}), expected (${expected}), tczyx.`);
}
