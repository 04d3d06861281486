import { createTensor, type Shape5 } from '@brushwood/core';
import type { LayerSource, TileAddress } from '../view/layer.ts';
import { toImageData, type RgbColor } from '../view/picture.ts';
import { renderProbability } from '../view/overlay-rendering.ts';
import { renderIntensity } from '../view/raw-rendering.ts';
import { sliceLayout } from '../view/picture.ts';
import { tileRoi } from '../view/slice-geometry.ts';

/** Round spots of light with a little noise, as nuclei look; or how probable it is to be in one. For pictures of the viewer. */
export class BlobSource implements LayerSource {
  readonly levelCount = 1;
  private readonly shape: Shape5;
  private readonly probability: RgbColor | undefined;
  private readonly spots: readonly { x: number; y: number; z: number; radius: number; light: number }[];

  constructor(shape: Shape5, probability?: RgbColor) {
    this.shape = shape;
    this.probability = probability;
    let seed = 7;
    const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
    const [, , nz, ny, nx] = shape;
    this.spots = Array.from({ length: Math.round((nx * ny) / 1500) }, () => ({
      x: random() * nx,
      y: random() * ny,
      z: random() * nz,
      radius: 8 + 8 * random(),
      light: 0.5 + 0.5 * random(),
    }));
  }

  tile(address: TileAddress): ImageData {
    const level = { shape: this.shape, chunkShape: this.shape, downsampling: [1, 1, 1, 1, 1] as const };
    const { start, stop } = tileRoi(address, level);
    const shape = start.map((from, axis) => stop[axis]! - from) as unknown as Shape5;
    const values = new Float32Array(shape[2] * shape[3] * shape[4]);
    let i = 0;
    for (let z = start[2]; z < stop[2]; z++)
      for (let y = start[3]; y < stop[3]; y++)
        for (let x = start[4]; x < stop[4]; x++) values[i++] = this.light(x, y, z);
    const { axis } = address.plane;
    if (this.probability) return toImageData(renderProbability(values, sliceLayout(shape, axis), this.probability));
    const display = [{ range: [-0.1, 1], color: 'gray', isVisible: true }] as const;
    return toImageData(renderIntensity(createTensor(values, shape), axis, display));
  }

  onChange(): () => void {
    return () => undefined;
  }

  private light(x: number, y: number, z: number): number {
    let sum = this.probability ? 0 : 0.05 * Math.sin(x * 12.9898 + y * 78.233 + z * 37.7);
    for (const spot of this.spots) {
      const far = Math.hypot(spot.x - x, spot.y - y, spot.z - z) / spot.radius;
      if (far < 1.5) sum += (this.probability ? 1 : spot.light) / (1 + Math.exp(9 * (far - 1)));
    }
    return Math.min(sum, 1);
  }
}
