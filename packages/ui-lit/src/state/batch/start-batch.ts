import { combinedClasses, isAbortError } from '@brushwood/core';
import type { ExportDestination } from '../exports/export-destination.ts';
import type { ExportPlan, ExportRunner } from '../exports/export-plan.ts';
import type { Labeling } from '../labeling.ts';
import { trainedProject } from '../trained-project.ts';
import { downloadFile } from '../../storage/download-file.ts';
import { createServerRunner } from '../../storage/server-runner.ts';
import type { ServerHome } from '../../storage/server-home.ts';
import type { Batch } from './batch.ts';
import { serverPattern } from './batch-settings.ts';
import { createBackgroundRunner } from './run-in-page.ts';
import { createZipDestination } from './zip-destination.ts';
import { whenSettled } from '../when-settled.ts';

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

/** Predicts the images that wait, with the model of the labels as they are now. @throws what training throws */
export async function startBatch(
  labeling: Labeling,
  batch: Batch,
  { plan, runner }: { plan: ExportPlan; runner: ExportRunner },
): Promise<void> {
  await whenSettled(labeling, 60_000);
  const { project } = await trainedProject(labeling);
  const { postprocessing } = plan.steps;
  const classes = postprocessing ? combinedClasses(project.classes, postprocessing) : project.classes;
  await batch.run({ project, plan, runner, classes });
}

/** Results go into a folder. */
export function folderRunner(labeling: Labeling, destination: ExportDestination): ExportRunner {
  return createBackgroundRunner(labeling, destination);
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

export function serverRunner(home: ServerHome): ExportRunner {
  return createServerRunner(home, { step: 'batch' });
}

/** Shows the last batch of the server, begun by an earlier page, which may be over by now. */
export async function resumeBatch(batch: Batch, home: ServerHome): Promise<void> {
  const runner = createServerRunner(home, { step: 'batch' });
  const current = (await runner.list()).findLast(({ state }) => state !== 'cancelled');
  if (!current || batch.isRunning) return;
  const names = await runner.namesOf(current.id);
  const classes = current.classNames.map((name) => ({ name }));
  await batch
    .adopt(names, classes, (events) => runner.follow(current.id, events))
    .catch((error: unknown) => {
      if (!isAbortError(error)) throw error;
    });
}
