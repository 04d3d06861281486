import { describe, expect, it } from 'vitest';
import type { ImageSpec } from '../contracts/image-sink.ts';
import { createTensor, type Tensor } from '../grid/tensor.ts';
import { wholeRoi } from '../grid/roi.ts';
import { countClasses, createCountingSink, voxelMeasureUm } from './class-areas.ts';
import { openImage } from './open-image.ts';

const spec: ImageSpec = { axes: 'yx', shape: [1, 1, 1, 2, 3], dtype: 'uint8', content: 'labels' };
const image = (values: readonly number[]): Tensor => createTensor(Uint8Array.from(values), [1, 1, 1, 2, 3]);

describe('createCountingSink', () => {
  it('counts the voxels of each label over all boxes, classes without one included', async () => {
    const sink = createCountingSink(spec, 3);
    const row = (y: number, values: readonly number[]) =>
      sink.write(
        { start: [0, 0, 0, y, 0], stop: [1, 1, 1, y + 1, 3] },
        createTensor(Uint8Array.from(values), [1, 1, 1, 1, 3]),
      );
    await row(0, [1, 1, 2]);
    await row(1, [0, 2, 1]);
    await sink.close();
    expect(sink.counts).toEqual([1, 3, 2, 0]);
  });

  it('refuses a label above the number of classes', async () => {
    const sink = createCountingSink(spec, 2);
    await expect(sink.write(wholeRoi(spec.shape), image([1, 2, 3, 1, 1, 1]))).rejects.toMatchObject({
      code: 'invalid-labels',
      details: { value: 3, classCount: 2 },
    });
  });

  it('refuses a box outside the image', async () => {
    const sink = createCountingSink(spec, 2);
    const outside = { start: [0, 0, 0, 1, 0], stop: [1, 1, 1, 3, 3] } as const;
    await expect(sink.write(outside, image([1, 1, 1, 1, 1, 1]))).rejects.toMatchObject({ code: 'invalid-roi' });
  });
});

describe('countClasses', () => {
  it('counts a written segmentation as the sink counts one that is being written', async () => {
    const source = await openImage([], { location: { path: 'memory', tensor: image([1, 1, 2, 0, 2, 1]) } });
    expect(await countClasses(source, 3)).toEqual([1, 3, 2, 0]);
  });
});

describe('voxelMeasureUm', () => {
  it('is an area for flat images and a volume for others, in micrometres whatever the unit', () => {
    expect(voxelMeasureUm({ unit: 'micrometer', x: 0.5, y: 2 }, true)).toBe(1);
    expect(voxelMeasureUm({ unit: 'micrometer', x: 0.5, y: 2, z: 3 }, false)).toBe(3);
    expect(voxelMeasureUm({ unit: 'nanometer', x: 500, y: 500 }, true)).toBeCloseTo(0.25, 12);
  });

  it('is unknown without a size, with pixels for a unit, and for volumes without z', () => {
    expect(voxelMeasureUm(undefined, true)).toBeUndefined();
    expect(voxelMeasureUm({ unit: 'pixel', x: 1, y: 1 }, true)).toBeUndefined();
    expect(voxelMeasureUm({ unit: 'micrometer', x: 1, y: 1 }, false)).toBeUndefined();
    expect(voxelMeasureUm({ unit: 'micrometer', x: 1 }, true)).toBeUndefined();
  });
});
