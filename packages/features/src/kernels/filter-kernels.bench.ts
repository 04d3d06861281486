import { BlockArena, plainEngine, type Shape3, type Volume } from '@brushwood/core';
import { seededRandom } from '@brushwood/core/testing';
import { bench, describe } from 'vitest';
import { wasmSimdEngine } from './wasm-simd-engine.ts';

// `npx vitest bench packages/features`: the mean in ms, divided by the millions of voxels in the title, is ns per voxel.

const shapes: readonly Shape3[] = [
  [1, 1024, 1024],
  [64, 96, 100],
];

for (const shape of shapes) {
  const voxels = shape[0] * shape[1] * shape[2];
  const title = `${shape.join('×')} (${(voxels / 1e6).toFixed(2)} million voxels)`;
  for (const radius of [2, 3, 7, 35]) {
    describe(`correlate, radius ${radius}, ${title}`, () => {
      const { arena, kernels } = bound(wasmSimdEngine, voxels);
      const [input, output] = [randomVolume(arena, shape), randomVolume(arena, shape)];
      const taps = { values: new Float32Array(radius + 1).fill(1 / (2 * radius + 1)), isOdd: false };
      for (const axis of [0, 1, 2] as const) {
        bench(`along ${'zyx'[axis]}`, () => kernels.correlate(input, output, { axis, taps, offset: [0, 0, 0] }));
      }
    });
  }
}

describe.each([2, 3] as const)('eigenvalues, rank %i, 64×96×100 (0.61 million voxels)', (rank) => {
  for (const engine of [wasmSimdEngine, plainEngine]) {
    const shape: Shape3 = [64, 96, 100];
    const voxels = 64 * 96 * 100;
    const { arena, kernels } = bound(engine, voxels);
    const entries = Array.from({ length: rank === 3 ? 6 : 3 }, () => randomVolume(arena, shape));
    const out = arena.allocateFloat32(rank * voxels);
    bench(engine.id, () => kernels.eigenvalues(entries, { start: [0, 0, 0], shape }, out));
  }
});

function bound(engine: typeof plainEngine, voxels: number) {
  const arena = new BlockArena(4 * 10 * voxels + 2 ** 20);
  return { arena, kernels: engine.bind(arena) };
}

function randomVolume(arena: BlockArena, shape: Shape3): Volume {
  const random = seededRandom(1);
  const data = arena.allocateFloat32(shape[0] * shape[1] * shape[2]);
  for (let i = 0; i < data.length; i++) data[i] = random() * 255 - 127;
  return { data, shape };
}
