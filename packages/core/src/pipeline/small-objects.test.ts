import { seededRandom } from '../testing/random.ts';
import { describe, expect, it } from 'vitest';
import type { Shape5 } from '../grid/axes.ts';
import { BlockGrid } from '../grid/block-grid.ts';
import { wholeRoi } from '../grid/roi.ts';
import { allocateTensor, copyBox, type Tensor } from '../grid/tensor.ts';
import { caught } from '../test-doubles/caught.ts';
import { memoryImageSource } from '../testing/memory-image.ts';
import { withoutSmallObjects } from './small-objects.ts';

/** A picture as text, one digit per voxel; slices are separated by empty lines. */
function picture(text: string): Tensor {
  const slices = text
    .trim()
    .split(/\n\s*\n/)
    .map((slice) => slice.trim().split(/\s+/));
  const shape: Shape5 = [1, 1, slices.length, slices[0]!.length, slices[0]![0]!.length];
  return { data: Uint8Array.from(slices.flat().join(''), Number), shape };
}

async function filtered(tensor: Tensor, smallest: number): Promise<Tensor> {
  return withoutSmallObjects(memoryImageSource(tensor), smallest).read(wholeRoi(tensor.shape));
}

const flat = picture(`
  1111111
  1211221
  1112221
  3311111
  3331113
`);

describe('withoutSmallObjects', () => {
  it('gives an object of too few voxels the value around it', async () => {
    expect(await filtered(flat, 2)).toEqual(
      picture(`
        1111111
        1111221
        1112221
        3311111
        3331111
      `),
    );
    expect(await filtered(flat, 6)).toEqual(picture('1111111 1111111 1111111 1111111 1111111'));
    expect(await filtered(flat, 1)).toEqual(flat);
  });

  it('counts voxels that touch by their edges only: corners do not join', async () => {
    expect(await filtered(picture('2111 1211 1121 1111'), 2)).toEqual(picture('1111 1111 1111 1111'));
    expect(await filtered(picture('2211 1211 1221 1111'), 5)).toEqual(picture('2211 1211 1221 1111'));
  });

  it('takes the value of most faces, the lower of two', async () => {
    expect(await filtered(picture('111 132 222'), 2)).toEqual(picture('111 112 222'));
    expect(await filtered(picture('1112 1132 1222 1222'), 2)).toEqual(picture('1112 1112 1222 1222'));
  });

  it('follows objects through the slices of a volume, not through time', async () => {
    const tube = picture(`
      1111
      1211
      1111

      1111
      1221
      1111

      1111
      1121
      1111
    `);
    expect(await filtered(tube, 4)).toEqual(tube);
    expect((await filtered(tube, 5)).data).toEqual(new Uint8Array(36).fill(1));
    const movie: Tensor = { data: tube.data, shape: [3, 1, 1, 3, 4] };
    expect([...(await filtered(movie, 2)).data].filter((value) => value === 2)).toHaveLength(2);
  });

  it('leaves an image alone that is one small object', async () => {
    expect(await filtered(picture('22 22'), 9)).toEqual(picture('22 22'));
  });

  it.each<[Shape5, number]>([
    [[1, 1, 1, 60, 50], 12],
    [[2, 1, 14, 22, 20], 7],
  ])('gives the same whatever the boxes, %s', async (shape, smallest) => {
    const random = seededRandom(4);
    const tensor = allocateTensor('uint8', shape);
    for (let i = 0; i < tensor.data.length; i++) tensor.data[i] = random() < 0.55 ? 1 : random() < 0.7 ? 2 : 3;
    const whole = await filtered(tensor, smallest);
    expect(whole.data).not.toEqual(tensor.data);
    for (const box of [
      [1, 1, 3, 7, 11],
      [1, 1, 5, 16, 4],
    ] as Shape5[]) {
      const source = withoutSmallObjects(memoryImageSource(tensor), smallest);
      const joined = allocateTensor('uint8', shape);
      for (const roi of new BlockGrid(wholeRoi(shape), box)) {
        const part = await source.read(roi);
        copyBox(part, wholeRoi(part.shape), joined, roi);
      }
      expect(joined.data).toEqual(whole.data);
    }
  });

  it('refuses what is no number of voxels, and boxes beyond all bounds', async () => {
    for (const smallest of [0, -1, 1.5, Number.NaN]) {
      expect((await caught(() => withoutSmallObjects(memoryImageSource(flat), smallest))).code).toBe(
        'invalid-parameter',
      );
    }
    const huge = memoryImageSource(flat);
    const shape: Shape5 = [1, 1, 1000, 1000, 1000];
    const source = { ...huge, info: { ...huge.info, shape } };
    const error = await caught(() =>
      withoutSmallObjects(source, 500).read({ start: [0, 0, 0, 0, 0], stop: [1, 1, 200, 200, 200] }),
    );
    expect(error.code).toBe('too-large');
  });
});
