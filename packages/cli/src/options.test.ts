import { describe, expect, it } from 'vitest';
import { memorySize } from './options.ts';

describe('memorySize', () => {
  it.each([
    ['500M', 500 * 2 ** 20],
    ['2G', 2 ** 31],
    ['1.5 GiB', 1.5 * 2 ** 30],
    ['64kb', 65536],
  ])('reads %s', (text, bytes) => expect(memorySize(text)).toBe(bytes));

  it.each(['', '0M', '500', 'M', '-1G', '1T'])('refuses "%s" and says how to write it', (text) => {
    expect(() => memorySize(text)).toThrow(/like 500M or 2G/);
  });
});
