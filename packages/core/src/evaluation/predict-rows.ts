import type { ClassifierModel, Samples } from '../contracts/classifier.ts';
import { throwIfAborted } from '../errors.ts';
import { pauseForMessages } from '../workers/pause-for-messages.ts';

/** Rows predicted at a time: some milliseconds, so that a page stays usable. */
const rowsAtOnce = 4096;

/** Classes of some samples, and how probable each is. */
export interface PredictedRows {
  readonly classes: Uint8Array;
  readonly confidences: Float32Array;
}

/** The most probable class of some samples; the lowest wins ties, as in a segmentation. @param rows their numbers */
export async function predictRows(
  model: ClassifierModel,
  { featureMatrix, featureCount, classCount }: Samples,
  rows: readonly number[],
  signal?: AbortSignal,
): Promise<PredictedRows> {
  const classes = new Uint8Array(rows.length);
  const confidences = new Float32Array(rows.length);
  for (let from = 0; from < rows.length; from += rowsAtOnce) {
    const part = rows.slice(from, from + rowsAtOnce);
    const voxels = part.length;
    const data = new Float32Array(featureCount * voxels);
    part.forEach((row, i) => {
      for (let f = 0; f < featureCount; f++) data[f * voxels + i] = featureMatrix[row * featureCount + f]!;
    });
    const out = new Float32Array(classCount * voxels);
    model.predict({ data, featureCount, shape: [1, 1, voxels] }, out);
    for (let i = 0; i < voxels; i++) {
      let best = 0;
      for (let k = 1; k < classCount; k++) if (out[k * voxels + i]! > out[best * voxels + i]!) best = k;
      classes[from + i] = best;
      confidences[from + i] = out[best * voxels + i]!;
    }
    await pauseForMessages();
    throwIfAborted(signal);
  }
  return { classes, confidences };
}
