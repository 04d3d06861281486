import { describe, expect, it } from 'vitest';
import { caught } from '../test-doubles/caught.ts';
import { BlockArena } from './block-arena.ts';

describe('BlockArena', () => {
  it('hands out views of one memory, aligned to 16 bytes, that do not overlap', () => {
    const arena = new BlockArena(4096);
    const [a, b] = [arena.allocateFloat32(3), arena.allocateFloat32(5)];
    expect([a.byteOffset % 16, b.byteOffset % 16]).toEqual([0, 0]);
    expect(b.byteOffset).toBeGreaterThanOrEqual(a.byteOffset + a.byteLength);
    a.fill(1);
    b.fill(2);
    expect([...a, ...b]).toEqual([1, 1, 1, 2, 2, 2, 2, 2]);
    expect(arena.owns(a)).toBe(true);
    expect(arena.owns(new Float32Array(3))).toBe(false);
    expect(a.buffer).toBe(arena.memory.buffer);
  });

  it("starts above the kernels' own page", () => {
    expect(new BlockArena(16).allocate(16)).toBe(65536);
  });

  it('frees like a stack and remembers the peak', () => {
    const arena = new BlockArena(4096);
    arena.allocate(100);
    const mark = arena.mark();
    const address = arena.allocate(1000);
    arena.release(mark);
    expect(arena.allocate(16)).toBe(address);
    expect(arena.peakBytes).toBe(112 + 1008);
  });

  it('says what is used and what was asked when it is full, and stays usable', async () => {
    const arena = new BlockArena(65536);
    arena.allocate(65536 - 16);
    const error = await caught(() => arena.allocate(17));
    expect(error.code).toBe('arena-exhausted');
    expect(error.details).toMatchObject({ bytes: 17 });
    expect(arena.allocate(16)).toBe(131056);
  });

  it('never grows, so views never detach', () => {
    const arena = new BlockArena(65536);
    expect(() => arena.memory.grow(1)).toThrow();
  });

  it('refuses more than can be addressed, and says what to do', async () => {
    const error = await caught(() => new BlockArena(5 * 2 ** 30));
    expect(error.code).toBe('too-large');
    expect(error.message).toMatch(/5120 MiB.*smaller block/);
  });
});
