import { describe, expect, it } from 'vitest';
import { naturalOrder } from './natural-order.ts';

describe('naturalOrder', () => {
  it('counts numbers in names as numbers, at any place', () => {
    const names = ['t10_z1', 't2_z10', 't2_z9', 'T1', 't1', 't02'];
    expect(names.sort(naturalOrder)).toEqual(['t1', 'T1', 't02', 't2_z9', 't2_z10', 't10_z1']);
  });
});
