import type { CoreBox, Volume } from '../contracts/filter-engine.ts';

/** Calls `visit` with the place of every voxel of the box in the volume and in a contiguous output. */
export function forEachVoxel({ shape }: Volume, core: CoreBox, visit: (from: number, to: number) => void): void {
  const [z0, y0, x0] = core.start;
  const [nz, ny, nx] = core.shape;
  let to = 0;
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++) {
      let from = ((z + z0) * shape[1] + y + y0) * shape[2] + x0;
      for (let x = 0; x < nx; x++) visit(from++, to++);
    }
}
