import type { FilterKernels } from '../contracts/filter-engine.ts';
import type { Catalog } from '../contracts/plugin.ts';
import type { TaskContext, TaskHandler } from '../contracts/worker-pool.ts';
import { findById } from '../find-by-id.ts';
import type { Roi } from '../grid/roi.ts';
import { BlockArena } from '../pipeline/block-arena.ts';
import { pickEngine } from '../pipeline/block-session.ts';
import { pixelExportSources } from '../pipeline/export-sources.ts';
import { postprocess } from '../pipeline/postprocess.ts';
import { absorbSmallObjects } from '../pipeline/small-objects.ts';
import type { ResultSteps } from '../project/result-steps.ts';
import {
  forgetPreviewsTask,
  previewResultsTask,
  unknownResult,
  type PreviewInput,
  type ResultPreview,
  type ResultView,
} from './preview-results.ts';

/** What a worker keeps for a pane: the newest view. */
interface Desk {
  readonly key: string;
  readonly view: ResultView;
  readonly arena: BlockArena;
  readonly kernels: FilterKernels;
}

/** Room for what kernels need besides their volumes. */
const slackBytes = 8 * 2 ** 20;
const segmentation = findById(pixelExportSources, 'segmentation', 'source');
const sessions = { kind: 'preview-results', limit: 1 };

function openDesks({ session }: TaskContext): Promise<Map<number, Desk>> {
  return session('desks', async () => new Map<number, Desk>());
}

export const previewResultsHandler: TaskHandler<PreviewInput, ResultPreview | null> = {
  task: previewResultsTask,
  sessions,
  async run({ key, pane, view, steps }, context) {
    const desks = await openDesks(context);
    if (view) desks.set(pane, openDesk({ key, view }, context.catalog, desks.get(pane)));
    const desk = desks.get(pane);
    return desk?.key === key ? preview(desk, steps) : null;
  },
  transfer: (result) => (result ? [result.labels.buffer] : []),
};

export const forgetPreviewsHandler: TaskHandler<null, null> = {
  task: forgetPreviewsTask,
  sessions,
  async run(_, context) {
    (await openDesks(context)).clear();
    return null;
  },
};

/** Working memory goes from a view to the next that needs no more of it. */
function openDesk({ key, view }: Pick<Desk, 'key' | 'view'>, catalog: Catalog, before: Desk | undefined): Desk {
  const [rows, columns] = view.shape;
  const bytes = 4 * rows * columns * (view.classCount + 2) + slackBytes;
  if (before && before.arena.capacityBytes >= bytes) return { ...before, key, view };
  const arena = new BlockArena(bytes);
  return { key, view, arena, kernels: pickEngine(catalog, undefined).bind(arena) };
}

function preview({ view, arena, kernels }: Desk, { postprocessing = {}, smallestObject = 1 }: ResultSteps) {
  const { shape, classCount, known } = view;
  const [rows, columns] = shape;
  const box: Roi = { start: [0, 0, 0, 0, 0], stop: [1, 1, 1, rows, columns] };
  const mark = arena.mark();
  const block = { probabilities: view.probabilities, classCount, shape: [1, rows, columns] as const };
  const probabilities = postprocess(
    { ...block, core: box, padded: box },
    postprocessing,
    { arena, kernels, isFlat: true }, // a slice, whatever it is of
  );
  const groupCount = postprocessing.combine?.length ?? classCount;
  const labels = segmentation.compute!({
    probabilities,
    classCount: groupCount,
    thresholds: postprocessing.thresholds,
    features: new Float32Array(0),
    featureCount: 0,
    voxels: rows * columns,
  }) as Uint8Array<ArrayBuffer>;
  arena.release(mark);
  if (known) for (let i = 0; i < labels.length; i++) if (known[i] === 0) labels[i] = unknownResult;
  if (smallestObject > 1) {
    absorbSmallObjects(labels, [1, rows, columns], { smallest: smallestObject, isCutOff: cutOff(view) });
  }
  return { labels, counts: countLabels(labels, groupCount) };
}

/** 1 for voxels that may have neighbours of their object that are not known. */
function cutOff({ shape: [rows, columns], known, isEdge }: ResultView): Uint8Array {
  const out = new Uint8Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const i = row * columns;
    if (!isEdge.left) out[i] = 1;
    if (!isEdge.right) out[i + columns - 1] = 1;
  }
  if (!isEdge.top) out.fill(1, 0, columns);
  if (!isEdge.bottom) out.fill(1, (rows - 1) * columns);
  if (!known) return out;
  for (let row = 0, i = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, i++) {
      if (known[i] !== 0) continue;
      out[i] = 1;
      if (column > 0) out[i - 1] = 1;
      if (column + 1 < columns) out[i + 1] = 1;
      if (row > 0) out[i - columns] = 1;
      if (row + 1 < rows) out[i + columns] = 1;
    }
  }
  return out;
}

function countLabels(labels: Uint8Array, classCount: number): number[] {
  const counts = new Uint32Array(256);
  for (let i = 0; i < labels.length; i++) counts[labels[i]!]!++;
  return [...counts.subarray(0, classCount + 1)];
}
