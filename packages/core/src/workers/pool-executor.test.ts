import { describe, expect, it } from 'vitest';
import { defineTask } from '../contracts/worker-pool.ts';
import { BrushwoodError } from '../errors.ts';
import { caught } from '../test-doubles/caught.ts';
import { catalogOf, createGate, handlerOf } from '../test-doubles/tasks.ts';
import { createInlinePool } from './inline-pool.ts';
import { createPoolExecutor } from './pool-executor.ts';

const workTask = defineTask<number, number>('test/work');

/** An executor whose task takes longer for small inputs, and fails for the inputs given. */
function createExecutor(size: number, failing: readonly number[] = []) {
  let running = 0;
  const stats = { started: [] as number[], mostAtOnce: 0 };
  const handler = handlerOf(workTask, async (i) => {
    stats.started.push(i);
    stats.mostAtOnce = Math.max(stats.mostAtOnce, ++running);
    for (let turn = 0; turn < 5 + ((7 * i) % 5); turn++) await Promise.resolve();
    running--;
    if (failing.includes(i)) throw new BrushwoodError('broken-file', `job ${i}`);
    return 10 * i;
  });
  return { executor: createPoolExecutor(createInlinePool(catalogOf({ tasks: [handler] }), { size })), stats };
}
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);

describe('createPoolExecutor', () => {
  for (const size of [1, 2, 3]) {
    it(`hands over every result once, with its job, on ${size} worker(s)`, async () => {
      const { executor, stats } = createExecutor(size);
      const results = new Map<number, number>();
      await executor.run({ task: workTask, jobs: upTo(20), onResult: (output, job) => void results.set(job, output) });
      expect([...results].sort(([a], [b]) => a - b)).toEqual(upTo(20).map((i) => [i, 10 * i]));
      expect(stats.mostAtOnce).toBe(size);
      expect(executor.concurrency).toBe(size);
    });
  }

  it('draws one job more when a job has released its worker, and no third', async () => {
    const gates = [createGate(), createGate(), createGate()];
    const started: number[] = [];
    const handler = handlerOf(workTask, async (i, { release }) => {
      started.push(i);
      release();
      await gates[i]!.opened;
      return i;
    });
    const executor = createPoolExecutor(createInlinePool(catalogOf({ tasks: [handler] }), { size: 1 }));
    const results: number[] = [];
    const run = executor.run({ task: workTask, jobs: upTo(3), onResult: (output) => void results.push(output) });
    const turn = () => new Promise((resolve) => setTimeout(resolve, 10));
    await turn();
    expect(started).toEqual([0, 1]);
    gates[0]!.open();
    await turn();
    expect([started, results]).toEqual([[0, 1, 2], [0]]);
    gates[2]!.open();
    gates[1]!.open();
    await run;
    expect(new Set(results)).toEqual(new Set([0, 1, 2]));
  });

  it('rejects with the failure of a job that has released its worker', async () => {
    const handler = handlerOf(workTask, async (i, { release }) => {
      release();
      await Promise.resolve();
      throw new BrushwoodError('write-failed', `job ${i}`);
    });
    const executor = createPoolExecutor(createInlinePool(catalogOf({ tasks: [handler] }), { size: 2 }));
    const run = executor.run({ task: workTask, jobs: upTo(100), onResult: () => expect.unreachable() });
    expect((await caught(() => run)).code).toBe('write-failed');
  });

  it('rejects with the failure of a job, not with the end of the released one that it aborts', async () => {
    const handler = handlerOf(workTask, async (i, { release, signal }) => {
      if (i === 1) throw new BrushwoodError('not-finite', 'job 1');
      release();
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      throw new BrushwoodError('aborted', `job ${i} was cancelled`);
    });
    const executor = createPoolExecutor(createInlinePool(catalogOf({ tasks: [handler] }), { size: 1 }));
    const run = executor.run({ task: workTask, jobs: upTo(100), onResult: () => expect.unreachable() });
    expect((await caught(() => run)).message).toBe('job 1');
  });

  it('is done at once without jobs', async () => {
    await createExecutor(2).executor.run({ task: workTask, jobs: [], onResult: () => expect.unreachable() });
  });

  it('draws jobs only as far as results are taken', async () => {
    const { executor } = createExecutor(2);
    let drawn = 0;
    function* jobs() {
      for (let i = 0; i < 1000; i++) {
        drawn++;
        yield i;
      }
    }
    const gate = createGate();
    const stop = new AbortController();
    const run = executor.run({ task: workTask, jobs: jobs(), signal: stop.signal, onResult: () => gate.opened });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(drawn).toBe(2);
    stop.abort();
    gate.open();
    expect((await caught(() => run)).code).toBe('aborted');
    expect(drawn).toBeLessThanOrEqual(4);
  });

  it('hands results over one at a time', async () => {
    const { executor } = createExecutor(3);
    let [inside, most] = [0, 0];
    await executor.run({
      task: workTask,
      jobs: upTo(12),
      async onResult() {
        most = Math.max(most, ++inside);
        await new Promise((resolve) => setTimeout(resolve, 1));
        inside--;
      },
    });
    expect(most).toBe(1);
  });

  it('stops at the first failure of a job and rejects with it', async () => {
    const { executor, stats } = createExecutor(2, [3, 8]);
    const error = await caught(() => executor.run({ task: workTask, jobs: upTo(1000), onResult: () => {} }));
    expect(error.message).toBe('job 3');
    expect(stats.started.length).toBeLessThan(12);
  });

  it('hands nothing over after a failure, and none is being handed over when it rejects', async () => {
    const { executor } = createExecutor(3);
    const log: string[] = [];
    const run = executor.run({
      task: workTask,
      jobs: upTo(1000),
      async onResult(_, job) {
        log.push(`begin ${job}`);
        await new Promise((resolve) => setTimeout(resolve, 2));
        if (log.length > 5) throw new BrushwoodError('write-failed', 'disk full');
        log.push(`end ${job}`);
      },
    });
    expect((await caught(() => run)).message).toBe('disk full');
    const after = log.length;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(log).toHaveLength(after);
    expect(log.filter((line) => line.startsWith('begin')).length).toBe(
      log.filter((line) => line.startsWith('end')).length + 1,
    );
  });

  it('waits for a result that is being handed over before it rejects with the failure of another job', async () => {
    const { executor } = createExecutor(2, [1]);
    const log: string[] = [];
    const run = executor.run({
      task: workTask,
      jobs: [0, 1],
      async onResult(_, job) {
        log.push(`begin ${job}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
        log.push(`end ${job}`);
      },
    });
    expect((await caught(() => run)).message).toBe('job 1');
    expect(log).toEqual(['begin 0', 'end 0']);
  });

  it('rejects with "aborted" when the signal fires, before and during the work', async () => {
    const { executor, stats } = createExecutor(2);
    const jobs = upTo(1000);
    const early = executor.run({ task: workTask, jobs, onResult: () => {}, signal: AbortSignal.abort() });
    expect((await caught(() => early)).code).toBe('aborted');
    expect(stats.started).toEqual([]);
    const stop = new AbortController();
    let done = 0;
    const late = executor.run({
      task: workTask,
      jobs,
      signal: stop.signal,
      onResult: () => void (++done === 10 && stop.abort()),
    });
    expect((await caught(() => late)).code).toBe('aborted');
    expect(done).toBeLessThan(15);
  });

  it('lets a failing source of jobs fail the run', async () => {
    function* jobs(): Generator<number> {
      yield 1;
      throw new BrushwoodError('internal', 'no more jobs');
    }
    const run = createExecutor(2).executor.run({ task: workTask, jobs: jobs(), onResult: () => {} });
    expect((await caught(() => run)).message).toBe('no more jobs');
  });
});
