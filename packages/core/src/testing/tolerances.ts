// How close results must come to ilastik's and to each other. Tests and checks take the numbers from here.

/** Largest allowed difference of one value: `absolute + relative · |expected|`. */
export interface Tolerance {
  readonly absolute: number;
  readonly relative: number;
}

/**
 * Features in 2-D and 3-D beside ilastik's, except eigenvalues in 3-D. It computes in float32 in another order of passes, which
 * costs some 1e-4 on data of range 255.
 * @param range largest minus smallest value of the input image
 */
export function featureTolerance(range: number): Tolerance {
  return { absolute: 1e-3 * Math.max(1, range / 255), relative: 2e-6 };
}

/**
 * Eigenvalues in 3-D beside ilastik's, whose solver is approximate where ours is exact. A value counts as equal within
 * `ofStandardDeviation` of its channel's standard deviation.
 */
export const eigenvalueTolerance3d = { ofStandardDeviation: 0.02, shareOfAll: 0.995, shareOfChannel: 0.95 } as const;

/** Probabilities and classes beside ilastik's, of a forest read from its project: this share of the pixels must agree. */
export interface PredictionTolerance {
  /** Largest difference of a probability that counts as equal. */
  readonly difference: number;
  readonly shareOfProbabilities: number;
  readonly shareOfClasses: number;
}

/** A feature that falls on the other side of a threshold by rounding may differ. */
export const predictionTolerance2d: PredictionTolerance = {
  difference: 1e-6,
  shareOfProbabilities: 0.999,
  shareOfClasses: 0.9995,
};

/** Wider, because of ilastik's approximate eigenvalues. */
export const predictionTolerance3d: PredictionTolerance = {
  difference: 0.02,
  shareOfProbabilities: 0.99,
  shareOfClasses: 0.999,
};

/** A fast kernel beside its readable twin, relative to the range of the data. */
export const twinTolerance = 1e-6;
