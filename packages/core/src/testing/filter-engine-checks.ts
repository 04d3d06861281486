import type { CoreBox, FilterEngine, HalfTaps, Volume } from '../contracts/filter-engine.ts';
import { elementCount, type Shape3 } from '../grid/axes.ts';
import { plainEngine } from '../kernels/plain-engine.ts';
import { cutBox } from './apply-filter.ts';
import {
  expectCloseValues,
  expectSameValues,
  expectThat,
  withExpectedFailures,
  type Check,
  type CheckKitOptions,
} from './check.ts';
import { EngineBench } from './engine-bench.ts';
import { eigenvalueChecks } from './eigenvalue-checks.ts';
import { seededRandom } from './random.ts';
import { twinTolerance } from './tolerances.ts';

type Body = (bench: EngineBench) => void;

/**
 * Checks of a `FilterEngine`: small cases by hand, and everything against core's readable engine, within 1e-6 of the size of
 * the data. Line lengths around multiples of four find faults in what is left over by SIMD.
 */
export function filterEngineChecks(engine: FilterEngine, options: CheckKitOptions = {}): Check[] {
  const check = (name: string, body: Body): Check => ({ name, run: async () => body(new EngineBench(engine)) });
  const checks = [
    check('id and rank are set', () => {
      expectThat(engine.id.trim() !== '' && Number.isFinite(engine.rank), `id "${engine.id}", rank ${engine.rank}.`);
    }),
    check('correlate: a line by hand', checkLine),
    check('correlate: radius 0 copies', checkRadius0),
    check('correlate: even taps agree with the readable engine on every axis', (bench) => checkTaps(bench, false)),
    check('correlate: odd taps agree with the readable engine on every axis', (bench) => checkTaps(bench, true)),
    check('correlate: a kernel as long as the line is mirrored at both ends', checkLongKernel),
    check('correlate: a smaller output is taken where the offset says', checkOffset),
    check('multiply: products voxel by voxel', checkMultiply),
    check('multiply: the output may be an input', checkMultiplyInPlace),
    check('crop: the box is copied', checkCrop),
    check('sum: volumes are added over the box', checkSum),
    check('subtract: the second is taken from the first over the box', checkSubtract),
    check('magnitude: the root of the sum of squares over the box', checkMagnitude),
    ...eigenvalueChecks(check),
    check('volumes outside of the arena give the same', checkOutsideArena),
    check('inputs are left untouched', checkInputs),
    check('the arena is given back as it was', checkArena),
  ];
  return withExpectedFailures(checks, options);
}

function checkLine(bench: EngineBench): void {
  const input = bench.volume([1, 1, 4], [1, 2, 4, 8]);
  const out = bench.volume([1, 1, 4]);
  const run = (values: number[], isOdd: boolean) =>
    bench.kernels.correlate(input, out, {
      axis: 2,
      taps: { values: Float32Array.from(values), isOdd },
      offset: [0, 0, 0],
    });
  // Mirrored without repeating the ends: … 2 | 1 2 4 8 | 4 …
  run([2, 1], false);
  expectSameValues(out.data, Float32Array.of(6, 9, 18, 24), '1 2 4 8 with the even taps 1 2 1');
  run([0, 1], true);
  expectSameValues(out.data, Float32Array.of(0, 3, 6, 0), '1 2 4 8 with the odd taps −1 0 1');
}

function checkRadius0(bench: EngineBench): void {
  const input = bench.randomVolume([3, 4, 5]);
  for (const axis of [0, 1, 2] as const) {
    const out = bench.volume([2, 3, 3]);
    bench.kernels.correlate(input, out, {
      axis,
      taps: { values: Float32Array.of(1), isOdd: false },
      offset: [1, 0, 2],
    });
    const expected = cutBox(input, { start: [1, 0, 2], shape: out.shape }).data;
    expectSameValues(out.data, expected, `A pass of radius 0 along ${'zyx'[axis]}`);
  }
}

const shapes: readonly Shape3[] = [
  [1, 9, 16],
  [1, 11, 13],
  [9, 10, 11],
  [10, 9, 12],
  [9, 11, 17],
  [11, 16, 9],
];

function checkTaps(bench: EngineBench, isOdd: boolean): void {
  for (const shape of shapes) {
    for (const axis of [0, 1, 2] as const) {
      for (const radius of [1, 2, 3, 5, 7].filter((r) => r < shape[axis] - 1)) {
        const input = bench.randomVolume(shape);
        compareWithPlain(bench, input, { axis, taps: randomTaps(radius, isOdd), shape, offset: [0, 0, 0] });
      }
    }
  }
}

function checkLongKernel(bench: EngineBench): void {
  for (const n of [2, 3, 4, 5, 6, 8]) {
    for (const axis of [0, 1, 2] as const) {
      const shape = [3, 3, 5].map((size, i) => (i === axis ? n : size)) as unknown as Shape3;
      for (const isOdd of [false, true]) {
        const input = bench.randomVolume(shape);
        compareWithPlain(bench, input, { axis, taps: randomTaps(n - 1, isOdd), shape, offset: [0, 0, 0] });
      }
    }
  }
}

function checkOffset(bench: EngineBench): void {
  const input = bench.randomVolume([8, 9, 14]);
  for (const axis of [0, 1, 2] as const) {
    for (const [shape, offset] of [
      [
        [4, 5, 6],
        [2, 3, 1],
      ],
      [
        [7, 9, 5],
        [1, 0, 9],
      ],
      [
        [1, 1, 1],
        [7, 8, 13],
      ],
    ] as readonly (readonly [Shape3, Shape3])[]) {
      compareWithPlain(bench, input, { axis, taps: randomTaps(3, false), shape, offset });
    }
  }
}

function compareWithPlain(
  bench: EngineBench,
  input: Volume,
  { axis, taps, shape, offset }: { axis: 0 | 1 | 2; taps: HalfTaps; shape: Shape3; offset: Shape3 },
): void {
  const found = bench.volume(shape);
  const expected = { data: new Float32Array(elementCount(shape)), shape };
  bench.kernels.correlate(input, found, { axis, taps, offset });
  plainEngine.bind(bench.arena).correlate(input, expected, { axis, taps, offset });
  const size = 100 * taps.values.reduce((sum, tap) => sum + 2 * Math.abs(tap), 0);
  const what =
    `Correlation of (${input.shape}) to (${shape}) at (${offset}) along ${'zyx'[axis]}, radius ` +
    `${taps.values.length - 1}, ${taps.isOdd ? 'odd' : 'even'}`;
  expectCloseValues(found.data, expected.data, what, { absolute: twinTolerance * size, relative: 0 });
}

function randomTaps(radius: number, isOdd: boolean): HalfTaps {
  const random = seededRandom(radius);
  const values = Float32Array.from({ length: radius + 1 }, (_, j) => (isOdd && j === 0 ? 0 : random() - 0.3));
  return { values, isOdd };
}

function checkMultiply(bench: EngineBench): void {
  for (const nx of [1, 4, 7]) {
    const shape: Shape3 = [2, 3, nx];
    const [a, b, out] = [bench.randomVolume(shape), bench.randomVolume(shape), bench.volume(shape)];
    bench.kernels.multiply(a, b, out);
    expectClose(
      out.data,
      a.data.map((value, i) => value * b.data[i]!),
      `Products of volumes of shape (${shape})`,
    );
  }
}

function checkMultiplyInPlace(bench: EngineBench): void {
  const shape: Shape3 = [2, 3, 7];
  for (const target of [0, 1] as const) {
    const inputs = [bench.randomVolume(shape), bench.randomVolume(shape)] as const;
    const expected = inputs[0].data.map((value, i) => value * inputs[1].data[i]!);
    bench.kernels.multiply(inputs[0], inputs[1], inputs[target]);
    expectClose(inputs[target].data, expected, `Products written over factor ${target + 1}`);
  }
}

const outer: Shape3 = [4, 5, 13];
const boxes: readonly CoreBox[] = [
  { start: [0, 0, 0], shape: outer },
  { start: [1, 2, 3], shape: [2, 3, 9] },
  { start: [3, 4, 12], shape: [1, 1, 1] },
];

/** Runs a kernel over boxes of three random volumes and compares with a value computed voxel by voxel. */
function checkOverBoxes(
  bench: EngineBench,
  run: (volumes: readonly [Volume, Volume, Volume], core: CoreBox, out: Float32Array) => void,
  value: (a: number, b: number, c: number) => number,
): void {
  for (const core of boxes) {
    const volumes = [bench.randomVolume(outer), bench.randomVolume(outer), bench.randomVolume(outer)] as const;
    const out = bench.volume(core.shape).data;
    run(volumes, core, out);
    const [a, b, c] = volumes.map((volume) => cutBox(volume, core).data) as [Float32Array, Float32Array, Float32Array];
    const expected = a.map((first, i) => value(first, b[i]!, c[i]!));
    expectClose(out, expected, `The box of shape (${core.shape}) at (${core.start}) of volumes of shape (${outer})`);
  }
}

function checkCrop(bench: EngineBench): void {
  checkOverBoxes(
    bench,
    ([a], core, out) => bench.kernels.crop(a, core, out),
    (a) => a,
  );
}

function checkSum(bench: EngineBench): void {
  checkOverBoxes(
    bench,
    (inputs, core, out) => bench.kernels.sum(inputs, core, out),
    (a, b, c) => a + b + c,
  );
  checkOverBoxes(
    bench,
    ([a, b], core, out) => bench.kernels.sum([a, b], core, out),
    (a, b) => a + b,
  );
}

function checkSubtract(bench: EngineBench): void {
  checkOverBoxes(
    bench,
    ([a, b], core, out) => bench.kernels.subtract(a, b, core, out),
    (a, b) => a - b,
  );
}

function checkMagnitude(bench: EngineBench): void {
  checkOverBoxes(bench, (inputs, core, out) => bench.kernels.magnitude(inputs, core, out), Math.hypot);
  checkOverBoxes(
    bench,
    ([a, b], core, out) => bench.kernels.magnitude([a, b], core, out),
    (a, b) => Math.hypot(a, b),
  );
}

/** Values of random volumes are below 100, products below 10,000. */
function expectClose(found: Float32Array, expected: Float32Array, what: string): void {
  const size = expected.reduce((largest, value) => Math.max(largest, Math.abs(value)), 100);
  expectCloseValues(found, expected, what, { absolute: twinTolerance * size, relative: 0 });
}

/** Every kernel once, with volumes that `place` makes. Returns the inputs and all outputs. */
function runAll(bench: EngineBench, place: (values: Float32Array, shape: Shape3) => Volume) {
  const { kernels } = bench;
  const shape: Shape3 = [3, 4, 9];
  const core: CoreBox = { start: [1, 1, 2], shape: [2, 2, 6] };
  const random = seededRandom(9);
  const draw = () =>
    place(
      Float32Array.from({ length: 108 }, () => random() * 200 - 100),
      shape,
    );
  const inputs = [draw(), draw(), draw(), draw(), draw(), draw()] as const;
  const [a, b] = inputs;
  const emptyOf = (n: number) => place(new Float32Array(n), [1, 1, n]).data;
  const [correlated, product] = [place(new Float32Array(108), shape), place(new Float32Array(108), shape)];
  kernels.correlate(a, correlated, { axis: 1, taps: randomTaps(2, false), offset: [0, 0, 0] });
  kernels.multiply(a, b, product);
  const [crop, sum, difference, magnitude] = [emptyOf(24), emptyOf(24), emptyOf(24), emptyOf(24)];
  kernels.crop(a, core, crop);
  kernels.sum(inputs, core, sum);
  kernels.subtract(a, b, core, difference);
  kernels.magnitude(inputs, core, magnitude);
  const [flat, solid] = [emptyOf(48), emptyOf(72)];
  kernels.eigenvalues(inputs.slice(0, 3), core, flat);
  kernels.eigenvalues(inputs, core, solid);
  return { inputs, outputs: [correlated.data, product.data, crop, sum, difference, magnitude, flat, solid] };
}

function checkOutsideArena(bench: EngineBench): void {
  const inside = runAll(bench, (values, shape) => bench.volume(shape, values));
  // Views that begin in the middle of a buffer: an address alone would not do.
  const outside = runAll(bench, (values, shape) => {
    const data = new Float32Array(new ArrayBuffer(4 * values.length + 8), 4, values.length);
    data.set(values);
    return { data, shape };
  });
  inside.outputs.forEach((output, i) =>
    expectSameValues(outside.outputs[i]!, output, `Output ${i} outside of the arena`),
  );
}

function checkInputs(bench: EngineBench): void {
  const before: Float32Array[] = [];
  const { inputs } = runAll(bench, (values, shape) => {
    before.push(values);
    return bench.volume(shape, values);
  });
  inputs.forEach(({ data }, i) => expectSameValues(data, before[i]!, `Input ${i} after all kernels ran`));
}

function checkArena(bench: EngineBench): void {
  runAll(bench, (values, shape) => ({ data: values, shape }));
  const mark = bench.arena.mark();
  runAll(bench, (values, shape) => ({ data: values, shape }));
  const lost = bench.arena.mark() - mark;
  expectThat(lost === 0, `After all kernels ran, ${lost} bytes of the arena are still taken.`);
}
