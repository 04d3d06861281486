/** The part of ml-random-forest 2.1 that is used here; its own types do not compile. */
declare module 'ml-random-forest' {
  export class RandomForestClassifier {
    constructor(options: {
      seed: number;
      nEstimators: number;
      /** Share of the columns each tree sees, up to 1; whole numbers above 1 count columns. */
      maxFeatures?: number;
      /** Draw columns with replacement. */
      replacement?: boolean;
      useSampleBagging?: boolean;
      noOOB?: boolean;
      treeOptions?: { minNumSamples?: number; maxDepth?: number; gainThreshold?: number };
    });
    readonly estimators: readonly { readonly root: import('../ml-trees/cart-tree.ts').CartNode }[];
    /** Per tree the columns it sees. */
    readonly indexes: readonly (readonly number[])[];
    train(rows: readonly (readonly number[])[], classes: readonly number[]): void;
    /** Per row the votes of the trees. */
    predictionValues(rows: readonly (readonly number[])[]): { readonly rows: number; getRow(row: number): number[] };
  }
}
