import { BlockArena, plainEngine, type FilterKernels, type HalfTaps, type Shape3, type Volume } from '@brushwood/core';
import { seededRandom, twinTolerance } from '@brushwood/core/testing';
import { describe, expect, it } from 'vitest';
import { wasmSimdEngine } from './wasm-simd-engine.ts';

/** An engine with memory, and where its volumes lie: in that memory or elsewhere. */
interface Subject {
  readonly kernels: FilterKernels;
  allocate(length: number): Float32Array;
}

function inArena(engine: typeof plainEngine): Subject {
  const arena = new BlockArena(32 * 2 ** 20);
  return { kernels: engine.bind(arena), allocate: (length) => arena.allocateFloat32(length) };
}

function elsewhere(engine: typeof plainEngine): Subject {
  const kernels = engine.bind(new BlockArena(32 * 2 ** 20));
  return { kernels, allocate: (length) => new Float32Array(length) };
}

function volume(subject: Subject, shape: Shape3, values?: ArrayLike<number>): Volume {
  const data = subject.allocate(shape[0] * shape[1] * shape[2]);
  if (values) data.set(values);
  else data.fill(NaN);
  return { data, shape };
}

/** A shape whose only long axis is `axis`. */
function line(axis: 0 | 1 | 2, n: number): Shape3 {
  return [axis === 0 ? n : 1, axis === 1 ? n : 1, axis === 2 ? n : 1];
}

function randomValues(length: number, seed: number, range = 255): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length }, () => random() * range);
}

function taps(values: readonly number[], isOdd = false): HalfTaps {
  return { values: Float32Array.from(values), isOdd };
}

function correlated(subject: Subject, input: Volume, axis: 0 | 1 | 2, kernel: HalfTaps): number[] {
  const output = volume(subject, input.shape);
  subject.kernels.correlate(input, output, { axis, taps: kernel, offset: [0, 0, 0] });
  return [...output.data];
}

function eigenvaluesOf(subject: Subject, entries: readonly number[]): number[] {
  const volumes = entries.map((entry) => volume(subject, [1, 1, 1], [entry]));
  const out = subject.allocate(entries.length === 3 ? 2 : 3);
  subject.kernels.eigenvalues(volumes, { start: [0, 0, 0], shape: [1, 1, 1] }, out);
  return [...out];
}

const subjects = [
  { name: 'plain', make: () => inArena(plainEngine) },
  { name: 'wasm-simd in the arena', make: () => inArena(wasmSimdEngine) },
  { name: 'wasm-simd on other memory', make: () => elsewhere(wasmSimdEngine) },
];

describe.each(subjects)('filter kernels: $name', ({ make }) => {
  describe.each([0, 1, 2] as const)('correlate along axis %i', (axis) => {
    it('mirrors the ends without repeating the edge voxel', () => {
      const subject = make();
      const input = volume(subject, line(axis, 3), [10, 20, 40]);
      expect(correlated(subject, input, axis, taps([0, 1]))).toEqual([40, 50, 40]);
    });

    it('goes on mirroring, with period 2(n−1), where the kernel is longer than the image', () => {
      const subject = make();
      const input = volume(subject, line(axis, 3), [10, 20, 40]);
      // f[i ± 5] = f[i ± 1] for period 4.
      expect(correlated(subject, input, axis, taps([0, 0, 0, 0, 0, 1]))).toEqual([40, 50, 40]);
      expect(correlated(subject, volume(subject, line(axis, 1), [7]), axis, taps([1, 1, 1]))).toEqual([35]);
    });

    it('subtracts the left neighbour with odd taps: 1 on a ramp, 0 at the mirrored ends', () => {
      const subject = make();
      const ramp = Array.from({ length: 23 }, (_, i) => i);
      const expected = ramp.map((i) => (i === 0 || i === 22 ? 0 : 1));
      expect(correlated(subject, volume(subject, line(axis, 23), ramp), axis, taps([0, 0.5], true))).toEqual(expected);
    });

    it('copies with radius 0', () => {
      const subject = make();
      const values = [3, 1, 4, 1, 5];
      expect(correlated(subject, volume(subject, line(axis, 5), values), axis, taps([1]))).toEqual(values);
      expect(correlated(subject, volume(subject, line(axis, 5), values), axis, taps([0], true))).toEqual(values);
    });

    it.each([1, 2, 3, 9])('writes a smaller output as the same bits of the whole, radius %i', (radius) => {
      const subject = make();
      const input = volume(subject, [9, 11, 43], randomValues(9 * 11 * 43, 1));
      const kernel = taps(Array.from({ length: radius + 1 }, (_, j) => 0.4 / (1 + j)));
      const whole = volume(subject, input.shape);
      subject.kernels.correlate(input, whole, { axis, taps: kernel, offset: [0, 0, 0] });
      for (const [offset, shape] of [
        [
          [2, 3, 5],
          [4, 5, 21],
        ],
        [
          [0, 0, 0],
          [9, 11, 1],
        ],
        [
          [8, 10, 42],
          [1, 1, 1],
        ],
        [
          [1, 0, 1],
          [8, 11, 42],
        ],
      ] as const) {
        const part = volume(subject, shape);
        const crop = subject.allocate(part.data.length);
        subject.kernels.correlate(input, part, { axis, taps: kernel, offset });
        subject.kernels.crop(whole, { start: offset, shape }, crop);
        expect(part.data).toEqual(crop);
      }
    });

    it('gives a voxel the same bits wherever it lies in the block', () => {
      const subject = make();
      const [nz, ny, nx] = [13, 14, 61];
      const values = randomValues(nz * ny * nx, 2);
      const whole = volume(subject, [nz, ny, nx], values);
      const kernel = taps([0.3, 0.25, 0.1]);
      const expected = volume(subject, [5, 5, 20]);
      subject.kernels.correlate(whole, expected, { axis, taps: kernel, offset: [4, 5, 20] });
      for (const shift of [2, 3, 4]) {
        const start: Shape3 = [4 - shift, 5 - shift, 20 - 3 * shift];
        const shape: Shape3 = [nz - start[0], ny - start[1], nx - start[2]];
        const block = volume(subject, shape);
        subject.kernels.crop(whole, { start, shape }, block.data);
        const found = volume(subject, expected.shape);
        subject.kernels.correlate(block, found, { axis, taps: kernel, offset: [shift, shift, 3 * shift] });
        expect(found.data).toEqual(expected.data);
      }
    });
  });

  it('multiplies in place', () => {
    const subject = make();
    const a = volume(subject, [1, 1, 7], [1, 2, 3, 4, 5, 6, 7]);
    const b = volume(subject, [1, 1, 7], [2, 2, 2, 2, 2, 2, 3]);
    subject.kernels.multiply(a, b, a);
    expect([...a.data]).toEqual([2, 4, 6, 8, 10, 12, 21]);
    subject.kernels.multiply(b, b, b);
    expect([...b.data]).toEqual([4, 4, 4, 4, 4, 4, 9]);
  });

  it('adds, subtracts and takes magnitudes over a box', () => {
    const subject = make();
    const shape: Shape3 = [2, 3, 9];
    const core = { start: [1, 1, 2], shape: [1, 2, 6] } as const;
    const count = (scale: number) => Array.from({ length: 54 }, (_, i) => i * scale);
    const [a, b] = [volume(subject, shape, count(3)), volume(subject, shape, count(4))];
    const inBox = [38, 39, 40, 41, 42, 43, 47, 48, 49, 50, 51, 52];
    const out = subject.allocate(12);
    subject.kernels.sum([a, b, a], core, out);
    expect([...out]).toEqual(inBox.map((i) => 10 * i));
    subject.kernels.subtract(b, a, core, out);
    expect([...out]).toEqual(inBox);
    subject.kernels.magnitude([a, b], core, out);
    expect([...out]).toEqual(inBox.map((i) => 5 * i));
  });

  it('finds the eigenvalues of matrices one can work out by hand, largest first', () => {
    const subject = make();
    expect(eigenvaluesOf(subject, [2, 0, -5])).toEqual([2, -5]);
    expect(eigenvaluesOf(subject, [0, 3, 0])).toEqual([3, -3]);
    expect(eigenvaluesOf(subject, [7, 0, 7])).toEqual([7, 7]);
    const cases: [number[], number[]][] = [
      [
        [1, 0, 0, 2, 0, 3],
        [3, 2, 1],
      ],
      [
        [-3, 0, 0, 5, 0, -1],
        [5, -1, -3],
      ],
      [
        [0, 0, 0, 0, 0, 0],
        [0, 0, 0],
      ],
      [
        [4, 0, 0, 4, 0, 4],
        [4, 4, 4],
      ],
      [
        [0, 0, 0, 0, 0, 9],
        [9, 0, 0],
      ],
      [
        [0, 0, 0, -9, 0, 0],
        [0, 0, -9],
      ],
      [
        [0, 1, 1, 0, 1, 0],
        [2, -1, -1],
      ],
      [
        [2, 1, 0, 2, 0, 5],
        [5, 3, 1],
      ],
      [
        [1, 1, 1, 1, 1, 1],
        [3, 0, 0],
      ],
    ];
    for (const [entries, expected] of cases) {
      const range = Math.max(...expected.map(Math.abs));
      eigenvaluesOf(subject, entries).forEach((value, i) => {
        expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(1e-7 * range);
      });
    }
  });

  it.each([1e-38, 1e-30, 1e-10, 1e10, 1e30, 1e37])('keeps 3-D eigenvalues exact at magnitude %s', (scale) => {
    const found = eigenvaluesOf(
      make(),
      [2, 1, 0, 2, 0, 5].map((entry) => entry * scale),
    );
    [5, 3, 1].forEach((expected, i) => expect(Math.abs(found[i]! / scale - expected)).toBeLessThan(2e-6));
  });

  it('gives eigenvalues with the trace, the squared norm and the determinant of the matrix', () => {
    const subject = make();
    const n = 501;
    const random = seededRandom(5);
    const entries = Array.from({ length: 6 }, () => Array.from({ length: n }, () => random() * 200 - 100));
    const volumes = entries.map((values) => volume(subject, [1, 1, n], values));
    const out = subject.allocate(3 * n);
    subject.kernels.eigenvalues(volumes, { start: [0, 0, 0], shape: [1, 1, n] }, out);
    for (let i = 0; i < n; i++) {
      const [zz, zy, zx, yy, yx, xx] = volumes.map(({ data }) => data[i]!) as [
        number,
        number,
        number,
        number,
        number,
        number,
      ];
      const [large, middle, small] = [out[i]!, out[n + i]!, out[2 * n + i]!];
      const norm = zz ** 2 + yy ** 2 + xx ** 2 + 2 * (zy ** 2 + zx ** 2 + yx ** 2);
      const det = zz * (yy * xx - yx * yx) - zy * (zy * xx - yx * zx) + zx * (zy * yx - yy * zx);
      expect(large >= middle && middle >= small).toBe(true);
      expect(Math.abs(large + middle + small - (zz + yy + xx))).toBeLessThan(5e-7 * Math.sqrt(norm));
      expect(Math.abs(large ** 2 + middle ** 2 + small ** 2 - norm)).toBeLessThan(1e-6 * norm);
      expect(Math.abs(large * middle * small - det)).toBeLessThan(1e-6 * norm ** 1.5);
    }
  });
});

describe('filter kernels: wasm-simd beside its readable twin', () => {
  const shapes: readonly Shape3[] = [
    [1, 37, 53],
    [11, 13, 18],
    [2, 3, 5],
    [40, 6, 3],
  ];
  const half = (radius: number) => Array.from({ length: radius + 1 }, (_, j) => 1 / (1 + j) / (2 * radius + 1));
  const kernels = [1, 2, 3, 7, 35, 300].flatMap((radius) => [
    taps(half(radius)),
    taps([0, ...half(radius).slice(1)], true),
  ]);

  it.each(shapes)('correlates alike on shape %i × %i × %i', (...shape) => {
    const [plain, wasm] = [inArena(plainEngine), inArena(wasmSimdEngine)];
    const values = randomValues(shape[0] * shape[1] * shape[2], 3);
    for (const axis of [0, 1, 2] as const) {
      for (const kernel of kernels) {
        const expected = correlated(plain, volume(plain, shape, values), axis, kernel);
        const found = correlated(wasm, volume(wasm, shape, values), axis, kernel);
        expect(worstDifference(found, expected)).toBeLessThan(twinTolerance * 255);
      }
    }
  });

  it('correlates rows of every length alike', () => {
    const [plain, wasm] = [inArena(plainEngine), inArena(wasmSimdEngine)];
    for (let n = 1; n <= 40; n++) {
      const values = randomValues(2 * n, n);
      for (const kernel of kernels.slice(0, 8)) {
        const expected = correlated(plain, volume(plain, [1, 2, n], values), 2, kernel);
        const found = correlated(wasm, volume(wasm, [1, 2, n], values), 2, kernel);
        expect(worstDifference(found, expected), `length ${n}`).toBeLessThan(twinTolerance * 255);
      }
    }
  });

  it.each([3, 6])('finds like eigenvalues of matrices with %i entries', (count) => {
    const core = { start: [1, 2, 3], shape: [3, 4, 31] } as const;
    const values = Array.from({ length: count }, (_, i) => randomValues(5 * 7 * 37, 10 + i).map((v) => v - 127));
    const [expected, found] = [plainEngine, wasmSimdEngine].map((engine) => {
      const subject = inArena(engine);
      const out = subject.allocate((count === 3 ? 2 : 3) * 3 * 4 * 31);
      subject.kernels.eigenvalues(
        values.map((data) => volume(subject, [5, 7, 37], data)),
        core,
        out,
      );
      return out;
    });
    expect(worstDifference(found!, expected!)).toBeLessThan(twinTolerance * 255);
  });

  it('finds like eigenvalues of nearly degenerate matrices', () => {
    const random = seededRandom(8);
    const subjectPair = [inArena(plainEngine), inArena(wasmSimdEngine)] as const;
    for (let i = 0; i < 200; i++) {
      const noise = 10 ** (-8 * random());
      const entries = [100, 0, 0, 100, 0, 100].map((entry) => entry + noise * (random() - 0.5));
      const [expected, found] = subjectPair.map((subject) => eigenvaluesOf(subject, entries));
      expect(worstDifference(found!, expected!)).toBeLessThan(1e-5);
      expect(found![0]! >= found![1]! && found![1]! >= found![2]!).toBe(true);
    }
  });

  it('leaves the arena as it found it', () => {
    const arena = new BlockArena(2 ** 20);
    const bound = wasmSimdEngine.bind(arena);
    const mark = arena.mark();
    const input: Volume = { data: randomValues(8000, 4), shape: [20, 20, 20] };
    const copy = input.data.slice();
    bound.correlate(
      input,
      { data: new Float32Array(8000), shape: input.shape },
      { axis: 0, taps: taps(half(300)), offset: [0, 0, 0] },
    );
    expect(arena.mark()).toBe(mark);
    expect(input.data).toEqual(copy);
  });

  it('refuses boxes outside the volume, and buffers of the wrong length', () => {
    const { kernels: bound } = inArena(wasmSimdEngine);
    const input: Volume = { data: new Float32Array(8), shape: [2, 2, 2] };
    expect(() => bound.crop(input, { start: [0, 0, 1], shape: [1, 1, 2] }, new Float32Array(2))).toThrow(
      expect.objectContaining({ code: 'invalid-roi' }),
    );
    expect(() => bound.crop(input, { start: [0, 0, 0], shape: [1, 1, 2] }, new Float32Array(3))).toThrow(
      expect.objectContaining({ code: 'shape-mismatch' }),
    );
  });
});

function worstDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let worst = 0;
  for (let i = 0; i < b.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!);
    worst = difference <= worst ? worst : difference; // NaN wins
  }
  return worst;
}
