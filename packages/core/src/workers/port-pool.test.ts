import { describe, expect, it } from 'vitest';
import { caught } from '../test-doubles/caught.ts';
import { catalogOf } from '../test-doubles/tasks.ts';
import { pauseTask, poolCheckPlugin, squareTask } from '../testing/pool-check-tasks.ts';
import { workerPoolChecks } from '../testing/worker-pool-checks.ts';
import { createPortPool } from './port-pool.ts';
import { serveTasks, type FromWorker, type ToWorker } from './serve-tasks.ts';
import type { WorkerLine } from './worker-slot.ts';

const catalog = catalogOf({ tasks: poolCheckPlugin.tasks });

/** A worker on the calling thread that takes `loadMs` to load, and loses what is sent to it before. */
function localLine({ loadMs = 0, log = [] as string[] } = {}): WorkerLine & { die(reason: string): void } {
  const toPool = new MessageChannel();
  let listen: ((message: ToWorker) => void) | undefined;
  let onEnd: (reason: string) => void = () => undefined;
  const start = () =>
    serveTasks(catalog, {
      post: (message, transfer) => toPool.port1.postMessage(message, [...transfer]),
      onMessage: (listener) => {
        listen = listener;
      },
    });
  const timer = setTimeout(start, loadMs);
  return {
    post(message, transfer) {
      log.push(`post ${message.type}`);
      const copy = structuredClone(message, { transfer: [...transfer] });
      setTimeout(() => listen?.(copy));
    },
    onMessage: (listener) => {
      toPool.port2.onmessage = ({ data }) => listener(data as FromWorker);
    },
    onEnd: (listener) => {
      onEnd = listener;
    },
    terminate() {
      log.push('terminate');
      clearTimeout(timer);
      toPool.port2.close();
    },
    die(reason) {
      clearTimeout(timer);
      toPool.port2.close();
      onEnd(reason);
    },
  };
}

describe('a pool over worker lines', () => {
  const makePool = () => createPortPool({ size: 2, spawn: () => localLine() });
  for (const check of workerPoolChecks({ makePool, supports: { crash: false } })) it(check.name, check.run);

  it('does not terminate a worker that still loads', async () => {
    const log: string[] = [];
    const pool = createPortPool({ size: 1, isEager: true, graceMs: 1, spawn: () => localLine({ loadMs: 60, log }) });
    await pool.close();
    expect(log).toEqual(['post close', 'terminate']);
  });

  it('rejects an input that cannot be cloned, and works on', async () => {
    const pool = makePool();
    const input = { value: 2, pauseMs: 0, unclonable: () => 1 };
    expect(await pool.run(squareTask, input).catch((error: Error) => error.name)).toBe('DataCloneError');
    expect(await pool.run(squareTask, { value: 2 })).toBe(4);
    await pool.close();
  });

  it('fails the task of a worker that ends, and starts another for the next', async () => {
    const lines: ReturnType<typeof localLine>[] = [];
    const pool = createPortPool({
      size: 1,
      spawn: () => {
        const line = localLine();
        lines.push(line);
        return line;
      },
    });
    await pool.run(squareTask, { value: 1 });
    const lost = pool.run(pauseTask, { ms: 1000 });
    lines[0]!.die('it ran out of memory');
    expect(await caught(() => lost)).toMatchObject({
      code: 'worker-crashed',
      message: expect.stringContaining('memory'),
    });
    expect(await pool.run(squareTask, { value: 3 })).toBe(9);
    expect(lines).toHaveLength(2);
    await pool.close();
  });

  it('fails each task with the reason when no worker can be started', async () => {
    const pool = createPortPool({
      size: 2,
      isEager: true,
      spawn: () => {
        throw new Error('no such file');
      },
    });
    for (const value of [1, 2]) {
      expect(await caught(() => pool.run(squareTask, { value }))).toMatchObject({
        code: 'worker-crashed',
        message: expect.stringContaining('no such file'),
      });
    }
    await pool.close();
  });
});
