import { describe, expect, it } from 'vitest';
import { randomInteger, randomTensor, seededRandom } from '../testing/random.ts';
import { elementCount, stridesOf, type Shape5 } from './axes.ts';
import { roiShape, translateRoi, wholeRoi, type Roi } from './roi.ts';
import { allocateTensor, copyBox, createTensor, cropTensor, tensorDtype, type Tensor } from './tensor.ts';

/** The value at t, c, z, y, x. */
function at({ data, shape }: Tensor, place: readonly number[]): number | bigint {
  return data[stridesOf(shape).reduce((sum, stride, i) => sum + stride * place[i]!, 0)]!;
}

/** Every place of a box, x fastest. */
function* places(roi: Roi): Generator<number[]> {
  for (let t = roi.start[0]; t < roi.stop[0]; t++)
    for (let c = roi.start[1]; c < roi.stop[1]; c++)
      for (let z = roi.start[2]; z < roi.stop[2]; z++)
        for (let y = roi.start[3]; y < roi.stop[3]; y++)
          for (let x = roi.start[4]; x < roi.stop[4]; x++) yield [t, c, z, y, x];
}

const shape: Shape5 = [2, 3, 4, 5, 6];

describe('tensor', () => {
  it('crops the voxels of the box, for random boxes and every kind of element', () => {
    const random = seededRandom(7);
    for (const dtype of ['uint8', 'int16', 'float32', 'uint64'] as const) {
      const tensor = randomTensor(dtype, shape, 3);
      for (let run = 0; run < 20; run++) {
        const start = shape.map((size) => randomInteger(random, 0, size - 1));
        const stop = shape.map((size, i) => randomInteger(random, start[i]! + 1, size));
        const roi = { start, stop } as unknown as Roi;
        const crop = cropTensor(tensor, roi);
        expect(tensorDtype(crop)).toBe(dtype);
        expect(crop.shape).toEqual(roiShape(roi));
        expect([...crop.data]).toEqual([...places(roi)].map((place) => at(tensor, place)));
      }
    }
  });

  it('copies a box to another place and leaves the rest alone', () => {
    const source = randomTensor('uint8', shape, 4);
    const target = randomTensor('uint8', [3, 3, 5, 6, 7], 5);
    const before = { ...target, data: target.data.slice() };
    const from: Roi = { start: [0, 1, 1, 0, 2], stop: [2, 3, 3, 4, 5] };
    const to = translateRoi(from, [1, -1, 2, 2, 1]);
    copyBox(source, from, target, to);
    const sourcePlaces = [...places(from)];
    const written = new Map([...places(to)].map((place, i) => [place.join(), at(source, sourcePlaces[i]!)]));
    for (const place of places(wholeRoi(target.shape))) {
      expect(at(target, place)).toBe(written.get(place.join()) ?? at(before, place));
    }
  });

  it('crops into memory of its own', () => {
    const tensor = allocateTensor('uint8', [1, 1, 1, 2, 2]);
    const crop = cropTensor(tensor, wholeRoi(tensor.shape));
    crop.data[0] = 9;
    expect(tensor.data[0]).toBe(0);
  });

  it('refuses data that do not fill the shape', () => {
    expect(createTensor(new Uint8Array(elementCount(shape)), shape).shape).toBe(shape);
    expect(() => createTensor(new Uint8Array(719), shape)).toThrow(
      expect.objectContaining({ code: 'shape-mismatch', message: expect.stringMatching(/719 values .* needs 720/) }),
    );
  });
});
