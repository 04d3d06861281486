import type { StoredModel } from '../contracts/classifier.ts';
import { throwIfAborted } from '../errors.ts';
import { shape5, type Shape5 } from '../grid/axes.ts';
import { roiShape, type Roi } from '../grid/roi.ts';
import { chooseBlockShape } from '../pipeline/block-shape.ts';
import type { ImageRequest } from '../pipeline/open-image.ts';
import { predictBlockTask, type PredictSetup } from '../pipeline/predict-block.ts';
import type { PipelineServices } from '../pipeline/services.ts';
import type { FeatureSelection } from '../project/feature-selection.ts';
import { randomUuid } from '../random-uuid.ts';

/** A block is predicted so many times, the quickest counts: the first one also compiles. */
const runs = 4;

/** Worker that measures: always the same one, so that it is warm after the first run. */
const affinity = 0;

/**
 * How long one worker needs for a million voxels: features and prediction of a block from the middle of an image, its halo included,
 * reading not.
 * @param setup shape of the image (tczyx), and what is computed on it
 */
export async function measureSpeed(
  { pool }: Pick<PipelineServices, 'pool'>,
  setup: { image: ImageRequest; shape: Shape5; selection: FeatureSelection; model: StoredModel; engineId?: string },
  signal?: AbortSignal,
): Promise<number> {
  const { image, shape, selection, model, engineId } = setup;
  const blockShape = chooseBlockShape(shape, { featureCount: model.featureCount, writeShapes: [] });
  const roi = middleBlock(shape, [1, shape[1], ...blockShape]);
  const shared: PredictSetup = {
    image,
    selection,
    blockShape,
    model,
    engineId,
    outputs: [{ sourceId: 'probabilities', dtype: 'float32' }],
    origin: [0, 0, 0, 0, 0],
  };
  const input = { key: randomUuid(), setup: shared, job: { blocks: [roi] } };
  let least = Infinity;
  for (let run = 0; run < runs; run++) {
    throwIfAborted(signal);
    const output = await pool.run(predictBlockTask, input, { signal, affinity });
    if (output.isMissingSetup) continue;
    least = Math.min(least, output.result.featureSeconds + output.result.predictSeconds);
  }
  const [, , nz, ny, nx] = roiShape(roi);
  return (least / (nz * ny * nx)) * 1e6;
}

function middleBlock(shape: Shape5, block: Shape5): Roi {
  const start = shape5((axis) => Math.floor((shape[axis] - block[axis]) / 2));
  return { start, stop: shape5((axis) => start[axis] + block[axis]) };
}
