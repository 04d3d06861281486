import { findById, type Project, type Workflow } from '@brushwood/core';
import type { Labeling } from './labeling.ts';

/** The project with the model of its labels, trained now if live update has not done so, and the workflow that predicts with it. */
export async function trainedProject(
  { services, project }: Pick<Labeling, 'services' | 'project'>,
  signal?: AbortSignal,
): Promise<{ readonly project: Project; readonly workflow: Workflow }> {
  const workflow = findById(services.catalog.workflows, project.workflowId, 'workflow');
  if (project.classifier.model) return { project, workflow };
  return { project: (await workflow.train(project, { services, signal })).project, workflow };
}
