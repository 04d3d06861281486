import { LabelStrokeFinder, type Labels, type LabelStroke } from '@brushwood/core';
import type { Labeling } from './labeling.ts';

/** A stroke of an image of the project. */
export interface ListedStroke extends LabelStroke {
  readonly laneIndex: number;
}

export type StrokeOrder = 'largest' | 'smallest' | 'place';

/** What is listed: strokes of one class and one image, or of all. */
export interface StrokeFilter {
  readonly label?: number;
  readonly laneIndex?: number;
  readonly order: StrokeOrder;
}

/** Labelled voxels and strokes of a class, over all images. */
export interface ClassTotal {
  readonly voxels: number;
  readonly strokes: number;
}

/** Main-thread time that is looked for strokes before other work gets its turn, milliseconds. */
const pieceMs = 8;

/** The strokes of a project, found in pieces between other work. What did not change since is not looked at again. */
export class LabelStrokeList {
  /** In order of images. */
  strokes: readonly ListedStroke[] = [];
  isSearching = false;
  private readonly labeling: Pick<Labeling, 'project'>;
  private readonly onChange: () => void;
  private readonly finder = new LabelStrokeFinder();
  private readonly found = new WeakMap<Labels, readonly LabelStroke[]>();
  private searched: readonly Labels[] = [];
  private generation = 0;

  constructor(labeling: Pick<Labeling, 'project'>, onChange: () => void) {
    this.labeling = labeling;
    this.onChange = onChange;
  }

  /** Looks for the strokes of the project as it is now. Resolves once they are listed, or another search has begun. */
  async update(): Promise<void> {
    const lanes = this.labeling.project.lanes.map(({ labels }) => labels);
    if (lanes.length === this.searched.length && lanes.every((labels, i) => labels === this.searched[i])) return;
    this.searched = lanes;
    const mine = ++this.generation;
    this.isSearching = true;
    let until = performance.now() + pieceMs;
    const strokes: ListedStroke[] = [];
    for (const [laneIndex, labels] of lanes.entries()) {
      let known = this.found.get(labels);
      const steps = this.finder.find(labels);
      while (!known) {
        const { done, value } = steps.next();
        if (done) this.found.set(labels, (known = value));
        if (performance.now() < until) continue;
        await new Promise((resolve) => setTimeout(resolve));
        if (mine !== this.generation) return;
        until = performance.now() + pieceMs;
      }
      for (const stroke of known) strokes.push({ ...stroke, laneIndex });
    }
    this.strokes = strokes;
    this.isSearching = false;
    this.onChange();
  }

  /** Stops looking; the next update begins anew. */
  stop(): void {
    this.generation++;
    this.searched = [];
  }
}

/** The strokes of a filter, in its order. Places go by image, frame, slice, row and column. */
export function pickStrokes(
  strokes: readonly ListedStroke[],
  { label, laneIndex, order }: StrokeFilter,
): ListedStroke[] {
  const picked = strokes.filter(
    (stroke) =>
      (label === undefined || stroke.label === label) && (laneIndex === undefined || stroke.laneIndex === laneIndex),
  );
  if (order === 'place') return picked.sort(byPlace);
  const sign = order === 'largest' ? -1 : 1;
  return picked.sort((a, b) => sign * (a.voxelCount - b.voxelCount) || byPlace(a, b));
}

/** Per class, index 0 = label 1. */
export function totalsOf(strokes: readonly ListedStroke[], classCount: number): ClassTotal[] {
  const totals = Array.from({ length: classCount }, () => ({ voxels: 0, strokes: 0 }));
  for (const { label, voxelCount } of strokes) {
    const total = totals[label - 1];
    if (!total) continue;
    total.voxels += voxelCount;
    total.strokes++;
  }
  return totals;
}

function byPlace(a: ListedStroke, b: ListedStroke): number {
  const axis = a.at.findIndex((at, i) => at !== b.at[i]);
  return a.laneIndex - b.laneIndex || (axis < 0 ? 0 : a.at[axis]! - b.at[axis]!);
}
