import { describe, expect, it } from 'vitest';
import type { BlockExecutor } from '../contracts/block-executor.ts';
import { BrushwoodError } from '../errors.ts';
import { caught } from '../test-doubles/caught.ts';
import { catalogOf } from '../test-doubles/tasks.ts';
import { TaskRunner } from '../workers/task-runner.ts';
import { defineSetupTask, runBlocks, setupTaskHandler } from './run-blocks.ts';

const task = defineSetupTask<{ factor: number }, number, number>('test/scale');

/** Workers that jobs are dealt to by a rule; `log` tells what each opened and ran. */
function createWorkers(count: number, pick: (job: number) => number) {
  const log: string[] = [];
  let opened = 0;
  const handler = setupTaskHandler({
    task,
    open: async ({ factor }: { factor: number }) => {
      if (factor < 0) throw new BrushwoodError('broken-file', 'no such factor');
      log.push(`open ${++opened}`);
      return { factor };
    },
    close: async () => void log.push('close'),
    run: async ({ factor }, job) => factor * job,
    transfer: () => [],
  });
  const runners = Array.from({ length: count }, () => new TaskRunner(catalogOf({ tasks: [handler] })));
  let sent = 0;
  const executor: BlockExecutor = {
    concurrency: count,
    async run({ task: { id }, jobs, onResult, signal = new AbortController().signal }) {
      for (const input of jobs) {
        const runner = runners[pick(sent++)]!;
        const { output } = await runner.run(id, structuredClone(input), { signal });
        await onResult(output as never, input);
      }
    },
  };
  return { executor, log, sent: () => sent };
}

async function collect(executor: BlockExecutor, jobs: number[], factor = 10): Promise<[number, number][]> {
  const results: [number, number][] = [];
  const onResult = (result: number, job: number) => void results.push([job, result]);
  await runBlocks(executor, { task, setup: { factor }, jobs, onResult });
  return results.sort(([a], [b]) => a - b);
}
const jobs = [1, 2, 3, 4, 5, 6];
const expected = jobs.map((job) => [job, 10 * job]);

describe('runBlocks', () => {
  it('sends the setup once per worker where jobs are dealt in turn', async () => {
    const { executor, log, sent } = createWorkers(2, (job) => job % 2);
    expect(await collect(executor, jobs)).toEqual(expected);
    expect(log).toEqual(['open 1', 'open 2']);
    expect(sent()).toBe(6);
  });

  it('repeats jobs that met a worker without the setup, and every job ends up done once', async () => {
    // The first worker takes the first four jobs, so the second never saw the setup when its own come.
    const { executor, log, sent } = createWorkers(2, (job) => (job < 4 ? 0 : 1));
    expect(await collect(executor, jobs)).toEqual(expected);
    expect(log).toEqual(['open 1', 'open 2']);
    expect(sent()).toBe(7);
  });

  it('repeats one job, not all that are left, where a worker comes late', async () => {
    const { executor, log, sent } = createWorkers(2, (job) => (job < 4 ? 0 : 1));
    const many = Array.from({ length: 100 }, (_, i) => i);
    expect(await collect(executor, many)).toEqual(many.map((job) => [job, 10 * job]));
    expect(log).toEqual(['open 1', 'open 2']);
    expect(sent()).toBe(101);
  });

  it('never mixes the setups of two runs', async () => {
    const { executor } = createWorkers(1, () => 0);
    expect(await collect(executor, [1, 2], 10)).toEqual([
      [1, 10],
      [2, 20],
    ]);
    expect(await collect(executor, [1, 2], 3)).toEqual([
      [1, 3],
      [2, 6],
    ]);
  });

  it('rejects with what opening throws', async () => {
    const { executor } = createWorkers(2, (job) => job % 2);
    expect((await caught(() => collect(executor, jobs, -1))).code).toBe('broken-file');
  });

  it('does not repeat anything once the signal has fired', async () => {
    const { executor } = createWorkers(2, (job) => (job < 4 ? 0 : 1));
    const stop = new AbortController();
    let done = 0;
    const run = runBlocks(executor, {
      task,
      setup: { factor: 1 },
      jobs,
      signal: stop.signal,
      onResult: () => void (++done === 4 && stop.abort()),
    });
    expect((await caught(() => run)).code).toBe('aborted');
    expect(done).toBe(4);
  });
});
