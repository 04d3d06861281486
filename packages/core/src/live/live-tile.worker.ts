import type { TaskContext, TaskHandler } from '../contracts/worker-pool.ts';
import { normalizeRequest } from '../pipeline/normalize-image.ts';
import type { IntensityMap } from '../pipeline/map-intensities.ts';
import {
  liveCloseTask,
  liveIntensitiesTask,
  liveTileTask,
  type LiveTileInput,
  type LiveTileOutput,
} from './live-tile.task.ts';
import { LiveWorker } from './live-worker.ts';

/** An engine, one that tries other settings beside it, and another that is about to be closed. */
const sessions = { kind: 'live', limit: 3 };

function openWorker(engineKey: string, context: TaskContext): Promise<LiveWorker> {
  return context.session(
    engineKey,
    async () => new LiveWorker(context.catalog),
    (worker) => worker.close(),
  );
}

export const liveTileHandler: TaskHandler<LiveTileInput, LiveTileOutput> = {
  task: liveTileTask,
  sessions,
  run: async (input, context) => (await openWorker(input.engineKey, context)).run(input, context.signal),
  transfer: (output) =>
    output.missing
      ? []
      : [output.rows, output.plane, output.probabilities].flatMap((part) => (part ? [part.buffer as ArrayBuffer] : [])),
};

export const liveCloseHandler: TaskHandler<{ readonly engineKey: string }, null> = {
  task: liveCloseTask,
  sessions,
  async run({ engineKey }, context) {
    await (await openWorker(engineKey, context)).close();
    return null;
  },
};

export const liveIntensitiesHandler: TaskHandler<
  Parameters<NonNullable<(typeof liveIntensitiesTask)['types']>>[0],
  readonly IntensityMap[]
> = {
  task: liveIntensitiesTask,
  async run({ image, normalization }, { catalog, signal }) {
    return (await normalizeRequest(catalog.formats, image, { normalization, signal })).intensities ?? [];
  },
};
