import { describe, expect, it } from 'vitest';
import { createLazyFile } from './lazy-blob.ts';

const block = 1 << 18;
const size = 70 * block + 100;
const valueAt = (position: number) => (position * 7) % 251;

function lazyFile() {
  const reads: number[][] = [];
  const file = createLazyFile(size, (start, stop) => {
    reads.push([start, stop]);
    return Uint8Array.from({ length: stop - start }, (_, i) => valueAt(start + i));
  });
  return { file, reads };
}

describe('a file that is read in parts', () => {
  it('hands out the bytes across the borders of its blocks', () => {
    const { file, reads } = lazyFile();
    const { bytes } = file.slice(block - 3, block + 2);
    expect([...bytes]).toEqual([-3, -2, -1, 0, 1].map((offset) => valueAt(block + offset)));
    expect(reads).toEqual([
      [0, block],
      [block, 2 * block],
    ]);
  });

  it('ends where the file ends', () => {
    const { file, reads } = lazyFile();
    expect(file.slice(size - 2, size + 50).size).toBe(2);
    expect(file.slice(size, size + 1).size).toBe(0);
    expect(reads).toEqual([[70 * block, size]]);
  });

  it('keeps the 64 blocks that were used last', () => {
    const { file, reads } = lazyFile();
    for (let i = 0; i < 64; i++) file.slice(i * block, i * block + 1);
    file.slice(0, 1); // used again
    file.slice(64 * block, 64 * block + 1); // drives out block 1
    reads.length = 0;
    file.slice(0, 1);
    file.slice(block, block + 1);
    expect(reads).toEqual([[block, 2 * block]]);
  });

  it('says so if the file has become shorter', () => {
    const file = createLazyFile(100, () => new Uint8Array(10));
    expect(() => file.slice(0, 50)).toThrow('10 of its 100 bytes');
  });
});
