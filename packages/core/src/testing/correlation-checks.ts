import type { HalfTaps, Volume } from '../contracts/filter-engine.ts';
import { elementCount, type Shape3 } from '../grid/axes.ts';
import { plainEngine } from '../kernels/plain-engine.ts';
import { cutBox } from './apply-filter.ts';
import { expectCloseValues, expectSameValues, type Check } from './check.ts';
import type { EngineBench } from './engine-bench.ts';
import { seededRandom } from './random.ts';
import { twinTolerance } from './tolerances.ts';

type MakeCheck = (name: string, body: (bench: EngineBench) => void) => Check;

/** The part of `filterEngineChecks` about `correlate`. */
export function correlationChecks(check: MakeCheck): Check[] {
  return [
    check('correlate: a line by hand', checkLine),
    check('correlate: radius 0 copies', checkRadius0),
    check('correlate: even taps agree with the readable engine on every axis', (bench) => checkTaps(bench, false)),
    check('correlate: odd taps agree with the readable engine on every axis', (bench) => checkTaps(bench, true)),
    check('correlate: a kernel as long as the line is mirrored at both ends', checkLongKernel),
    check('correlate: a smaller output is taken where the offset says', checkOffset),
  ];
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
      for (const radius of [1, 2, 5, 7].filter((r) => r < shape[axis] - 1)) {
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

/** The same taps for one radius every time. */
export function randomTaps(radius: number, isOdd: boolean): HalfTaps {
  const random = seededRandom(radius);
  const values = Float32Array.from({ length: radius + 1 }, (_, j) => (isOdd && j === 0 ? 0 : random() - 0.3));
  return { values, isOdd };
}
