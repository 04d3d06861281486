import { errorKind } from '@brushwood/core';
import { describe, expect, it } from 'vitest';
import { colorNumbers, errorKinds } from './error-kinds.ts';

describe('kinds of errors', () => {
  const confusion = [
    [50, 3, 0],
    [9, 40, 1],
    [0, 0, 7],
  ];

  it('are the confusions, the most frequent first, each in a colour of its own', () => {
    const kinds = errorKinds(confusion);
    expect(kinds.map(({ truth, predicted, voxels }) => [truth, predicted, voxels])).toEqual([
      [1, 0, 9],
      [0, 1, 3],
      [1, 2, 1],
    ]);
    expect(new Set(kinds.map(({ color }) => color)).size).toBe(3);
  });

  it('number the voxels of a map by their colour, 0 where all is right', () => {
    const data = Uint16Array.of(0, 1 + errorKind(1, 0, 3), 1 + errorKind(0, 1, 3), 0, 1 + errorKind(1, 2, 3), 0);
    const numbers = colorNumbers({ data, shape: [1, 1, 1, 2, 3] }, errorKinds(confusion), 3);
    expect([...numbers]).toEqual([0, 1, 2, 0, 3, 0]);
  });

  it('share the last colour where there are more kinds than colours', () => {
    const many = Array.from({ length: 5 }, (_, i) => Array.from({ length: 5 }, (_, j) => 5 * i + j + 1));
    const kinds = errorKinds(many);
    expect(kinds).toHaveLength(20);
    expect(new Set(kinds.map(({ color }) => color)).size).toBe(8);
    const rarest = kinds.at(-1)!;
    const data = Uint8Array.of(1 + errorKind(rarest.truth, rarest.predicted, 5));
    expect([...colorNumbers({ data, shape: [1, 1, 1, 1, 1] }, kinds, 5)]).toEqual([8]);
  });
});
