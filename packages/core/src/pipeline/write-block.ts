import type { ImageSink } from '../contracts/image-sink.ts';
import type { NumberArray } from '../grid/dtype.ts';
import { withAxis, roiShape, type Roi } from '../grid/roi.ts';

/**
 * Writes all channels of one block.
 * @param roi    box of the block; its channel range is replaced by all channels of the sink
 * @param values axes (c, z, y, x), dtype of the sink
 */
export async function writeBlock(sink: ImageSink, roi: Roi, values: NumberArray, signal?: AbortSignal): Promise<void> {
  const target = withAxis(roi, 1, 0, sink.spec.shape[1]);
  await sink.write(target, { data: values, shape: roiShape(target) }, { signal });
}
