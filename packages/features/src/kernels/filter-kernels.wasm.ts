import type { BlockArena, CoreBox, CorrelationPass, FilterKernels, Volume } from '@brushwood/core';
import { checkInside, checkLength } from './check-boxes.ts';
import type { FilterKernelExports } from './instantiate-filter-kernels.ts';

/** Room for taps, tap records and mirrored ends of kernels up to radius 250. Larger ones borrow from the arena. */
const workBytes = 8192;

/**
 * `FilterKernels` on the WASM module. Volumes in the arena are passed by address; others are copied into the arena for the
 * call, and their results back. Their readable twins are `plainEngine` in core.
 */
export class WasmFilterKernels implements FilterKernels {
  private readonly arena: BlockArena;
  private readonly wasm: FilterKernelExports;
  private readonly work: number;
  private readonly floats: Float32Array;
  private readonly words: Uint32Array;

  constructor(arena: BlockArena, wasm: FilterKernelExports) {
    this.arena = arena;
    this.wasm = wasm;
    this.work = arena.allocate(workBytes);
    this.floats = new Float32Array(arena.memory.buffer);
    this.words = new Uint32Array(arena.memory.buffer);
  }

  correlate(input: Volume, output: Volume, { axis, taps, offset }: CorrelationPass): void {
    checkInside({ start: offset, shape: output.shape }, input);
    checkLength(output.data, output.shape, 1);
    const radius = taps.values.length - 1;
    if (radius === 0) return this.crop(input, { start: offset, shape: output.shape }, output.data);
    this.run(output.data, (to) => {
      const from = this.addressOf(input.data);
      const scratchBytes = this.wasm.correlateScratchBytes(radius, output.shape[axis]);
      const scratch = this.workFor(scratchBytes + 4 * taps.values.length);
      const tapsAt = scratch + scratchBytes;
      this.floats.set(taps.values, tapsAt / 4);
      this.wasm.correlate(
        ...([from, ...input.shape, to, ...output.shape, ...offset] as const),
        ...([axis, tapsAt, radius, taps.isOdd ? 1 : 0, scratch] as const),
      );
    });
  }

  multiply(a: Volume, b: Volume, out: Volume): void {
    checkLength(a.data, out.shape, 1);
    checkLength(b.data, out.shape, 1);
    this.run(out.data, (to) => {
      this.wasm.multiply(this.addressOf(a.data), this.addressOf(b.data), to, out.data.length);
    });
  }

  crop(input: Volume, core: CoreBox, out: Float32Array): void {
    checkLength(out, core.shape, 1);
    this.overBox([input], core, out, (starts, to, { row, plane }) => {
      this.wasm.crop(starts[0]!, row, plane, to, ...core.shape);
    });
  }

  sum(inputs: readonly Volume[], core: CoreBox, out: Float32Array): void {
    checkLength(out, core.shape, 1);
    this.overBox(inputs, core, out, (starts, to, { row, plane }) => {
      this.wasm.sum(this.listOf(starts), starts.length, row, plane, to, ...core.shape);
    });
  }

  subtract(a: Volume, b: Volume, core: CoreBox, out: Float32Array): void {
    checkLength(out, core.shape, 1);
    this.overBox([a, b], core, out, (starts, to, { row, plane }) => {
      this.wasm.subtract(starts[0]!, starts[1]!, row, plane, to, ...core.shape);
    });
  }

  magnitude(inputs: readonly Volume[], core: CoreBox, out: Float32Array): void {
    checkLength(out, core.shape, 1);
    this.overBox(inputs, core, out, (starts, to, { row, plane }) => {
      this.wasm.magnitude(this.listOf(starts), starts.length, row, plane, to, ...core.shape);
    });
  }

  eigenvalues(entries: readonly Volume[], core: CoreBox, out: Float32Array): void {
    checkLength(out, core.shape, entries.length === 3 ? 2 : 3);
    this.overBox(entries, core, out, (starts, to, { row, plane }) => {
      const solve = entries.length === 3 ? this.wasm.eigenvalues2 : this.wasm.eigenvalues3;
      solve(this.listOf(starts), row, plane, to, ...core.shape);
    });
  }

  /** Runs a kernel on the box of volumes of one shape; `starts` are the addresses of the box's first voxel in each. */
  private overBox(
    inputs: readonly Volume[],
    core: CoreBox,
    out: Float32Array,
    kernel: (starts: number[], to: number, steps: { row: number; plane: number }) => void,
  ): void {
    for (const input of inputs) checkInside(core, input, inputs[0]!.shape);
    const [, ny, nx] = inputs[0]!.shape;
    const [z, y, x] = core.start;
    const skip = 4 * ((z * ny + y) * nx + x);
    this.run(out, (to) => {
      const starts = inputs.map((input) => this.addressOf(input.data) + skip);
      kernel(starts, to, { row: 4 * nx, plane: 4 * nx * ny });
    });
  }

  /** Calls `kernel` with an address to write to; what lies outside the arena is copied out afterwards. */
  private run(out: Float32Array, kernel: (to: number) => void): void {
    const mark = this.arena.mark();
    try {
      if (this.arena.owns(out)) return kernel(out.byteOffset);
      const copy = this.arena.allocateFloat32(out.length);
      kernel(copy.byteOffset);
      out.set(copy);
    } finally {
      this.arena.release(mark);
    }
  }

  /** The address of the data, or of a copy that lives until the end of `run`. */
  private addressOf(data: Float32Array): number {
    if (this.arena.owns(data)) return data.byteOffset;
    const copy = this.arena.allocateFloat32(data.length);
    copy.set(data);
    return copy.byteOffset;
  }

  private workFor(bytes: number): number {
    return bytes <= workBytes ? this.work : this.arena.allocate(bytes);
  }

  private listOf(addresses: readonly number[]): number {
    const list = this.workFor(4 * addresses.length);
    this.words.set(addresses, list / 4);
    return list;
  }
}
