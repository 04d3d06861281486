import type { CoreBox, PixelFilter, Volume } from '@brushwood/core';

/** A picture of a formula, whose origin is its middle, and the box there that no border reaches. */
export interface Picture {
  readonly image: Volume;
  readonly core: CoreBox;
  /** Voxels of the box. */
  readonly voxels: number;
}

/** Makes pictures as large as a filter needs them: its halo around a box of three voxels a side. */
export function picturesFor(filter: PixelFilter) {
  return (sigma: number, rank: 2 | 3, formula: (z: number, y: number, x: number) => number): Picture => {
    const margin = filter.halo(sigma);
    const size = 2 * margin + 3;
    const shape = [rank === 3 ? size : 1, size, size] as const;
    const data = new Float32Array(shape[0] * size * size);
    const [cz, cy] = [(shape[0] - 1) / 2, (size - 1) / 2];
    data.forEach((_, i) => {
      data[i] = formula(Math.floor(i / size / size) - cz, (Math.floor(i / size) % size) - cy, (i % size) - cy);
    });
    const core: CoreBox = { start: [rank === 3 ? margin : 0, margin, margin], shape: [rank === 3 ? 3 : 1, 3, 3] };
    return { image: { data, shape }, core, voxels: core.shape[0] * 9 };
  };
}
