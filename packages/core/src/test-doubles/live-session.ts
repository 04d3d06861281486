import type { TrainingReport } from '../contracts/classifier.ts';
import type { StoredModel } from '../contracts/classifier.ts';
import type { Shape5 } from '../grid/axes.ts';
import { BlockGrid } from '../grid/block-grid.ts';
import { wholeRoi } from '../grid/roi.ts';
import { createLiveClassification } from '../live/live-classification.ts';
import type { LiveClassification, LiveOptions, LiveState, LiveTile, LiveTileResult } from '../live/live-contract.ts';
import type { PipelineServices } from '../pipeline/services.ts';

/** A live engine that remembers what it told. */
export interface LiveSession {
  readonly live: LiveClassification;
  readonly tiles: LiveTileResult[];
  readonly states: LiveState[];
  readonly models: { model: StoredModel; report: TrainingReport }[];
  /** Resolves with the next state that is settled, waiting or off, after the engine has noticed what was set. */
  rest(): Promise<LiveState>;
}

export function startLive(
  services: PipelineServices,
  { onTile, ...options }: Partial<Pick<LiveOptions, 'cacheBytes' | 'onTile'>> = {},
): LiveSession {
  const tiles: LiveTileResult[] = [];
  const states: LiveState[] = [];
  const models: LiveSession['models'] = [];
  const waiting: ((state: LiveState) => void)[] = [];
  const live = createLiveClassification({
    services,
    ...options,
    onTile(result) {
      tiles.push(result);
      onTile?.(result);
    },
    onState(state) {
      states.push(state);
      if (!['settled', 'waiting', 'off'].includes(state.phase)) return;
      for (const resolve of waiting.splice(0)) resolve(state);
    },
    onModel: (model, report) => models.push({ model, report }),
  });
  return { live, tiles, states, models, rest: () => new Promise((resolve) => waiting.push(resolve)) };
}

/** An image cut into tiles. */
export function tilesOf(shape: Shape5, tileShape: Shape5, laneIndex = 0): LiveTile[] {
  return [...new BlockGrid(wholeRoi(shape), [1, shape[1], ...spatial(tileShape)])].map((roi) => ({ laneIndex, roi }));
}

function spatial(shape: Shape5): [number, number, number] {
  return [shape[2], shape[3], shape[4]];
}
