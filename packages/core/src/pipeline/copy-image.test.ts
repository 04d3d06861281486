import { describe, expect, it } from 'vitest';
import type { ImageSink, ImageSpec } from '../contracts/image-sink.ts';
import type { ImageSource } from '../contracts/image-source.ts';
import { elementCount, type Shape5 } from '../grid/axes.ts';
import { allocateArray, dtypeRange, type Dtype, type TypedArray } from '../grid/dtype.ts';
import { roiShape, type Roi } from '../grid/roi.ts';
import { cropTensor, createTensor, type Tensor } from '../grid/tensor.ts';
import { caught } from '../test-doubles/caught.ts';
import { copyImage } from './copy-image.ts';
import { createMemorySink } from './memory-sink.ts';
import { openImage } from './open-image.ts';

const shape: Shape5 = [2, 2, 5, 7, 9];

function ramp(dtype: Dtype, of: Shape5 = shape): Tensor {
  const data = allocateArray(dtype, elementCount(of));
  for (let i = 0; i < data.length; i++) data[i] = (typeof data[0] === 'bigint' ? BigInt(i % 100) : i % 100) as never;
  return createTensor(data, of);
}

/** The tensor as a source that says it has chunks, and notes what was read. */
async function sourceOf(tensor: Tensor, chunkShape: Shape5 = tensor.shape): Promise<ImageSource & { reads: Roi[] }> {
  const inner = await openImage([], { location: { path: 'memory', tensor } });
  const reads: Roi[] = [];
  const info = { ...inner.info, levels: [{ ...inner.info.levels[0]!, chunkShape }] };
  return {
    info,
    reads,
    read: (roi, options) => (reads.push(roi), inner.read(roi, options)),
    close: () => inner.close(),
  };
}

function sinkOf(dtype: Dtype, options: Partial<Pick<ImageSink, 'writeShape' | 'unitShape'>> & { shape?: Shape5 } = {}) {
  const spec: ImageSpec = { axes: 'tczyx', shape: options.shape ?? shape, dtype, content: 'intensity' };
  return { ...createMemorySink(spec), ...options };
}

/** Values of one row into another dtype. */
async function cast(values: TypedArray, dtype: Dtype, scaling?: Parameters<typeof copyImage>[2]) {
  const row: Shape5 = [1, 1, 1, 1, values.length];
  const sink = sinkOf(dtype, { shape: row });
  await copyImage(await sourceOf(createTensor(values, row)), sink, scaling);
  return sink.tensor.data;
}

describe('copyImage', () => {
  it.each([
    ['one box', 1e9, [1, 1, 1, 1, 1]],
    ['many small boxes', 64, [1, 1, 1, 1, 1]],
    ['boxes of the sink', 100, [1, 1, 2, 3, 4]],
  ] as const)('gives the same image in %s', async (_, boxBytes, writeShape) => {
    const sink = sinkOf('uint8', { writeShape });
    const source = await sourceOf(ramp('uint8'), [1, 1, 1, 4, 4]);
    await copyImage(source, sink, { boxBytes });
    expect(sink.tensor.data).toEqual(ramp('uint8').data);
    const voxels = source.reads.map((roi) => elementCount(roiShape(roi)));
    expect(Math.max(...voxels)).toBeLessThanOrEqual(boxBytes);
    expect(voxels.reduce((sum, n) => sum + n, 0)).toBe(elementCount(shape));
  });

  it('copies a part of the image to the start of the new one', async () => {
    const roi: Roi = { start: [1, 0, 1, 2, 3], stop: [2, 2, 4, 6, 9] };
    const sink = sinkOf('uint8', { shape: roiShape(roi) });
    await copyImage(await sourceOf(ramp('uint8')), sink, { roi });
    expect(sink.tensor.data).toEqual(cropTensor(ramp('uint8'), roi).data);
  });

  it('finishes a unit before it begins the next, and no box reaches into two', async () => {
    const unitShape: Shape5 = [1, 2, 4, 4, 8];
    const sink = sinkOf('uint8', { writeShape: [1, 1, 2, 2, 2], unitShape });
    const source = await sourceOf(ramp('uint8'));
    await copyImage(source, sink, { boxBytes: 64 });
    const units = source.reads.map(({ start, stop }) => {
      const first = start.map((at, i) => Math.floor(at / unitShape[i]!));
      expect(first).toEqual(stop.map((at, i) => Math.floor((at - 1) / unitShape[i]!)));
      return first.join();
    });
    const changes = units.filter((unit, i) => unit !== units[i - 1]);
    expect(changes).toEqual([...new Set(units)]);
    expect(sink.tensor.data).toEqual(ramp('uint8').data);
  });

  it('reads no chunk twice where a chunk fits', async () => {
    const source = await sourceOf(ramp('uint8'), [1, 1, 5, 4, 4]);
    await copyImage(source, sinkOf('uint8'), { boxBytes: 80 });
    const inChunks = source.reads.every(({ start, stop }) => {
      return [3, 4].every((axis) => start[axis]! % 4 === 0 && stop[axis]! - start[axis]! <= 4);
    });
    expect(inChunks).toBe(true);
  });

  it('tells how far it is, and stops when it is told to', async () => {
    const seen: number[] = [];
    const source = await sourceOf(ramp('uint8'));
    await copyImage(source, sinkOf('uint8'), {
      boxBytes: 300,
      onProgress: ({ done, total }) => seen.push(done / total),
    });
    expect(seen.at(-1)).toBe(1);
    const stop = new AbortController();
    const running = copyImage(source, sinkOf('uint8'), {
      boxBytes: 300,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    expect(await caught(() => running)).toMatchObject({ code: 'aborted' });
  });

  it('refuses a sink of another shape and a box outside the image', async () => {
    const source = await sourceOf(ramp('uint8'));
    const small = sinkOf('uint8', { shape: [1, 1, 1, 1, 1] });
    expect(await caught(() => copyImage(source, small))).toMatchObject({ code: 'shape-mismatch' });
    const outside = { start: [0, 0, 0, 0, 5], stop: [2, 2, 5, 7, 10] } as const;
    expect(await caught(() => copyImage(source, sinkOf('uint8'), { roi: outside }))).toMatchObject({
      code: 'invalid-roi',
    });
  });
});

describe('copyImage into another dtype', () => {
  it('keeps values that exist there exactly', async () => {
    expect(await cast(Uint8Array.of(0, 255), 'int16')).toEqual(Int16Array.of(0, 255));
    expect(await cast(Float32Array.of(0, 3, 250), 'uint8')).toEqual(Uint8Array.of(0, 3, 250));
    expect(await cast(Float64Array.of(0.5, NaN, -Infinity), 'float32')).toEqual(Float32Array.of(0.5, NaN, -Infinity));
    expect(await cast(BigUint64Array.of(7n, 2n ** 32n - 1n), 'uint32')).toEqual(Uint32Array.of(7, 2 ** 32 - 1));
    expect(await cast(BigUint64Array.of(2n ** 53n), 'float64')).toEqual(Float64Array.of(2 ** 53));
    expect(await cast(Int32Array.of(-5), 'int64')).toEqual(BigInt64Array.of(-5n));
    expect(await cast(BigInt64Array.of(2n ** 62n), 'uint64')).toEqual(BigUint64Array.of(2n ** 62n));
  });

  it.each([
    ['300', Uint16Array.of(1, 300), 'uint8'],
    ['-1', Int8Array.of(-1), 'uint8'],
    ['0.5', Float32Array.of(0.5), 'uint16'],
    ['NaN', Float32Array.of(NaN), 'int64'],
    ['16777217', Int32Array.of(16_777_217), 'float32'],
    ['9007199254740993', BigInt64Array.of(2n ** 53n + 1n), 'float64'],
    ['-1', BigInt64Array.of(-1n), 'uint64'],
    ['1e+39', Float64Array.of(1e39), 'float32'],
  ] as const)('refuses %s, which would become another value', async (text, values, dtype) => {
    const error = await caught(() => cast(values, dtype));
    expect(error).toMatchObject({ code: 'unsupported-dtype', message: expect.stringContaining(`holds ${text} `) });
  });

  it('rounds float64 to float32, as is expected of floats', async () => {
    expect(await cast(Float64Array.of(0.1), 'float32')).toEqual(Float32Array.of(0.1));
  });

  it('scales, rounds half to even and clips where it is asked to', async () => {
    // 0…4 → 0…2: 0, 0.5, 1, 1.5, 2, and beyond
    const values = Float32Array.of(0, 1, 2, 3, 4, 1000, -7, NaN);
    const halved = await cast(values, 'uint8', { scaling: { from: [0, 4], to: [0, 2] } });
    expect([...halved]).toEqual([0, 0, 1, 2, 2, 255, 0, 0]);
    const whole = await cast(Uint16Array.of(0, 32768, 65535), 'uint8', { scaling: { from: [0, 65535] } });
    expect([...whole]).toEqual([0, 128, dtypeRange('uint8')[1]]);
    expect(await cast(Uint8Array.of(51), 'float32', { scaling: { from: [0, 255] } })).toEqual(Float32Array.of(0.2));
  });
});

describe('copyImage of a whole image', () => {
  it('covers every voxel of an image that is no multiple of anything', async () => {
    const sink = sinkOf('int16', { writeShape: [1, 2, 3, 3, 5] });
    await copyImage(await sourceOf(ramp('uint8'), [1, 1, 2, 2, 2]), sink, { boxBytes: 200 });
    expect([...(sink.tensor.data as Int16Array)]).toEqual([...(ramp('uint8').data as Uint8Array)]);
  });
});
