import { gaussianRadius, presmoothingRadius, stageTwoWindow, type DerivativeOrders } from '@brushwood/core';

/** σ of the filter proper. What the user asks for beyond 1 voxel has been smoothed away before (spec §A.3). */
export function stageTwoSigma(sigma: number): number {
  return Math.min(sigma, 1);
}

/** Voxels a stage-two pass at σ reaches on each side. */
export function stageTwoRadius(sigma: number): number {
  return gaussianRadius(sigma, stageTwoWindow);
}

/** Halo of a filter that reaches `stageTwoReach` voxels into the presmoothed block. */
export function haloWithPresmoothing(sigma: number, stageTwoReach: number): number {
  return presmoothingRadius(sigma) + stageTwoReach;
}

type AxisNumber = 0 | 1 | 2;

/** The axes that are filtered: z, y, x or y, x. */
export function filteredAxes(rank: 2 | 3): readonly AxisNumber[] {
  return rank === 3 ? [0, 1, 2] : [1, 2];
}

/** Orders of the derivative once along each axis named: `ordersAlong(1, 2)` is ∂²/∂y∂x, `ordersAlong()` none. */
export function ordersAlong(...axes: readonly AxisNumber[]): DerivativeOrders {
  const count = (axis: AxisNumber) => axes.filter((other) => other === axis).length;
  return [count(0), count(1), count(2)];
}

/** Pairs of axes of a symmetric matrix's upper triangle, row by row, as `FilterKernels.eigenvalues` takes them. */
export function upperTriangle(rank: 2 | 3): readonly (readonly [AxisNumber, AxisNumber])[] {
  const axes = filteredAxes(rank);
  return axes.flatMap((row) => axes.filter((column) => column >= row).map((column) => [row, column] as const));
}

/** Plane names of the filters that answer with eigenvalues. */
export function eigenvaluePlanes(rank: 2 | 3): readonly string[] {
  return rank === 3
    ? ['largest eigenvalue', 'middle eigenvalue', 'smallest eigenvalue']
    : ['largest eigenvalue', 'smallest eigenvalue'];
}
