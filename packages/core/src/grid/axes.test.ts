import { describe, expect, it } from 'vitest';
import { BrushwoodError } from '../errors.ts';
import { seededRandom } from '../testing/random.ts';
import { AxisOrder, axisIndex, checkAxes, coreAxes, elementCount, guessAxes, stridesOf, type Shape5 } from './axes.ts';

/** Every order of every subset of letters that holds x and y. */
function allOrders(): string[] {
  const grow = (prefix: string): string[] => [
    prefix,
    ...[...coreAxes].filter((axis) => !prefix.includes(axis)).flatMap((axis) => grow(prefix + axis)),
  ];
  return grow('').filter((axes) => axes.includes('x') && axes.includes('y'));
}

const sizes: Readonly<Record<string, number>> = { t: 2, c: 3, z: 4, y: 5, x: 6 };

describe('guessAxes', () => {
  const table: [number[], string][] = [
    [[5, 6], 'yx'],
    [[5, 6, 3], 'yxc'],
    [[5, 6, 4], 'yxc'],
    [[5, 6, 1], 'yxc'],
    [[5, 6, 5], 'zyx'],
    [[3, 5, 6], 'zyx'],
    [[4, 5, 6, 2], 'zyxc'],
    [[4, 5, 6, 9], 'zyxc'],
    [[2, 4, 5, 6, 3], 'tzyxc'],
  ];
  for (const [shape, axes] of table) {
    it(`reads an array of shape (${shape.join(', ')}) as ${axes}`, () => expect(guessAxes(shape)).toBe(axes));
  }

  it('refuses arrays of one axis or of six', () => {
    expect(() => guessAxes([7])).toThrow(/2 to 5 axes are expected, found 1/);
    expect(() => guessAxes([1, 2, 3, 4, 5, 6])).toThrow(/found 6/);
  });
});

describe('checkAxes', () => {
  const wrong: [string, number[], RegExp][] = [
    ['yq', [5, 6], /"q" is not one of t, c, z, y, x/],
    ['yy', [5, 6], /a letter appears twice/],
    ['yx', [5, 6, 3], /2 letters for 3 axes/],
    ['zy', [5, 6], /x and y are required/],
  ];
  for (const [axes, shape, message] of wrong) {
    it(`says what is wrong with "${axes}" for ${shape.length} axes, and how to name them`, () => {
      const error = caught(() => checkAxes(axes, shape, 'cells.npy'));
      expect(error.code).toBe('axes-mismatch');
      expect(error.message).toMatch(message);
      expect(error.message).toMatch(/^cells\.npy: /);
      expect(error.message).toContain(`--input-axes ${guessAxes(shape)}`);
    });
  }

  it('accepts axes that fit', () => {
    for (const axes of allOrders()) checkAxes(axes, Array<number>(axes.length).fill(1), 'image');
  });
});

describe('AxisOrder', () => {
  it('brings every order of axes to tczyx and back without losing a voxel', () => {
    const random = seededRandom(1);
    for (const axes of allOrders()) {
      const order = new AxisOrder(axes);
      const fileShape = [...axes].map((axis) => sizes[axis]!);
      const data = Float32Array.from({ length: elementCount(fileShape) }, () => random());
      const coreShape = order.toCoreShape(fileShape);
      expect(order.toFileShape(coreShape), axes).toEqual(fileShape);
      const core = order.toCore(data, fileShape);
      expect([...order.fromCore(core, coreShape)], axes).toEqual([...data]);
      expectPlacedByName(core, coreShape, { data, fileShape, axes });
    }
  });

  it('keeps the element type, 64-bit integers included', () => {
    const order = new AxisOrder('xy');
    expect(order.toCore(BigInt64Array.of(1n, 2n, 3n, 4n), [2, 2])).toEqual(BigInt64Array.of(1n, 3n, 2n, 4n));
    expect(order.toCore(Uint16Array.of(1, 2, 3, 4), [2, 2])).toEqual(Uint16Array.of(1, 3, 2, 4));
  });

  it('returns the data itself where only axes of one voxel are out of order', () => {
    const order = new AxisOrder('cyxz');
    const data = Uint8Array.of(1, 2, 3, 4, 5, 6);
    expect(order.isCoreOrder([1, 1, 1, 2, 3])).toBe(true);
    expect(order.toCore(data, [1, 2, 3, 1])).toBe(data);
    expect(order.fromCore(data, [1, 1, 1, 2, 3])).toBe(data);
    expect(order.isCoreOrder([1, 1, 2, 2, 3])).toBe(false);
  });

  it('gives a box in the order of the file', () => {
    const roi = { start: [0, 1, 2, 3, 4] as Shape5, stop: [1, 2, 4, 6, 8] as Shape5 };
    expect(new AxisOrder('yxc').toFileRoi(roi)).toEqual({ start: [3, 4, 1], stop: [6, 8, 2] });
  });
});

describe('shapes and strides', () => {
  it('counts elements and strides of a contiguous array', () => {
    expect(elementCount([2, 3, 4])).toBe(24);
    expect(stridesOf([2, 3, 4])).toEqual([12, 4, 1]);
    expect([...coreAxes].map((axis) => axisIndex(axis as 't'))).toEqual([0, 1, 2, 3, 4]);
  });
});

/** Every file voxel must be found at the same named coordinates in core. */
function expectPlacedByName(
  core: Float32Array,
  coreShape: Shape5,
  file: { data: Float32Array; fileShape: number[]; axes: string },
): void {
  const fileStrides = stridesOf(file.fileShape);
  const coreStrides = stridesOf(coreShape);
  const wrong: number[] = [];
  for (let i = 0; i < file.data.length; i++) {
    let at = 0;
    for (const [k, axis] of [...file.axes].entries()) {
      const position = Math.floor(i / fileStrides[k]!) % file.fileShape[k]!;
      at += position * coreStrides[coreAxes.indexOf(axis)]!;
    }
    if (core[at] !== file.data[i]) wrong.push(i);
  }
  expect(wrong, file.axes).toEqual([]);
}

function caught(action: () => unknown): BrushwoodError {
  try {
    action();
  } catch (error) {
    if (error instanceof BrushwoodError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
