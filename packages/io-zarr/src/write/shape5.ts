import type { Shape5 } from '@brushwood/core';

/** Five numbers, one for each axis of tczyx. */
export function shape5(value: (axis: 0 | 1 | 2 | 3 | 4) => number): Shape5 {
  return [value(0), value(1), value(2), value(3), value(4)];
}
