import { describe, expect, it } from 'vitest';
import type { ImageSpec } from '../contracts/image-sink.ts';
import { wholeRoi } from '../grid/roi.ts';
import type { Tensor } from '../grid/tensor.ts';
import { caught } from '../test-doubles/caught.ts';
import { memoryImageSource } from '../testing/memory-image.ts';
import { MemoryStore } from '../testing/memory-store.ts';
import { createMemorySink } from './memory-sink.ts';
import { objectFilterSink } from './object-filter-sink.ts';

const labels: Tensor = { data: Uint8Array.of(1, 1, 1, 1, 2, 1, 1, 1, 2, 2, 1, 1), shape: [1, 1, 1, 3, 4] };
const spec: ImageSpec = { axes: 'yx', shape: labels.shape, dtype: 'uint8', content: 'labels' };

function open(store: MemoryStore) {
  const events: string[] = [];
  const memory = createMemorySink(spec);
  const scratch = {
    sink: memory,
    open: async () => memoryImageSource(memory.tensor),
    remove: async () => void events.push('removed'),
  };
  return { events, sink: objectFilterSink(store.createSink('labels', spec), { smallest: 4, scratch }) };
}

describe('objectFilterSink', () => {
  it('writes the labels without small objects when it is closed', async () => {
    const store = new MemoryStore();
    const { sink, events } = open(store);
    await sink.write(wholeRoi(labels.shape), labels);
    expect(store.images.size).toBe(0);
    await sink.close();
    expect([...store.images.get('labels')!.tensor.data]).toEqual(Array(12).fill(1));
    expect(events).toEqual(['removed']);
  });

  it('leaves nothing when it is aborted, also after a close that failed', async () => {
    const store = new MemoryStore();
    const { sink, events } = open(store);
    await sink.write(wholeRoi(labels.shape), labels);
    await sink.abort();
    expect([store.images.size, events]).toEqual([0, ['removed']]);
    const failing = open(store);
    await failing.sink.abort();
    expect((await caught(() => failing.sink.write(wholeRoi(labels.shape), labels))).code).toBe('closed');
  });
});
