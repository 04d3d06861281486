import type { StoredModel } from '../contracts/classifier.ts';
import { BrushwoodError } from '../errors.ts';
import { hasSelectedFeatures } from '../project/feature-selection.ts';
import { hasLabels, type Labels } from '../project/labels.ts';
import type { Project } from '../project/project.ts';
import type { LiveImages } from './live-images.ts';

/** What a model depends on, in a form that is quickly compared. */
export interface TrainingInputs {
  /** Classifier, seed, options, number of classes, features, intensities. */
  readonly settings: string;
  /** The labelled lanes, in order. */
  readonly lanes: readonly { readonly image: string; readonly labels: Labels }[];
}

export function trainingInputs(project: Project, images: LiveImages): TrainingInputs {
  const { classifierId, seed, options } = project.classifier;
  return {
    settings: JSON.stringify([
      [classifierId, seed, options],
      project.classes.length,
      project.features,
      project.normalization,
    ]),
    lanes: project.lanes
      .filter((lane) => hasLabels(lane.labels))
      .map((lane) => ({ image: images.fingerprint(project, lane), labels: lane.labels })),
  };
}

export function isSameTraining(a: TrainingInputs, b: TrainingInputs): boolean {
  return (
    a.settings === b.settings &&
    a.lanes.length === b.lanes.length &&
    a.lanes.every(({ image, labels }, i) => image === b.lanes[i]!.image && labels.chunks === b.lanes[i]!.labels.chunks)
  );
}

/** Counts labels, chunk by chunk: one that has not changed is not counted again. */
export class LabelCounter {
  private readonly counts = new WeakMap<Uint8Array, Uint32Array>();

  /** Labelled voxels per class, longer than the project's classes if there are higher labels. */
  count(project: Project): number[] {
    const sums = Array<number>(project.classes.length).fill(0);
    for (const { labels } of project.lanes) {
      for (const chunk of labels.chunks.values()) {
        this.countChunk(chunk).forEach((count, label) => {
          if (label === 0 || count === 0) return;
          while (sums.length < label) sums.push(0);
          sums[label - 1]! += count;
        });
      }
    }
    return sums;
  }

  private countChunk(chunk: Uint8Array): Uint32Array {
    const known = this.counts.get(chunk);
    if (known) return known;
    const counts = new Uint32Array(256);
    for (let i = 0; i < chunk.length; i++) counts[chunk[i]!]!++;
    this.counts.set(chunk, counts);
    return counts;
  }
}

/** What the user has to do before features can be computed. */
export function obstacleToFeatures(project: Project): BrushwoodError | undefined {
  if (project.lanes.length === 0) return new BrushwoodError('lane-missing', 'Add an image first.');
  if (hasSelectedFeatures(project.features)) return undefined;
  return new BrushwoodError('no-features', 'Select some features first: without them there is nothing to learn from.');
}

/** What the user has to do before there can be a model. */
export function obstacleToTraining(project: Project, counts: readonly number[]): BrushwoodError | undefined {
  const painted = counts.flatMap((count, i) => (count > 0 ? [i] : []));
  if (painted.length === 0) {
    return new BrushwoodError('no-labels', 'Nothing is labelled yet. Paint a few strokes of at least two classes.');
  }
  if (painted.length === 1) {
    const name = project.classes[painted[0]!]?.name ?? `Label ${painted[0]! + 1}`;
    return new BrushwoodError(
      'one-class',
      `Only "${name}" is labelled. Paint some of another class as well, so that there is something to tell apart.`,
      { class: name },
    );
  }
  if (counts.length > project.classes.length) {
    return new BrushwoodError(
      'invalid-labels',
      `Labels go up to ${counts.length}, but the project has ${project.classes.length} classes. Add the missing classes.`,
      { found: counts.length, classes: project.classes.length },
    );
  }
  return undefined;
}

/** The model that came with the project, as long as it is not known to be of an earlier state. */
export class ProjectModel {
  private stale: StoredModel | undefined;
  private last: StoredModel | undefined;

  /**
   * Call it with every new project.
   * @param hasChanged what a model depends on is not what it was in the last project
   */
  take(project: Project, hasChanged: boolean): StoredModel | undefined {
    const { model } = project.classifier;
    if (hasChanged && model && model === this.last) this.stale = model;
    this.last = model;
    return model && model !== this.stale ? model : undefined;
  }
}
