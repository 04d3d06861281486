import type { Samples } from '../contracts/classifier.ts';
import { samplePlaces } from '../evaluation/sample-places.ts';
import { evenRows } from '../evaluation/sample-subsets.ts';
import { strokeGroups } from '../evaluation/stroke-groups.ts';
import { hasLabels, type Labels } from '../project/labels.ts';
import type { Project } from '../project/project.ts';

export interface ChosenRows {
  /** The project with the labels of the chosen voxels alone: `collectProjectSamples` gives their rows. */
  readonly project: Project;
  /** Per row the number of its stroke, among those of all labels. */
  readonly groups: Uint32Array;
}

/**
 * Chooses labelled voxels before anything is computed of them, as `evenRows` does: of a mask that covers an image, features of every voxel would
 * take gigabytes to keep a few thousand.
 * @param options.lanes default all that have labels
 */
export function chooseRows(
  project: Project,
  { lanes, limit, seed }: { readonly lanes?: readonly number[]; readonly limit: number; readonly seed: number },
): ChosenRows {
  const used = project.lanes.flatMap(({ labels }, i) => (hasLabels(labels) && (lanes?.includes(i) ?? true) ? [i] : []));
  const places = samplePlaces(project.lanes, used);
  const samples = { classIndices: classesOf(project, used, places.count), classCount: project.classes.length };
  const rows = evenRows(samples, { limit, seed });
  const all = strokeGroups(places, samples.classIndices);
  const groups = Uint32Array.from(rows, (row) => all[row]!);
  // Of one class alone training tells how many voxels there are.
  if (rows.length === places.count || new Set(samples.classIndices).size < 2) return { project, groups };
  const isKept = new Uint8Array(places.count);
  for (const row of rows) isKept[row] = 1;
  let row = 0;
  const keep = (labels: Labels): Labels => {
    const chunks = sorted(labels).map(([index, data]) => {
      const kept = data.map((label) => (label !== 0 && isKept[row++] === 1 ? label : 0));
      return [index, kept] as const;
    });
    return { ...labels, chunks: new Map(chunks.filter(([, data]) => data.some((label) => label !== 0))) };
  };
  const masked = new Map(used.map((i) => [i, keep(project.lanes[i]!.labels)]));
  return {
    project: {
      ...project,
      lanes: project.lanes.map((lane, i) => ({ ...lane, labels: masked.get(i) ?? lane.labels })),
    },
    groups,
  };
}

/** In the order of `samplePlaces`. */
function classesOf({ lanes }: Project, used: readonly number[], count: number): Samples['classIndices'] {
  const classIndices = new Uint8Array(count);
  let row = 0;
  for (const lane of used)
    for (const [, data] of sorted(lanes[lane]!.labels))
      for (const label of data) if (label !== 0) classIndices[row++] = label - 1;
  return classIndices;
}

function sorted({ chunks }: Labels): [number, Uint8Array][] {
  return [...chunks].sort(([a], [b]) => a - b);
}
