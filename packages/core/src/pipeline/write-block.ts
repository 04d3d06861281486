import type { BoxWriter, ImageSpec } from '../contracts/image-sink.ts';
import type { NumberArray } from '../grid/dtype.ts';
import { withAxis, roiShape, type Roi } from '../grid/roi.ts';

/**
 * Writes all channels of one block.
 * @param roi    box of the block; its channel range is replaced by all channels of the image
 * @param values axes (c, z, y, x), dtype of the image
 */
export async function writeBlock(
  writer: Pick<BoxWriter, 'write'>,
  { roi, spec, values, signal }: { roi: Roi; spec: ImageSpec; values: NumberArray; signal?: AbortSignal },
): Promise<void> {
  const target = withAxis(roi, 1, 0, spec.shape[1]);
  await writer.write(target, { data: values, shape: roiShape(target) }, { signal });
}
