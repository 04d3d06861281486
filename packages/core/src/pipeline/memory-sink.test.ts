import { describe, expect, it } from 'vitest';
import { caught } from '../test-doubles/caught.ts';
import { createMemorySink } from './memory-sink.ts';

describe('createMemorySink', () => {
  const spec = { axes: 'yx', shape: [1, 1, 1, 2, 3], dtype: 'uint8', content: 'labels' } as const;
  const row = (y: number, ...values: number[]) =>
    [
      { start: [0, 0, 0, y, 0], stop: [1, 1, 1, y + 1, 3] },
      { data: Uint8Array.from(values), shape: [1, 1, 1, 1, 3] },
    ] as const;

  it('keeps boxes written in any order', async () => {
    const sink = createMemorySink(spec);
    await sink.write(...row(1, 4, 5, 6));
    await sink.write(...row(0, 1, 2, 3));
    await sink.close();
    expect([...sink.tensor.data]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('takes nothing outside the image, and nothing once it is closed', async () => {
    const sink = createMemorySink(spec);
    expect((await caught(() => sink.write(...row(2, 1, 2, 3)))).code).toBe('invalid-roi');
    await sink.close();
    expect((await caught(() => sink.write(...row(0, 1, 2, 3)))).code).toBe('closed');
  });
});
