import type { Samples } from '@brushwood/core';

/** Pseudorandom numbers in [0, 1) for tests. */
export function createNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    // Park & Miller's minimal standard generator.
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

/** Samples from rows of features and a class each. */
export function samplesOf(
  rows: readonly (readonly number[])[],
  classes: readonly number[],
  classCount: number,
): Samples {
  return {
    featureMatrix: Float32Array.from(rows.flat()),
    classIndices: Uint8Array.from(classes),
    sampleCount: rows.length,
    featureCount: rows[0]?.length ?? 0,
    classCount,
  };
}

/** Rows of uniform noise with classes by a rule. */
export function noiseSamples(options: {
  readonly count: number;
  readonly featureCount: number;
  readonly classCount: number;
  readonly seed: number;
  readonly classOf: (row: readonly number[], random: () => number) => number;
}): Samples {
  const random = createNumbers(options.seed);
  const rows = Array.from({ length: options.count }, () => Array.from({ length: options.featureCount }, random));
  return samplesOf(
    rows.map((row) => row.map(Math.fround)),
    rows.map((row) => options.classOf(row.map(Math.fround), random)),
    options.classCount,
  );
}
