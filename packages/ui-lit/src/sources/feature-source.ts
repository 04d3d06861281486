import { createTensor, roiShape, type ImageLevel, type Roi } from '@brushwood/core';
import type { LayerSource, TileAddress } from '../view/layer.ts';
import { toImageData } from '../view/picture.ts';
import { autoRange, renderIntensity } from '../view/raw-rendering.ts';
import { tileRoi } from '../view/slice-geometry.ts';

/** Computes one feature in a box of the image: float32, a value per voxel. */
export type ReadFeature = (roi: Roi) => Promise<Float32Array>;

/** One feature as a grey layer. The first tile decides how values become grey, so that neighbours fit. */
export class FeatureSource implements LayerSource {
  readonly levelCount = 1;
  readonly onChange = () => () => undefined;
  private readonly read: ReadFeature;
  private readonly level: ImageLevel;
  private range: Promise<readonly [number, number]> | undefined;

  constructor(read: ReadFeature, level: ImageLevel) {
    this.read = read;
    this.level = level;
  }

  async tile(address: TileAddress): Promise<ImageData> {
    const roi = tileRoi(address, this.level);
    const values = this.read(roi);
    this.range ??= values.then((found) => autoRange(found));
    const [t, , z, y, x] = roiShape(roi);
    const tensor = createTensor(await values, [t, 1, z, y, x]);
    return toImageData(
      renderIntensity(tensor, address.plane.axis, [{ range: await this.range, color: 'gray', isVisible: true }]),
    );
  }
}
