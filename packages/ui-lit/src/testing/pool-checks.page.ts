import { workerPoolChecks } from '@brushwood/core/testing';
import { createWebWorkerPool } from '@brushwood/ui-lit';

/** The checks of a worker pool, over web workers that know the tasks of the kit. Runs in a page. */
const checks = workerPoolChecks({
  makePool: () =>
    createWebWorkerPool({
      workers: 2,
      graceMs: 500,
      createWorker: () => new Worker(new URL('./pool-checks.worker.ts', import.meta.url), { type: 'module' }),
    }),
  supports: { crash: true },
});

export const checkNames = checks.map(({ name }) => name);

export async function runCheck(name: string): Promise<void> {
  await checks.find((check) => check.name === name)!.run();
}
