import type { FilterEngine, FilterKernels } from '../contracts/filter-engine.ts';
import { correlate } from './correlate.reference.ts';
import { eigenvalues } from './eigenvalues.reference.ts';
import { forEachVoxel } from './for-each-voxel.ts';

/**
 * The readable kernels: plain TypeScript in double arithmetic, one rounding to float32 per pass. They explain what the
 * fast engines do, and compute where no plugin brings a faster one.
 */
export const plainEngine: FilterEngine = {
  id: 'plain',
  rank: 0,
  bind: () => plainKernels,
};

const plainKernels: FilterKernels = {
  correlate,
  eigenvalues,
  multiply(a, b, out) {
    for (let i = 0; i < out.data.length; i++) out.data[i] = a.data[i]! * b.data[i]!;
  },
  crop(input, core, out) {
    forEachVoxel(input, core, (from, to) => (out[to] = input.data[from]!));
  },
  sum(inputs, core, out) {
    forEachVoxel(inputs[0]!, core, (from, to) => {
      let total = 0;
      for (const input of inputs) total += input.data[from]!;
      out[to] = total;
    });
  },
  subtract(a, b, core, out) {
    forEachVoxel(a, core, (from, to) => (out[to] = a.data[from]! - b.data[from]!));
  },
  magnitude(inputs, core, out) {
    forEachVoxel(inputs[0]!, core, (from, to) => {
      let squares = 0;
      for (const input of inputs) squares += input.data[from]! ** 2;
      out[to] = Math.sqrt(squares);
    });
  },
};
