import { defineTask, type WorkerPool } from '@brushwood/core';
import { describe, expect, it } from 'vitest';
import { calmedDown, yieldingPool } from './yielding-pool.ts';

const task = defineTask<number, number>('double');
const pool: WorkerPool = {
  size: 3,
  run: async (_, input) => ((input as unknown as number) * 2) as never,
  close: async () => undefined,
};

describe('a pool that yields', () => {
  it('begins tasks when nothing holds it', async () => {
    let isHeld = true;
    let asked = 0;
    const yielding = yieldingPool(pool, () => {
      if (++asked === 3) isHeld = false;
      return isHeld;
    });
    expect([await yielding.run(task, 21), asked, yielding.size]).toEqual([42, 3, 3]);
  });
  it('can be aborted while it waits', async () => {
    const stop = new AbortController();
    const held = yieldingPool(pool, () => true).run(task, 1, { signal: stop.signal });
    stop.abort();
    await expect(held).rejects.toMatchObject({ code: 'aborted' });
  });
});

describe('rest after work', () => {
  it('holds while something is busy and 700 ms longer, and not before anything was', () => {
    let [isBusy, time] = [false, 0];
    const isHeld = calmedDown(
      () => isBusy,
      () => time,
    );
    const seen: boolean[] = [isHeld()];
    isBusy = true;
    time = 100;
    seen.push(isHeld());
    isBusy = false;
    for (time of [300, 799, 800]) seen.push(isHeld());
    expect(seen).toEqual([false, true, true, true, false]);
  });
});
