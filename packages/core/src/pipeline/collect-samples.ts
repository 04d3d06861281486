import type { LabelBlock } from '../project/labels.ts';
import { BlockSession, type BlockSetup } from './block-session.ts';
import { defineSetupTask, setupTaskHandler } from './run-blocks.ts';
import type { ValueRange } from './value-range.ts';

/** The labelled voxels of one block. */
export interface BlockSamples {
  /** float32, row-major, (n, featureCount), in the order z, y, x. */
  readonly featureMatrix: Float32Array;
  readonly classIndices: Uint8Array;
  readonly featureCount: number;
  /** Of the image around the labels. */
  readonly valueRange: ValueRange;
}

/** Computes the features of one label block and keeps the labelled rows. */
export const collectSamplesTask = defineSetupTask<BlockSetup, LabelBlock, BlockSamples>('core/collect-samples');

export const collectSamplesHandler = setupTaskHandler({
  task: collectSamplesTask,
  open: (setup, { catalog }) => BlockSession.open(catalog, setup),
  close: (session) => session.close(),
  run: async (session, labels, { signal }) => {
    const block = session.compute(await session.read(labels.roi, signal));
    try {
      const rows = gatherRows(block.features, labels.data, session.plan.featureCount);
      return { ...rows, valueRange: block.valueRange };
    } finally {
      block.release();
    }
  },
  transfer: ({ featureMatrix, classIndices }) => [
    featureMatrix.buffer as ArrayBuffer,
    classIndices.buffer as ArrayBuffer,
  ],
});

/** Planes → rows of the labelled voxels. */
function gatherRows(
  features: Float32Array,
  labels: Uint8Array,
  featureCount: number,
): Omit<BlockSamples, 'valueRange'> {
  const labelled = labels.reduce((count, label) => count + (label > 0 ? 1 : 0), 0);
  const featureMatrix = new Float32Array(labelled * featureCount);
  const classIndices = new Uint8Array(labelled);
  let row = 0;
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (label === 0) continue;
    for (let f = 0; f < featureCount; f++) featureMatrix[row * featureCount + f] = features[f * labels.length + i]!;
    classIndices[row++] = label - 1;
  }
  return { featureMatrix, classIndices, featureCount };
}
