import { addLane, newProject, type ChannelSelection, type PipelineServices, type Project } from '@brushwood/core';
import { referenceOf } from '../image-file.ts';
import { createProject } from '../project-file.ts';
import type { Report } from '../report.ts';

export interface CreateOptions {
  readonly image: readonly string[];
  readonly class: readonly string[];
  readonly channels?: ChannelSelection;
  readonly inputAxes?: string;
  readonly copy?: boolean;
  readonly force?: boolean;
  readonly signal: AbortSignal;
}

/** `brushwood create P.ilp --image A`: a project of images, without labels and features. */
export async function create(
  { catalog }: PipelineServices,
  path: string,
  options: CreateOptions & { report: Report },
): Promise<void> {
  const { report, image, channels, inputAxes, copy, force, signal } = options;
  const make = async () => {
    let project = newProject(catalog, options.class.length > 0 ? options.class : undefined);
    for (const file of image) {
      const reference = await referenceOf(catalog, file, {
        axes: inputAxes,
        channels,
        storage: copy ? 'embedded' : 'relative',
        report,
        signal,
      });
      project = addLane(project, reference);
    }
    const isFlat = project.lanes.every((lane) => lane.rawData.shape[2] === 1);
    created = { ...project, features: { ...project.features, computeIn2d: project.features.sigmas.map(() => isFlat) } };
    return created;
  };
  let created: Project | undefined;
  await createProject(catalog, path, make, { report, force, signal });
  const lanes = created?.lanes.length ?? 0;
  report.result(
    `Created ${path} with ${lanes} image(s) and the classes ${created?.classes.map((item) => item.name).join(', ')}.`,
    {
      project: path,
      lanes,
      classes: created?.classes.map((item) => item.name),
    },
  );
}
