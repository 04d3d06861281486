import type { Samples } from '../contracts/classifier.ts';
import { collectProjectSamples, type CollectProjectOptions } from '../pipeline/collect-project-samples.ts';
import type { Project } from '../project/project.ts';
import { samplePlaces, type SamplePlaces } from './sample-places.ts';
import { strokeGroups } from './stroke-groups.ts';

/** The labelled voxels of a project: what is seen there, where they lie and which belong together. */
export interface LabelledRows {
  readonly samples: Samples;
  readonly places: SamplePlaces;
  /** Per sample the number of its stroke, from `strokeGroups`. */
  readonly groups: ArrayLike<number>;
  /** Images that are no longer those that were painted on. */
  readonly warnings?: readonly string[];
}

/** Everything that cross-validation and warnings need. @throws as `collectProjectSamples` */
export async function collectLabelledRows(project: Project, options: CollectProjectOptions): Promise<LabelledRows> {
  const { samples, laneIndices, warnings } = await collectProjectSamples(project, options);
  const places = samplePlaces(project.lanes, laneIndices);
  return { samples, places, groups: strokeGroups(places, samples.classIndices), warnings };
}
