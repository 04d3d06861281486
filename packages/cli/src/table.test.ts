import { describe, expect, it } from 'vitest';
import { table } from './table.ts';

describe('table', () => {
  it('aligns columns to their widest cell, numbers to the right, and leaves no space at the end', () => {
    const text = table(
      ['name', 'count', 'note'],
      [
        ['a', '5', ''],
        ['longer', '1234', 'x'],
      ],
    );
    expect(text).toBe('name    count  note\na           5\nlonger   1234  x');
  });
});
