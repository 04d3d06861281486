import type { CoreBox, Volume } from '../contracts/filter-engine.ts';
import { forEachVoxel } from './for-each-voxel.ts';

/**
 * Eigenvalues of a symmetric 2 × 2 or 3 × 3 matrix at every voxel, largest first.
 * @param entries upper triangle row by row: 3 or 6 volumes of one shape
 * @param out     float32, shape (2 or 3, ...core.shape)
 */
export function eigenvalues(entries: readonly Volume[], core: CoreBox, out: Float32Array): void {
  const plane = core.shape[0] * core.shape[1] * core.shape[2];
  forEachVoxel(entries[0]!, core, (from, to) => {
    const m = entries.map((entry) => entry.data[from]!);
    const values = m.length === 3 ? eigenvalues2(m[0]!, m[1]!, m[2]!) : eigenvalues3(m);
    values.forEach((value, k) => (out[k * plane + to] = value));
  });
}

/** λ = m ± q with m = (a + c)/2, q = sqrt(((a − c)/2)² + b²), for the matrix [a b; b c]. */
function eigenvalues2(a: number, b: number, c: number): number[] {
  const mean = (a + c) / 2;
  const half = (a - c) / 2;
  const spread = Math.sqrt(half * half + b * b);
  return [mean + spread, mean - spread];
}

/**
 * With A = mean·I + p·B, B of trace 0 and ‖B‖² = 6, the eigenvalues of B are the roots of t³ − 3t − det B = 0, which lie
 * in [−2, 2]. With r = |det B|/2 ≤ 1 the outer root is t = 2c, where 4c³ − 3c = r and c ∈ [cos 30°, 1]: there the cubic is steep
 * and Newton's steps converge without trigonometry. The other two follow from the quadratic that remains.
 */
function eigenvalues3([zz, zy, zx, yy, yx, xx]: number[]): number[] {
  const mean = (zz! + yy! + xx!) / 3;
  const [a, b, c] = [zz! - mean, yy! - mean, xx! - mean];
  const squares = a * a + b * b + c * c + 2 * (zy! * zy! + zx! * zx! + yx! * yx!);
  const p = Math.sqrt(squares / 6);
  if (p === 0) return [mean, mean, mean];
  const det = a * (b * c - yx! * yx!) - zy! * (zy! * c - yx! * zx!) + zx! * (zy! * yx! - b * zx!);
  const halfDet = det / (2 * p * p * p);
  const outer = 2 * cosineOfThird(Math.min(Math.abs(halfDet), 1));
  const gap = Math.sqrt(Math.max(0, 12 - 3 * outer * outer));
  const roots = [outer, (-outer + gap) / 2, (-outer - gap) / 2];
  const sorted = halfDet < 0 ? roots.map((t) => -t).reverse() : roots;
  return sorted.map((t) => mean + p * t);
}

/** cos(acos(r)/3) for r in [0, 1], as the root of 4c³ − 3c = r. The seed is the chord; four steps reach double precision. */
export function cosineOfThird(r: number): number {
  const start = Math.sqrt(3) / 2;
  let c = start + (1 - start) * r;
  for (let step = 0; step < 4; step++) c -= (c * (4 * c * c - 3) - r) / (12 * c * c - 3);
  return c;
}
