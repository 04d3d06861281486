import { describe, expect, it } from 'vitest';
import { findById } from './find-by-id.ts';

describe('findById', () => {
  const items = [{ id: 'moss' }, { id: 'fern' }];
  it('finds an item', () => expect(findById(items, 'fern', 'plant')).toBe(items[1]));
  it('names those there are when there is no such item', () => {
    expect(() => findById(items, 'oak', 'plant')).toThrow('Unknown plant "oak". Known: moss, fern.');
    expect(() => findById([], 'oak', 'plant')).toThrow('Known: none.');
  });
});
