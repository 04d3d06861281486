import type { ImageSource } from '../contracts/image-source.ts';
import { roiShape, withAxis, type Roi } from '../grid/roi.ts';

/** 1 where any channel of the mask is above 0 (spec §B.4). Axes the mask lacks are repeated. */
export async function readMask(
  mask: ImageSource | undefined,
  roi: Roi,
  signal?: AbortSignal,
): Promise<Uint8Array | undefined> {
  if (!mask) return undefined;
  const { shape } = mask.info;
  let box = withAxis(roi, 1, 0, shape[1]);
  for (const axis of [0, 2]) if (shape[axis] === 1) box = withAxis(box, axis, 0, 1);
  const { data } = await mask.read(box, { signal });
  const [, channels, nz, ny, nx] = roiShape(box);
  const [, , blockZ] = roiShape(roi);
  const out = new Uint8Array(blockZ * ny * nx);
  const plane = nz * ny * nx;
  for (let i = 0; i < out.length; i++) {
    const at = i % plane;
    for (let c = 0; c < channels; c++) if (data[c * plane + at]! > 0) out[i] = 1;
  }
  return out;
}

/** Voxels where the mask is 0 have no probabilities. @param probabilities (classes, voxels of the mask) */
export function applyMask(probabilities: Float32Array, mask: Uint8Array): void {
  for (let i = 0; i < probabilities.length; i++) if (mask[i % mask.length] === 0) probabilities[i] = 0;
}
