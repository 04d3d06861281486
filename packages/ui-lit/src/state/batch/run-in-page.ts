import { createPoolExecutor, type PipelineServices } from '@brushwood/core';
import { createWebWorkerPool } from '../../web-worker-pool.ts';
import type { ExportDestination } from '../exports/export-destination.ts';
import type { ExportRunner } from '../exports/export-plan.ts';
import { createPageRunner } from '../exports/page-runner.ts';
import type { Labeling } from '../labeling.ts';
import { calmedDown, yieldingPool } from './yielding-pool.ts';

/**
 * Runs a batch in the page beside the user's work: in workers of its own, few of them, which begin nothing while a stroke is painted or live
 * update is busy.
 */
export function createBackgroundRunner(labeling: Labeling, destination: ExportDestination): ExportRunner {
  return {
    async run(project, images, plan, events) {
      const pool = yieldingPool(
        createWebWorkerPool({ workers: backgroundWorkers(navigator.hardwareConcurrency) }),
        calmedDown(() => labeling.session.isPainting || (labeling.isLive && labeling.isBusy)),
      );
      const { catalog } = labeling.services;
      const services: PipelineServices = { catalog, pool, executor: createPoolExecutor(pool) };
      try {
        await createPageRunner(services, destination).run(project, images, plan, events);
      } finally {
        await pool.close();
      }
    },
  };
}

/** Half of the cores, as live update needs the others. */
function backgroundWorkers(cores: number): number {
  return Math.max(1, Math.min(4, Math.floor(cores / 2)));
}
