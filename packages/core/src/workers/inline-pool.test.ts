import { describe, expect, it } from 'vitest';
import { defineTask } from '../contracts/worker-pool.ts';
import { BrushwoodError, type ErrorCode } from '../errors.ts';
import { caught } from '../test-doubles/caught.ts';
import { catalogOf, createGate, doubleHandler, doubleTask, handlerOf, type Gate } from '../test-doubles/tasks.ts';
import { createInlinePool } from './inline-pool.ts';

const waitTask = defineTask<number, number>('test/wait');
const failTask = defineTask<ErrorCode, never>('test/fail');

/** A pool whose `waitTask` ends when the gate of its input is opened. */
function createPool(size = 1, gates: readonly Gate[] = []) {
  const started: number[] = [];
  const wait = handlerOf(waitTask, async (i, { reportProgress }) => {
    started.push(i);
    reportProgress(1, 2);
    await gates[i]?.opened;
    return i;
  });
  const fail = handlerOf(failTask, (code) => {
    throw new BrushwoodError(code, 'as asked', { code });
  });
  const pool = createInlinePool(catalogOf({ tasks: [wait, fail, doubleHandler] }), { size });
  return { pool, started };
}
const settled = async () => {
  for (let i = 0; i < 10; i++) await Promise.resolve();
};

describe('createInlinePool', () => {
  it('runs tasks and keeps results with their inputs', async () => {
    const { pool } = createPool(2);
    expect(await Promise.all([1, 2, 3, 4].map((value) => pool.run(doubleTask, value)))).toEqual([2, 4, 6, 8]);
  });

  it('has at most `size` tasks in work', async () => {
    const gates = [createGate(), createGate(), createGate()];
    const { pool, started } = createPool(2, gates);
    const runs = [0, 1, 2].map((i) => pool.run(waitTask, i));
    await settled();
    expect(started).toEqual([0, 1]);
    gates[1]!.open();
    expect(await runs[1]).toBe(1);
    await settled();
    expect(started).toEqual([0, 1, 2]);
    gates.forEach((gate) => gate.open());
    expect(await Promise.all(runs)).toEqual([0, 1, 2]);
  });

  it("rejects with the handler's own error and stays usable", async () => {
    const { pool } = createPool();
    expect(await caught(() => pool.run(failTask, 'broken-file'))).toMatchObject({
      code: 'broken-file',
      details: { code: 'broken-file' },
    });
    expect(await pool.run(doubleTask, 1)).toBe(2);
    expect((await caught(() => pool.run(defineTask('test/unknown'), 1))).code).toBe('not-registered');
    expect(await pool.run(doubleTask, 2)).toBe(4);
  });

  it('rejects at once when the signal fires while a task is queued, and never starts it', async () => {
    const gates = [createGate(), createGate()];
    const { pool, started } = createPool(1, gates);
    const first = pool.run(waitTask, 0);
    const stop = new AbortController();
    const second = pool.run(waitTask, 1, { signal: stop.signal });
    stop.abort();
    expect((await caught(() => second)).code).toBe('aborted');
    gates[0]!.open();
    expect(await first).toBe(0);
    expect(await pool.run(doubleTask, 3)).toBe(6);
    expect(started).toEqual([0]);
  });

  it('rejects at once when the signal fires while a task works', async () => {
    const gate = createGate();
    const { pool, started } = createPool(1, [gate]);
    const stop = new AbortController();
    const run = pool.run(waitTask, 0, { signal: stop.signal });
    await settled();
    expect(started).toEqual([0]);
    stop.abort();
    expect((await caught(() => run)).code).toBe('aborted');
    gate.open();
    expect(await pool.run(doubleTask, 3)).toBe(6);
  });

  it('starts nothing with a signal that has fired', async () => {
    const { pool, started } = createPool();
    expect((await caught(() => pool.run(waitTask, 0, { signal: AbortSignal.abort() }))).code).toBe('aborted');
    await settled();
    expect(started).toEqual([]);
  });

  it('passes progress on under the name of the task', async () => {
    const steps: unknown[] = [];
    await createPool().pool.run(waitTask, 0, { onProgress: (step) => steps.push(step) });
    expect(steps).toEqual([{ phase: 'test/wait', done: 1, total: 2, unit: 'steps' }]);
  });

  it('runs nothing after it was closed, not even what was queued', async () => {
    const gate = createGate();
    const { pool, started } = createPool(1, [gate]);
    const first = pool.run(waitTask, 0);
    const queued = pool.run(waitTask, 1);
    await settled();
    await pool.close();
    await pool.close();
    gate.open();
    expect(await first).toBe(0);
    expect((await caught(() => queued)).code).toBe('closed');
    expect((await caught(() => pool.run(doubleTask, 1))).code).toBe('closed');
    expect(started).toEqual([0]);
  });
});
