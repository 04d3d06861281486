import { expect, it } from 'vitest';
import { placeOfPart } from './place-of-part.ts';

it('a cut-out lies where it lay in the whole, from the origin the whole has', () => {
  const size = { unit: 'micrometer', x: 0.5, y: 0.25, z: 2, origin: { x: 100 } };
  const roi = { start: [3, 1, 4, 8, 20], stop: [4, 2, 5, 9, 30] } as const;
  expect(placeOfPart(size, roi)).toEqual({ ...size, origin: { x: 110, y: 2, z: 8, t: 3 } });
  expect(placeOfPart(size, { start: [0, 2, 0, 0, 0], stop: [1, 3, 1, 9, 30] })).toBe(size);
});
