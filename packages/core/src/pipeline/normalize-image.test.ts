import { describe, expect, it } from 'vitest';
import type { NumberArray } from '../grid/dtype.ts';
import type { Shape5 } from '../grid/axes.ts';
import { wholeRoi, type Roi } from '../grid/roi.ts';
import type { Normalization } from '../project/normalization.ts';
import { newProject } from '../project/new-project.ts';
import { setNormalization } from '../project/normalization.ts';
import { caught } from '../test-doubles/caught.ts';
import { fakeServices, isStripe, stripeProject, stripes } from '../test-doubles/phantoms.ts';
import { watchedOutputs } from '../test-doubles/sinks.ts';
import { seededRandom } from '../testing/random.ts';
import { memoryImageSource } from '../testing/memory-image.ts';
import { mapIntensities } from './map-intensities.ts';
import { measureIntensities, normalizeRequest } from './normalize-image.ts';
import { openImage } from './open-image.ts';
import { runPrediction } from './run-prediction.ts';
import { runTraining } from './run-training.ts';

const percentile: Normalization = { method: 'percentile', low: 1, high: 99 };

/** All values of an image after normalisation. */
async function normalized(data: NumberArray, shape: Shape5, normalization: Normalization): Promise<number[]> {
  const source = memoryImageSource({ data, shape });
  const maps = await measureIntensities(source, normalization);
  return [...(await mapIntensities(source, maps, 'image').read(wholeRoi(shape))).data].map(Number);
}
const row = (n: number): Shape5 => [1, 1, 1, 1, n];

describe('normalisation', () => {
  it.each([Uint8Array, Int16Array, Uint16Array, Float32Array, Float64Array, Uint32Array])(
    'maps percentiles to 0 and 1 and goes on beyond them: %o',
    async (Type) => {
      // 0, 1 … 100: the smallest value that 10 % of the 101 voxels do not exceed is 10, for 90 % it is 90.
      const found = await normalized(Type.from(Array.from({ length: 101 }, (_, i) => i)), row(101), {
        method: 'percentile',
        low: 10,
        high: 90,
      });
      // A bin of a float image is 1/65535 of its range.
      for (const [i, value] of found.entries()) expect(Math.abs(value - (i - 10) / 80)).toBeLessThan(1e-4);
    },
  );

  it('finds the largest value of any range of floats', async () => {
    const random = seededRandom(7);
    for (let run = 0; run < 60; run++) {
      const data = Float64Array.from({ length: 50 }, () => random() * 10 ** (run % 7) - run);
      const [map] = await measureIntensities(memoryImageSource({ data, shape: row(50) }), {
        method: 'percentile',
        low: 0,
        high: 100,
      });
      const [low, high] = [Math.min(...data), Math.max(...data)];
      expect(map!.from[0]).toBeCloseTo(low, 9);
      expect(Math.abs(map!.from[1]! - high)).toBeLessThan((high - low) / 60_000);
    }
  });

  it('gives mean 0 and standard deviation 1, also far from 0', async () => {
    const data = Float64Array.from({ length: 4 }, (_, i) => 1e9 + [2, 4, 4, 6][i]!);
    // Mean 4, variance (4 + 0 + 0 + 4) / 4 = 2.
    const expected = [-Math.SQRT2, 0, 0, Math.SQRT2];
    const maps = await measureIntensities(memoryImageSource({ data, shape: row(4) }), { method: 'z-score' });
    expect(maps[0]!.from[0]).toBeCloseTo(1e9 + 4, 6);
    expect(maps[0]!.from[1]! - maps[0]!.from[0]!).toBeCloseTo(Math.SQRT2, 6);
    const near = await normalized(Float32Array.of(2, 4, 4, 6), row(4), { method: 'z-score' });
    near.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 6));
  });

  it('equalises: every value becomes the share of voxels that are not brighter', async () => {
    const values = Uint8Array.of(7, 7, 50, 50, 50, 50, 200, 255, 255, 7);
    expect(await normalized(values, row(10), { method: 'equalize' })).toEqual(
      [0.3, 0.3, 0.7, 0.7, 0.7, 0.7, 0.8, 1, 1, 0.3].map(Math.fround),
    );
    const ramp = Uint16Array.from({ length: 20_000 }, (_, i) => 3 * i);
    const found = await normalized(ramp, row(20_000), { method: 'equalize' });
    found.forEach((value, i) => expect(Math.abs(value - (i + 1) / 20_000)).toBeLessThan(1 / 1024));
  });

  it('measures each channel by itself, over all time points', async () => {
    const data = Float32Array.of(0, 10, 100, 300, 10, 20, 300, 500);
    const found = await normalized(data, [2, 2, 1, 1, 2], { method: 'percentile', low: 0, high: 100 });
    expect(found).toEqual([0, 0.5, 0, 0.5, 0.5, 1, 0.5, 1]);
  });

  it('makes an image of one value 0, or its share', async () => {
    for (const Type of [Uint8Array, Float32Array]) {
      const flat = Type.from([5, 5, 5]);
      expect(await normalized(flat, row(3), percentile)).toEqual([0, 0, 0]);
      expect(await normalized(flat, row(3), { method: 'z-score' })).toEqual([0, 0, 0]);
      expect(await normalized(flat, row(3), { method: 'equalize' })).toEqual([1, 1, 1]);
    }
  });

  it('refuses NaN and percentiles that make no sense', async () => {
    const broken = memoryImageSource({ data: Float32Array.of(1, Number.NaN), shape: row(2) });
    expect((await caught(() => measureIntensities(broken, percentile))).code).toBe('not-finite');
    const project = newProject(fakeServices().catalog);
    for (const [low, high] of [
      [99, 1],
      [-1, 50],
      [50, 101],
      [Number.NaN, 50],
    ] as const) {
      const error = await caught(() => setNormalization(project, { method: 'percentile', low, high }));
      expect(error.code).toBe('invalid-parameter');
    }
  });

  it('uses a coarser level of a very large image', async () => {
    const levels = ([[1, 1, 1, 20_000, 20_000] as const, [1, 1, 1, 4096, 4096] as const] as const).map((shape, i) => ({
      shape,
      chunkShape: [1, 1, 1, 512, 512] as const,
      downsampling: [1, 1, 1, 5 ** i, 5 ** i] as const,
    }));
    const read: (number | undefined)[] = [];
    const source = memoryImageSource({ data: new Uint8Array(4), shape: [1, 1, 1, 2, 2] });
    const large = {
      ...source,
      info: { ...source.info, shape: levels[0]!.shape, levels },
      read: async (roi: Roi, options?: { level?: number }) => {
        read.push(options?.level);
        const size = roi.stop.reduce((product, stop, i) => product * (stop - roi.start[i]!), 1);
        return { data: new Uint8Array(size).fill(3), shape: [1, 1, 1, 1, size] as const };
      },
    };
    await measureIntensities(large, percentile);
    expect(new Set(read)).toEqual(new Set([1]));
  });
});

describe('a project with normalisation', () => {
  const shape: Shape5 = [1, 1, 1, 20, 24];
  it('segments an image of another brightness as well as its own', async () => {
    const image = stripes(shape);
    const faint = { data: Uint16Array.from(image.data as Uint8Array, (value) => 1000 + 7 * value), shape };
    const services = fakeServices(2);
    const project = setNormalization(stripeProject(image), percentile);
    const trained = (await runTraining(project, { services })).project;
    const results: unknown[] = [];
    for (const tensor of [image, faint]) {
      const { outputs, store } = watchedOutputs(['segmentation', 'features']);
      await runPrediction(trained, {
        services,
        image: { location: { path: 'image', tensor } },
        outputs,
        blockShape: [1, 7, 9],
      });
      const { data } = store.images.get('segmentation')!.tensor;
      results.push([...data]);
      const right = [...data].filter((label, i) => label === (isStripe(i % 24) ? 2 : 1)).length;
      expect(right / data.length).toBeGreaterThan(0.9);
    }
    expect(results[1]).toEqual(results[0]);
  });

  it('forgets its model when the normalisation changes', async () => {
    const image = stripes(shape);
    const trained = (await runTraining(stripeProject(image), { services: fakeServices() })).project;
    expect(setNormalization(trained, percentile).classifier.model).toBeUndefined();
    const none = setNormalization(setNormalization(trained, percentile), undefined);
    expect('normalization' in none).toBe(false);
  });
});

describe('an image request', () => {
  it('is normalised once, and opened as float32', async () => {
    const request = { location: { path: 'image', tensor: { data: Uint8Array.of(10, 30), shape: row(2) } } };
    const normalizedRequest = await normalizeRequest([], request, { normalization: percentile });
    expect(await normalizeRequest([], normalizedRequest, { normalization: { method: 'z-score' } })).toBe(
      normalizedRequest,
    );
    expect(await normalizeRequest([], request, { normalization: undefined })).toBe(request);
    const source = await openImage([], normalizedRequest);
    expect(source.info.dtype).toBe('float32');
    expect((await source.read(wholeRoi(row(2)))).data).toEqual(Float32Array.of(0, 1));
  });
});
