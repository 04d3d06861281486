import { describe, expect, it } from 'vitest';
import { labelBlocks, countLabels } from '../project/labels.ts';
import { cropTensor } from '../grid/tensor.ts';
import { blobsPhantom, noisePhantom, stripesPhantom, strokesOn } from './phantoms.ts';
import { seededRandom } from './random.ts';

const phantoms = {
  blobs: () => blobsPhantom(),
  'blobs in a volume': () => blobsPhantom({ shape: [1, 1, 12, 20, 24], count: 4, radius: 5 }),
  stripes: () => stripesPhantom(),
};

describe.each(Object.entries(phantoms))('%s', (_, make) => {
  it('is the same every time', () => {
    expect(make()).toEqual(make());
  });

  it('has both classes, and objects that are brighter than the ground', () => {
    const { image, truth } = make();
    const mean = (value: number) => {
      const greys = Array.from(image.data, Number).filter((_, i) => truth.data[i] === value);
      return greys.reduce((sum, grey) => sum + grey, 0) / greys.length;
    };
    expect(mean(2) - mean(1)).toBeGreaterThan(60);
  });

  it('gets strokes that agree with the truth', () => {
    const { truth } = make();
    const labels = strokesOn(truth, { perClass: 3, length: 5 });
    for (const { roi, data } of labelBlocks(labels)) {
      const known = cropTensor(truth, roi).data;
      data.forEach((label, i) => expect(label === 0 || label === known[i]).toBe(true));
    }
    const counts = countLabels(labels, 2);
    expect(counts.every((count) => count >= 3 && count <= 15)).toBe(true);
  });
});

describe('noisePhantom', () => {
  it('has nothing to find', () => {
    expect(new Set(noisePhantom().truth.data as Uint8Array)).toEqual(new Set([1]));
  });
});

describe('seededRandom', () => {
  it('is uniform in 0…1 and depends on the seed', () => {
    const [a, b] = [seededRandom(1), seededRandom(2)];
    const values = Array.from({ length: 10_000 }, a);
    // Mean 1/2 and standard error 1/sqrt(12 · 10⁴) ≈ 0.003.
    expect(values.reduce((sum, value) => sum + value, 0) / values.length).toBeCloseTo(0.5, 1.5);
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
    expect(b()).not.toBe(values[0]);
  });
});
