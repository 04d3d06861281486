import { describe, expect, it } from 'vitest';
import { defineTask } from '../contracts/worker-pool.ts';
import { caught } from '../test-doubles/caught.ts';
import { catalogOf, doubleHandler, handlerOf } from '../test-doubles/tasks.ts';
import { TaskRunner } from './task-runner.ts';

const signal = new AbortController().signal;
const useTask = defineTask<string, string>('test/use');

/** A runner whose task opens a session named by its input; `log` tells what was opened and closed. */
function createRunner({ failingOpens = 0 }: { failingOpens?: number } = {}) {
  const log: string[] = [];
  let failures = failingOpens;
  const handler = handlerOf(useTask, async (key, context) => {
    const open = async () => {
      log.push(`open ${key}`);
      await Promise.resolve();
      if (failures-- > 0) throw new Error(`cannot open ${key}`);
      return { key };
    };
    const session = await context.session(key, open, ({ key: closed }) => void log.push(`close ${closed}`));
    return session.key;
  });
  const runner = new TaskRunner(catalogOf({ tasks: [handler, doubleHandler] }));
  const use = async (key: string) => (await runner.run(useTask.id, key, { signal })).output;
  return { runner, log, use };
}

describe('TaskRunner', () => {
  it('runs the handler of a task', async () => {
    expect(await createRunner().runner.run('test/double', 4, { signal })).toEqual({ output: 8, transfer: [] });
  });

  it('says which task it does not know', async () => {
    const error = await caught(() => createRunner().runner.run('test/unknown', 1, { signal }));
    expect([error.code, error.details]).toEqual(['not-registered', { taskId: 'test/unknown' }]);
  });

  it('reports progress and what may be transferred', async () => {
    const task = defineTask<number, Uint8Array>('test/bytes');
    const handler = {
      ...handlerOf(task, (length, context) => {
        context.reportProgress(1, 2);
        return new Uint8Array(length);
      }),
      transfer: (output: Uint8Array) => [output.buffer as ArrayBuffer],
    };
    const steps: number[][] = [];
    const result = await new TaskRunner(catalogOf({ tasks: [handler] })).run('test/bytes', 3, {
      signal,
      onProgress: (...step) => steps.push(step),
    });
    expect(steps).toEqual([[1, 2]]);
    expect(result.transfer).toEqual([(result.output as Uint8Array).buffer]);
  });

  it('opens a session once per key, also when two tasks ask at the same time', async () => {
    const { use, log } = createRunner();
    expect(await Promise.all([use('a'), use('a')])).toEqual(['a', 'a']);
    expect(await use('a')).toBe('a');
    expect(log).toEqual(['open a']);
  });

  it('keeps two sessions and closes the one not used for longest for a third', async () => {
    const { use, log } = createRunner();
    for (const key of ['a', 'b', 'c', 'c', 'b', 'a']) await use(key);
    expect(log).toEqual(['open a', 'open b', 'open c', 'close a', 'open a', 'close c']);
  });

  it('keeps the sessions of a kind apart from the others, as many as it allows', async () => {
    const log: string[] = [];
    const taskOf = (id: string, sessions?: { kind: string; limit: number }) => ({
      ...handlerOf(defineTask<string, null>(id), async (key, context) => {
        await context.session(
          key,
          async () => ({}),
          () => void log.push(`close ${key}`),
        );
        return null;
      }),
      sessions,
    });
    const kind = { kind: 'images', limit: 3 };
    const tasks = [taskOf('test/plain'), taskOf('test/read', kind), taskOf('test/show', kind)];
    const runner = new TaskRunner(catalogOf({ tasks }));
    for (const key of ['a', 'b']) await runner.run('test/plain', key, { signal });
    for (const key of ['1', '2', '3']) await runner.run('test/read', key, { signal });
    await runner.run('test/show', '1', { signal });
    expect(log).toEqual([]);
    await runner.run('test/show', '4', { signal });
    expect(log).toEqual(['close 2']);
    await runner.close();
    expect(log.slice(1).sort()).toEqual(['close 1', 'close 3', 'close 4', 'close a', 'close b']);
  });

  it('tries again to open what failed', async () => {
    const { use, log } = createRunner({ failingOpens: 1 });
    await expect(use('a')).rejects.toThrow('cannot open a');
    expect(await use('a')).toBe('a');
    expect(log).toEqual(['open a', 'open a']);
  });

  it('closes all sessions at the end, whatever one of them does', async () => {
    const { runner, use, log } = createRunner();
    await use('a');
    await use('b');
    await runner.close();
    await runner.close();
    expect(log.slice(2).sort()).toEqual(['close a', 'close b']);
  });
});
