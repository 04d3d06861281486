import type { ImageSink, ImageSpec } from '../contracts/image-sink.ts';
import { BrushwoodError } from '../errors.ts';
import type { Shape5 } from '../grid/axes.ts';
import type { PredictionOutput } from '../pipeline/prediction-outputs.ts';
import { MemoryStore } from '../testing/memory-store.ts';

/** How a sink came to its end. */
export type SinkEnd = 'open' | 'closed' | 'aborted';

export interface WatchedOutputs {
  /** Finished images by source id. */
  readonly store: MemoryStore;
  readonly outputs: readonly PredictionOutput[];
  /** By source id. */
  readonly ends: ReadonlyMap<string, SinkEnd>;
  /** Blocks written so far, over all sinks. */
  blocksWritten(): number;
}

export interface WatchOptions extends Partial<Omit<PredictionOutput, 'sourceId' | 'openSink'>> {
  readonly writeShape?: Shape5;
  /** Called before each write; what it throws the sink throws. */
  readonly beforeWrite?: (blocksWritten: number, sourceId: string) => void;
  /** This sink cannot even be opened. */
  readonly failsToOpen?: string;
}

/** Outputs in memory whose sinks tell how they ended. */
export function watchedOutputs(sourceIds: readonly string[], options: WatchOptions = {}): WatchedOutputs {
  const { writeShape, beforeWrite, failsToOpen, ...output } = options;
  const store = new MemoryStore();
  const ends = new Map<string, SinkEnd>();
  let written = 0;
  const openSink = async (sourceId: string, spec: ImageSpec): Promise<ImageSink> => {
    if (sourceId === failsToOpen) throw new BrushwoodError('already-exists', `${sourceId} exists`);
    const sink = store.createSink(sourceId, spec, writeShape);
    ends.set(sourceId, 'open');
    return {
      spec,
      writeShape: sink.writeShape,
      write: async (roi, tensor, writeOptions) => {
        beforeWrite?.(written, sourceId);
        await sink.write(roi, tensor, writeOptions);
        written++;
      },
      close: async () => {
        await sink.close();
        ends.set(sourceId, 'closed');
      },
      abort: async () => {
        await sink.abort();
        ends.set(sourceId, 'aborted');
      },
    };
  };
  return {
    store,
    ends,
    outputs: sourceIds.map((sourceId) => ({ ...output, sourceId, openSink: (spec) => openSink(sourceId, spec) })),
    blocksWritten: () => written,
  };
}
