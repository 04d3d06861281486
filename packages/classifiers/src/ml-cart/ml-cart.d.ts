/** The part of ml-cart 2.1 that is used here; the package brings no types. */
declare module 'ml-cart' {
  export class DecisionTreeClassifier {
    constructor(options: {
      gainFunction?: 'gini';
      splitFunction?: 'mean';
      minNumSamples?: number;
      maxDepth?: number;
      gainThreshold?: number;
    });
    readonly root: import('../ml-trees/cart-tree.ts').CartNode;
    /** Classes are whole numbers from 0. */
    train(rows: readonly (readonly number[])[], classes: readonly number[]): void;
    predict(rows: readonly (readonly number[])[]): number[];
  }
}
