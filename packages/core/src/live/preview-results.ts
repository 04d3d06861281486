import { defineTask, type WorkerPool } from '../contracts/worker-pool.ts';
import { throwIfAborted } from '../errors.ts';
import { randomUuid } from '../random-uuid.ts';
import type { ResultSteps } from '../project/result-steps.ts';

/** A part of a slice, with the probabilities that are known of it. Not changed while it is in use. */
export interface ResultView {
  /** Rows and columns. */
  readonly shape: readonly [number, number];
  readonly classCount: number;
  /** float32, (classCount, rows, columns); 0 where they are not known. */
  readonly probabilities: Float32Array;
  /** 1 where they are known; absent: everywhere. */
  readonly known?: Uint8Array;
  /** Does the image end there? Objects that touch another side may go on beyond it. */
  readonly isEdge: { readonly top: boolean; readonly bottom: boolean; readonly left: boolean; readonly right: boolean };
}

/** The segmentation of a part of a slice. */
export interface ResultPreview {
  /** (rows, columns): 0 no class, n the n-th class that is left, `unknownResult` where no probabilities are known. */
  readonly labels: Uint8Array<ArrayBuffer>;
  /** Voxels of each label from 0 to the number of classes. */
  readonly counts: readonly number[];
}

/** The label of a voxel whose probabilities are not known. */
export const unknownResult = 255;

export interface PreviewInput {
  /** Names the view. */
  readonly key: string;
  readonly pane: number;
  readonly view?: ResultView;
  readonly steps: ResultSteps;
}

/** Null: the worker does not have the view. */
export const previewResultsTask = defineTask<PreviewInput, ResultPreview | null>('core/preview-results');

/** Frees what a worker keeps for previews. */
export const forgetPreviewsTask = defineTask<null, null>('core/forget-previews');

/** Names of views, so that a worker recognises the ones it has. */
const names = new WeakMap<ResultView, string>();

/**
 * The segmentation of a part of a slice after the steps, by the same functions as `runPrediction`, in a worker, which keeps the
 * probabilities for other steps. It equals that of the whole image except near sides that are not edges of the image: smoothing mirrors
 * there, and objects that touch them are kept, as nobody knows how large they are.
 * @param options.pane a worker keeps the newest view of each number
 * @throws 'aborted'
 */
export async function previewResults(
  pool: WorkerPool,
  view: ResultView,
  { steps, pane = 0, signal }: { readonly steps: ResultSteps; readonly pane?: number; readonly signal?: AbortSignal },
): Promise<ResultPreview> {
  throwIfAborted(signal);
  const known = names.get(view);
  const key = known ?? randomUuid();
  names.set(view, key);
  const options = { signal, affinity: pane };
  const preview = await pool.run(previewResultsTask, { key, pane, steps, ...(known ? {} : { view }) }, options);
  return preview ?? (await pool.run(previewResultsTask, { key, pane, steps, view }, options))!;
}

/** Frees the memory that workers keep for previews. */
export async function forgetPreviews(pool: WorkerPool): Promise<void> {
  const workers = Array.from({ length: pool.size }, (_, affinity) => affinity);
  await Promise.all(workers.map((affinity) => pool.run(forgetPreviewsTask, null, { affinity })));
}
