import type { FilterEngine, FilterKernels, Volume } from '../contracts/filter-engine.ts';
import { elementCount, type Shape3 } from '../grid/axes.ts';
import { BlockArena } from '../pipeline/block-arena.ts';
import { seededRandom } from './random.ts';

/** One engine bound to an arena, with volumes that lie in it. */
export class EngineBench {
  readonly arena = new BlockArena(2 ** 22);
  readonly kernels: FilterKernels;
  private readonly random: () => number;

  constructor(engine: FilterEngine, seed = 1) {
    this.kernels = engine.bind(this.arena);
    this.random = seededRandom(seed);
  }

  volume(shape: Shape3, values?: readonly number[] | Float32Array): Volume {
    const data = this.arena.allocateFloat32(elementCount(shape));
    if (values) data.set(values);
    else data.fill(NaN);
    return { data, shape };
  }

  randomVolume(shape: Shape3): Volume {
    return this.volume(
      shape,
      Float32Array.from({ length: elementCount(shape) }, () => this.random() * 200 - 100),
    );
  }
}
