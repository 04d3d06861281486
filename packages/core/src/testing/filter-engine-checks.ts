import type { CoreBox, FilterEngine, Volume } from '../contracts/filter-engine.ts';
import type { Shape3 } from '../grid/axes.ts';
import { cutBox } from './apply-filter.ts';
import {
  expectCloseValues,
  expectSameValues,
  expectThat,
  withExpectedFailures,
  type Check,
  type CheckKitOptions,
} from './check.ts';
import { correlationChecks, randomTaps } from './correlation-checks.ts';
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
    ...correlationChecks(check),
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
