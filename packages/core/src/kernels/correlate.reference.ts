import type { CorrelationPass, Volume } from '../contracts/filter-engine.ts';

/**
 * One pass of a separable filter: `out[p] = taps[0]·f[q] + Σ_j taps[j]·(f[q+j] ± f[q−j])` along `axis`, q = p + offset.
 * The input is mirrored at both ends without repeating the edge voxel. Sums in double, rounded once.
 * Source: spec §A.5.
 */
export function correlate(input: Volume, output: Volume, { axis, taps, offset }: CorrelationPass): void {
  const [, ny, nx] = input.shape;
  const n = input.shape[axis];
  const stride = axis === 2 ? 1 : axis === 1 ? nx : ny * nx;
  const sign = taps.isOdd ? -1 : 1;
  const [outZ, outY, outX] = output.shape;
  let to = 0;
  for (let z = 0; z < outZ; z++)
    for (let y = 0; y < outY; y++)
      for (let x = 0; x < outX; x++) {
        const from = ((z + offset[0]) * ny + y + offset[1]) * nx + x + offset[2];
        const at = [z, y, x][axis]! + offset[axis];
        const line = from - at * stride;
        let total = taps.values.length === 1 ? input.data[from]! : taps.values[0]! * input.data[from]!;
        for (let j = 1; j < taps.values.length; j++) {
          const after = input.data[line + mirrorIndex(at + j, n) * stride]!;
          const before = input.data[line + mirrorIndex(at - j, n) * stride]!;
          total += taps.values[j]! * (after + sign * before);
        }
        output.data[to++] = total;
      }
}

/** Reflects an index into 0…n−1 without repeating the ends: … 2 1 | 0 1 2 … n−1 | n−2 …, period 2(n−1). */
export function mirrorIndex(index: number, n: number): number {
  if (n === 1) return 0;
  const period = 2 * (n - 1);
  const wrapped = ((index % period) + period) % period;
  return wrapped < n ? wrapped : period - wrapped;
}
