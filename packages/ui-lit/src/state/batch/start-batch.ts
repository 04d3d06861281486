import { combinedClasses, isAbortError } from '@brushwood/core';
import type { ExportPlan, ExportRunner } from '../exports/export-plan.ts';
import type { Labeling } from '../labeling.ts';
import { takeProject } from '../taken-project.ts';
import { downloadFile } from '../../storage/download-file.ts';
import { createServerRunner } from '../../storage/server-runner.ts';
import type { ServerHome } from '../../storage/server-home.ts';
import type { Batch } from './batch.ts';
import { serverPattern } from './batch-settings.ts';
import { namedApart } from './named-apart.ts';
import { createBackgroundRunner } from './run-in-page.ts';
import { createZipDestination } from './zip-destination.ts';

/** The part of the project's desk that batches need. */
export interface BatchDesk {
  readonly batch: Batch;
  readonly server: ServerHome | undefined;
}

/** The settings of the export step, for files that are no images of the project. */
export function batchPlan(labeling: Labeling, { batch: { settings }, server }: BatchDesk): ExportPlan {
  const plan = labeling.exportDesk.plan();
  const overwrite = settings.overwrite && (server !== undefined || settings.target === 'folder');
  const pattern = server ? serverPattern(plan.pattern, settings) : plan.pattern;
  return { ...plan, pattern, overwrite };
}

/**
 * Predicts the images that wait, with the project and the settings as they are now.
 * @param choose what carries it out; it is asked in the same turn, as the user may have to be
 * @throws as `choose` does
 */
export async function startBatch(
  labeling: Labeling,
  desk: BatchDesk,
  choose: () => Promise<ExportRunner>,
): Promise<void> {
  const plan = batchPlan(labeling, desk);
  const { project, train } = takeProject(labeling);
  const { postprocessing } = plan.steps;
  const classes = postprocessing ? combinedClasses(project.classes, postprocessing) : project.classes;
  const runner = await choose();
  await desk.batch.run({ project, train, plan, runner, classNames: classes.map(({ name }) => name) });
}

/** All results become one download, also of a batch that is cancelled. */
export function downloadRunner(
  labeling: Labeling,
  save: (file: File) => void = (file) => downloadFile(file, file.name),
) {
  const destination = createZipDestination();
  const runner = createBackgroundRunner(labeling, destination);
  const run: ExportRunner['run'] = async (project, images, plan, events) => {
    let failure: { readonly error: unknown } | undefined;
    await runner.run(project, images, plan, events).catch((error: unknown) => (failure = { error }));
    const file = await destination.finish('brushwood results.zip', new AbortController().signal);
    if (file) save(file);
    if (failure) throw failure.error;
  };
  return { run } satisfies ExportRunner;
}

/** The server writes the results, beside the images or into one folder. */
export function serverRunner(home: ServerHome): ExportRunner {
  const runner = createServerRunner(home, { step: 'batch' });
  return {
    takesAll: true,
    run: (project, images, plan, events) => runner.run(project, namedApart(images, plan), plan, events),
  };
}

/** Shows the last batch of the server, begun by an earlier page, which may be over by now. */
export async function resumeBatch(batch: Batch, home: ServerHome): Promise<void> {
  const runner = createServerRunner(home, { step: 'batch' });
  const current = (await runner.list()).findLast(({ state }) => state !== 'cancelled');
  if (!current || batch.isRunning) return;
  const names = await runner.namesOf(current.id);
  await batch
    .adopt(names, current.classNames, (events) => runner.follow(current.id, events))
    .catch((error: unknown) => {
      if (!isAbortError(error)) throw error;
    });
}
