import type { Project } from '@brushwood/core';
import type { Labeling } from './labeling.ts';
import { isSameTraining } from './same-training.ts';
import { trainedProject } from './trained-project.ts';
import { whenSettled } from './when-settled.ts';

/** How long live update may take to train what was taken. */
const patienceMs = 60_000;

/** The project as it was when work on it began, whatever becomes of it meanwhile. */
export interface TakenProject {
  readonly project: Project;
  /** The same with the model of its labels. @throws what training throws, 'aborted' */
  train(signal: AbortSignal): Promise<Project>;
}

/** Takes the project as it is now. */
export function takeProject(labeling: Labeling): TakenProject {
  const { project, services } = labeling;
  return {
    project,
    async train(signal) {
      if (project.classifier.model) return project;
      await whenSettled(labeling, patienceMs, signal);
      const { classifier } = labeling.project;
      // Live update has trained the same meanwhile, or something else.
      if (classifier.model && isSameTraining(labeling.project, project)) return { ...project, classifier };
      return (await trainedProject({ services, project }, signal)).project;
    },
  };
}
