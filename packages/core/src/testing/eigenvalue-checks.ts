import type { Volume } from '../contracts/filter-engine.ts';
import type { Shape3 } from '../grid/axes.ts';
import { plainEngine } from '../kernels/plain-engine.ts';
import { expectCloseValues, expectThat, type Check } from './check.ts';
import type { EngineBench } from './engine-bench.ts';
import { twinTolerance } from './tolerances.ts';

type MakeCheck = (name: string, body: (bench: EngineBench) => void) => Check;

/** The part of `filterEngineChecks` about `eigenvalues`. */
export function eigenvalueChecks(check: MakeCheck): Check[] {
  return [
    check('eigenvalues: 2 × 2 matrices by hand', (bench) => checkByHand(bench, flatCases)),
    check('eigenvalues: 3 × 3 matrices by hand', (bench) => checkByHand(bench, solidCases)),
    check('eigenvalues: 2 × 2 matrices agree with the readable engine', (bench) => compareWithPlain(bench, 3)),
    check('eigenvalues: 3 × 3 matrices agree with the readable engine', (bench) => compareWithPlain(bench, 6)),
    check('eigenvalues: the largest comes first', checkOrder),
    check('eigenvalues: multiples of the identity give one value', checkIdentity),
    check('eigenvalues: very large and very small matrices keep their precision', checkScales),
  ];
}

interface HandCase {
  /** Upper triangle row by row. */
  readonly matrix: readonly number[];
  readonly expected: readonly number[];
}

const flatCases: readonly HandCase[] = [
  { matrix: [3, 0, 7], expected: [7, 3] },
  { matrix: [2, 1, 2], expected: [3, 1] },
  { matrix: [0, 3, 0], expected: [3, -3] },
  { matrix: [-5, 0, -4], expected: [-4, -5] },
];

/** The second: 2 on the diagonal, 1 elsewhere: 4 along (1, 1, 1), 1 across. The third: the chain 0 1 0 / 1 0 1 / 0 1 0. */
const solidCases: readonly HandCase[] = [
  { matrix: [1, 0, 0, 3, 0, 2], expected: [3, 2, 1] },
  { matrix: [2, 1, 1, 2, 1, 2], expected: [4, 1, 1] },
  { matrix: [0, 1, 0, 0, 1, 0], expected: [Math.SQRT2, 0, -Math.SQRT2] },
  { matrix: [-1, 0, 0, -2, 0, -3], expected: [-1, -2, -3] },
];

function checkByHand(bench: EngineBench, cases: readonly HandCase[]): void {
  for (const { matrix, expected } of cases) {
    const found = solve(
      bench,
      matrix.map((value) => bench.volume([1, 1, 1], [value])),
    );
    expectCloseValues(found, expected, `Eigenvalues of (${matrix})`, { absolute: 5e-6, relative: 0 });
  }
}

/** Eigenvalues of all voxels, shape (2 or 3, voxels). */
function solve(bench: EngineBench, entries: readonly Volume[]): Float32Array {
  const { shape, data } = entries[0]!;
  const out = bench.volume([entries.length === 3 ? 2 : 3, 1, data.length]).data;
  bench.kernels.eigenvalues(entries, { start: [0, 0, 0], shape }, out);
  return out;
}

function randomEntries(bench: EngineBench, count: 3 | 6, shape: Shape3): Volume[] {
  return Array.from({ length: count }, () => bench.randomVolume(shape));
}

function compareWithPlain(bench: EngineBench, count: 3 | 6): void {
  for (const [shape, core] of [
    [[3, 5, 17], { start: [0, 0, 0], shape: [3, 5, 17] }],
    [[3, 5, 14], { start: [1, 2, 3], shape: [2, 3, 7] }],
  ] as const) {
    const entries = randomEntries(bench, count, shape);
    const planes = count === 3 ? 2 : 3;
    const voxels = core.shape[0] * core.shape[1] * core.shape[2];
    const found = bench.volume([planes, 1, voxels]).data;
    const expected = new Float32Array(planes * voxels);
    bench.kernels.eigenvalues(entries, core, found);
    plainEngine.bind(bench.arena).eigenvalues(entries, core, expected);
    const what = `Eigenvalues over the box of shape (${core.shape}) at (${core.start})`;
    expectCloseValues(found, expected, what, { absolute: twinTolerance * 300, relative: 0 });
  }
}

function checkOrder(bench: EngineBench): void {
  for (const count of [3, 6] as const) {
    const out = solve(bench, randomEntries(bench, count, [1, 10, 16]));
    for (let i = 160; i < out.length; i++) {
      expectThat(
        out[i - 160]! >= out[i]!,
        `${out[i - 160]} comes before ${out[i]} at voxel ${i % 160}, plane ${i / 160}.`,
      );
    }
  }
}

function checkIdentity(bench: EngineBench): void {
  for (const diagonal of [0, 1, -2.5, 1e-20, 12345.678]) {
    const value = Math.fround(diagonal);
    for (const matrix of [
      [value, 0, value],
      [value, 0, 0, value, 0, value],
    ]) {
      const found = solve(
        bench,
        matrix.map((entry) => bench.volume([1, 1, 5], Array<number>(5).fill(entry))),
      );
      const expected = found.map(() => value);
      expectCloseValues(found, expected, `Eigenvalues of ${value} times the identity`, {
        absolute: 0,
        relative: twinTolerance,
      });
    }
  }
}

function checkScales(bench: EngineBench): void {
  for (const { matrix, expected } of [...flatCases, ...solidCases]) {
    for (const scale of [1e-12, 1e12]) {
      const found = solve(
        bench,
        matrix.map((value) => bench.volume([1, 1, 2], [value * scale, value * scale])),
      );
      const twice = expected.flatMap((value) => [value * scale, value * scale]);
      const tolerance = { absolute: 5e-6 * scale, relative: 0 };
      expectCloseValues(found, twice, `Eigenvalues of ${scale} times (${matrix})`, tolerance);
    }
  }
}
