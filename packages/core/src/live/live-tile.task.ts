import type { StoredModel } from '../contracts/classifier.ts';
import { defineTask } from '../contracts/worker-pool.ts';
import type { Roi } from '../grid/roi.ts';
import type { IntensityMap } from '../pipeline/map-intensities.ts';
import type { ImageRequest } from '../pipeline/open-image.ts';
import type { ValueRange } from '../pipeline/value-range.ts';
import type { Normalization } from '../project/normalization.ts';
import type { LiveImageSetup } from './live-image.ts';

/** What is asked of the features of one tile. Parts that the worker may know already are left out until it misses them. */
export interface LiveTileInput {
  /** Names the engine: a worker keeps a cache for each. */
  readonly engineKey: string;
  /** Features this worker may keep. */
  readonly cacheBytes: number;
  readonly imageKey: string;
  readonly image?: LiveImageSetup;
  /** The images in use. What the worker holds of others is freed. */
  readonly imageKeys: readonly string[];
  /** The tiles of the view, if they have changed. */
  readonly wanted?: readonly string[];
  readonly roi: Roi;
  /** Keep the features, as far as there is room. */
  readonly isKept: boolean;
  /** Asks for the rows of these voxels, numbered in the tile. */
  readonly voxels?: Uint32Array;
  /** Asks for one feature. */
  readonly featureIndex?: number;
  /** Asks for the probabilities by this model. */
  readonly model?: { readonly version: number; readonly stored?: StoredModel };
}

export interface LiveTileAnswer {
  /** float32, row-major, (voxels asked for, featureCount). */
  readonly rows?: Float32Array;
  /** float32, voxels of the tile. */
  readonly plane?: Float32Array;
  /** float32, (classCount, voxels of the tile). */
  readonly probabilities?: Float32Array;
  readonly featureCount: number;
  /** Smallest and largest intensity of the tile and its surroundings. */
  readonly valueRange: ValueRange;
  /** Are they kept now? */
  readonly isKept: boolean;
  /** Tiles whose features are not kept any more. */
  readonly gone: readonly string[];
}

export type LiveTileOutput =
  | { readonly missing: 'image' | 'model' }
  | ({ readonly missing?: undefined } & LiveTileAnswer);

/** The features of a tile, computed once and kept, and what follows from them. */
export const liveTileTask = defineTask<LiveTileInput, LiveTileOutput>('core/live-tile');

/** Frees what a worker keeps for an engine. */
export const liveCloseTask = defineTask<{ readonly engineKey: string }, null>('core/live-close');

/** How a project's normalisation maps the intensities of an image. */
export const liveIntensitiesTask = defineTask<
  { readonly image: ImageRequest; readonly normalization: Normalization },
  readonly IntensityMap[]
>('core/live-intensities');
