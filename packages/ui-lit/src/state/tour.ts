import { countLabels } from '@brushwood/core';
import type { Labeling } from './labeling.ts';

/** What the tour looks at to see whether the user did it. */
export interface TourFacts {
  /** Step of the app that is open. */
  readonly stepId: string;
  /** Painted voxels of each class, over all images. */
  readonly painted: readonly number[];
  readonly isLive: boolean;
  /** Is everything in view predicted? */
  readonly isSettled: boolean;
  readonly isUncertaintyShown: boolean;
}

export interface TourStop {
  readonly title: string;
  readonly text: string;
  isDone(facts: TourFacts): boolean;
}

/** The way from an image to a file, in the order it is walked. */
export const tourStops: readonly TourStop[] = [
  {
    title: 'Features are chosen',
    text: 'Brushwood learns from how the surroundings of each pixel look: brightness, edges and texture, fine and coarse. All are ticked, which is a fair start. Go on to Training.',
    isDone: ({ stepId, painted }) => stepId === 'training' || painted.some((count) => count > 0),
  },
  {
    title: 'Paint some nuclei',
    text: 'The first class is in the brush. Draw short strokes inside a few bright nuclei, smooth and speckled ones, with mouse, finger or pen.',
    isDone: ({ painted }) => (painted[0] ?? 0) > 0,
  },
  {
    title: 'Paint the background',
    text: 'Choose the second class (its number in the list, or the key 2) and draw some strokes on the dark ground between the nuclei.',
    isDone: ({ painted }) => (painted[1] ?? 0) > 0,
  },
  {
    title: 'Let it learn',
    text: 'Press Live update (or the key L). From now on the prediction follows each of your strokes.',
    isDone: ({ isLive, isSettled }) => isLive && isSettled,
  },
  {
    title: 'See where it is unsure',
    text: 'Show the layer Uncertainty (its eye in the list of layers, or the key U). Paint where it is bright: there a stroke teaches most.',
    isDone: ({ isUncertaintyShown }) => isUncertaintyShown,
  },
  {
    title: 'Take the result home',
    text: 'When it looks right, open Prediction Export: segmentation and probabilities become files for Fiji or Python. Save keeps the project to go on with.',
    isDone: ({ stepId }) => stepId === 'export',
  },
];

export function tourFacts({ project, isLive, liveState, layers }: Labeling, stepId: string): TourFacts {
  const { classes, lanes } = project;
  const counts = lanes.map(({ labels }) => countLabels(labels, classes.length));
  return {
    stepId,
    painted: classes.map((_, i) => counts.reduce((sum, count) => sum + (count[i] ?? 0), 0)),
    isLive,
    isSettled: liveState.phase === 'settled',
    isUncertaintyShown: layers.some(({ id, isVisible }) => id.startsWith('uncertainty') && isVisible),
  };
}

/** What remembers that the tour was taken: part of `localStorage`. */
export type TourMemory = Pick<Storage, 'getItem' | 'setItem'>;

const key = 'brushwood-tour';

/** The guided tour: where it is, and whether it was taken before. */
export class Tour {
  /** Number of the stop; `tourStops.length` when the end is shown; undefined while there is no tour. */
  index: number | undefined;
  private readonly memory: TourMemory | undefined;
  private doneBefore: ReadonlySet<TourStop> = new Set();

  /** @param memory may be missing, as in pages that are not allowed to keep anything */
  constructor(memory?: TourMemory) {
    this.memory = memory;
  }

  get stop(): TourStop | undefined {
    return this.index === undefined ? undefined : tourStops[this.index];
  }

  get isTaken(): boolean {
    try {
      return this.memory?.getItem(key) === 'taken';
    } catch {
      return false; // not allowed to look: the tour is offered again
    }
  }

  /** @param facts what was done before: told of all the same */
  start(facts?: TourFacts): void {
    this.index = 0;
    this.doneBefore = new Set(facts ? tourStops.filter((stop) => stop.isDone(facts)) : []);
  }

  /** Does it wait here for the user to go on? */
  get isWaiting(): boolean {
    return this.stop !== undefined && this.doneBefore.has(this.stop);
  }

  /** Goes on over all stops that are done already. True if it moved. */
  observe(facts: TourFacts): boolean {
    const before = this.index;
    while (!this.isWaiting && this.stop?.isDone(facts)) this.next();
    return this.index !== before;
  }

  next(): void {
    if (this.index === undefined) return;
    this.index++;
    if (this.index === tourStops.length) this.remember();
  }

  /** Ends it; it does not come back by itself. */
  close(): void {
    this.index = undefined;
    this.remember();
  }

  private remember(): void {
    try {
      this.memory?.setItem(key, 'taken');
    } catch {
      // not allowed to keep it: the tour is offered again
    }
  }
}
