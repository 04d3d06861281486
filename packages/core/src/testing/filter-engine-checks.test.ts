import { describe, it } from 'vitest';
import type { FilterEngine, FilterKernels, Volume } from '../contracts/filter-engine.ts';
import { plainEngine } from '../kernels/plain-engine.ts';
import type { BlockArena } from '../pipeline/block-arena.ts';
import { filterEngineChecks } from './filter-engine-checks.ts';
import { kitChecks } from './kit-checks.ts';

type Fault = (kernels: FilterKernels, arena: BlockArena) => Partial<FilterKernels>;
const broken = (fault: Fault): FilterEngine => ({
  ...plainEngine,
  bind: (arena) => {
    const kernels = plainEngine.bind(arena);
    return { ...kernels, ...fault(kernels, arena) };
  },
});

type CorrelateArguments = Parameters<FilterKernels['correlate']>;
/** Adds to the last value of the passes that `isMeant` names. */
const brokenCorrelate = (isMeant: (...passed: CorrelateArguments) => boolean) =>
  broken((kernels) => ({
    correlate: (...passed) => {
      kernels.correlate(...passed);
      const { data } = passed[1];
      if (isMeant(...passed)) data[data.length - 1]! += 1;
    },
  }));

const isLine = ({ data }: Volume) => data.length === 4;
const radiusOf = (pass: CorrelateArguments[2]) => pass.taps.values.length - 1;
const isFitting = (input: Volume, output: Volume, pass: CorrelateArguments[2]) =>
  `${input.shape}` === `${output.shape}` && !isLine(input) && radiusOf(pass) > 0 && input.shape[1] > 8;

const isLong = (input: Volume, output: Volume, pass: CorrelateArguments[2]) =>
  `${input.shape}` === `${output.shape}` && !isLine(input) && radiusOf(pass) === input.shape[pass.axis] - 1;

/** Changes eigenvalues of the matrices that `isMeant` names, of the first voxel. */
const brokenEigenvalues = (
  isMeant: (matrix: number[], voxels: number) => boolean,
  alter: (out: Float32Array) => void,
) =>
  broken((kernels) => ({
    eigenvalues: (entries, core, out) => {
      kernels.eigenvalues(entries, core, out);
      const matrix = entries.map((entry) => entry.data[0]!);
      if (isMeant(matrix, core.shape[0] * core.shape[1] * core.shape[2])) alter(out);
    },
  }));

const raise = (out: Float32Array) => void (out[0] = out[0]! * 1.001 + 1e-3 * Math.sign(out[0]!));
const lastOf = (out: Float32Array) => void (out[out.length - 1]! += 1);
const isIdentity = (matrix: number[]) => matrix[0] === 12345.677734375;

describe('filterEngineChecks', () => {
  const checks = kitChecks<FilterEngine>({
    kit: filterEngineChecks,
    correct: plainEngine,
    broken: {
      'id and rank are set': { ...plainEngine, id: '' },
      'correlate: a line by hand': brokenCorrelate(isLine),
      'correlate: radius 0 copies': brokenCorrelate((_, __, pass) => radiusOf(pass) === 0),
      'correlate: even taps agree with the readable engine on every axis': brokenCorrelate(
        (input, output, pass) => isFitting(input, output, pass) && !pass.taps.isOdd,
      ),
      'correlate: odd taps agree with the readable engine on every axis': brokenCorrelate(
        (input, output, pass) => isFitting(input, output, pass) && pass.taps.isOdd,
      ),
      'correlate: a kernel as long as the line is mirrored at both ends': brokenCorrelate(isLong),
      'correlate: a smaller output is taken where the offset says': brokenCorrelate(
        (input, output, pass) => `${input.shape}` !== `${output.shape}` && radiusOf(pass) > 0,
      ),
      'multiply: products voxel by voxel': broken((kernels) => ({
        multiply: (a, b, out) => {
          kernels.multiply(a, b, out);
          if (a !== out && b !== out) lastOf(out.data);
        },
      })),
      'multiply: the output may be an input': broken((kernels) => ({
        multiply: (a, b, out) => {
          kernels.multiply(a, b, out);
          if (b === out) lastOf(out.data);
        },
      })),
      'crop: the box is copied': broken(({ crop }) => ({ crop: (a, core, out) => (crop(a, core, out), lastOf(out)) })),
      'sum: volumes are added over the box': broken(({ sum }) => ({
        sum: (inputs, core, out) => (sum(inputs, core, out), lastOf(out)),
      })),
      'subtract: the second is taken from the first over the box': broken(({ subtract }) => ({
        subtract: (a, b, core, out) => subtract(b, a, core, out),
      })),
      'magnitude: the root of the sum of squares over the box': broken(({ magnitude }) => ({
        magnitude: (inputs, core, out) => magnitude(inputs.slice(1), core, out),
      })),
      'eigenvalues: 2 × 2 matrices by hand': brokenEigenvalues((m, n) => n === 1 && m.length === 3, raise),
      'eigenvalues: 3 × 3 matrices by hand': brokenEigenvalues((m, n) => n === 1 && m.length === 6, raise),
      'eigenvalues: 2 × 2 matrices agree with the readable engine': brokenEigenvalues(
        (m, n) => n === 42 && m.length === 3,
        raise,
      ),
      'eigenvalues: 3 × 3 matrices agree with the readable engine': brokenEigenvalues(
        (m, n) => n === 42 && m.length === 6,
        raise,
      ),
      'eigenvalues: the largest comes first': brokenEigenvalues(
        (_, n) => n === 160,
        (out) => void out.reverse(),
      ),
      'eigenvalues: multiples of the identity give one value': brokenEigenvalues(isIdentity, raise),
      'eigenvalues: very large and very small matrices keep their precision': brokenEigenvalues(
        (m, n) => n === 2 && m.some((value) => value > 1e10),
        raise,
      ),
      'volumes outside of the arena give the same': broken((kernels, arena) => ({
        crop: (input, core, out) => {
          kernels.crop(input, core, out);
          if (!arena.owns(out)) lastOf(out);
        },
      })),
      'inputs are left untouched': broken((kernels) => ({
        magnitude: (inputs, core, out) => {
          kernels.magnitude(inputs, core, out);
          if (inputs.length === 6) lastOf(inputs[5]!.data);
        },
      })),
      'the arena is given back as it was': broken((kernels, arena) => ({
        multiply: (a, b, out) => {
          arena.allocate(16);
          kernels.multiply(a, b, out);
        },
      })),
    },
  });
  for (const check of checks) it(check.name, check.run);
});
