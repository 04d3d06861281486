import type { ClassifierModel, FeatureBlock, StoredModel, TrainingReport } from '@brushwood/core';
import { checkBlock } from '../check-block.ts';
import type { ForestEngine } from './predict.reference.ts';

/** Decision trees ready to predict, whatever they were trained with. */
export class ForestModel implements ClassifierModel {
  readonly featureCount: number;
  readonly classCount: number;
  readonly report?: TrainingReport;
  private readonly stored: StoredModel;
  private readonly engine: ForestEngine;

  constructor(stored: StoredModel, engine: ForestEngine, report?: TrainingReport) {
    this.featureCount = stored.featureCount;
    this.classCount = stored.classCount;
    this.stored = stored;
    this.engine = engine;
    if (report) this.report = report;
  }

  predict(features: FeatureBlock, out: Float32Array): void {
    const voxels = checkBlock(features, out, this);
    const planes = Array.from({ length: this.classCount }, (_, c) => out.subarray(c * voxels, (c + 1) * voxels));
    const known = new Set(this.stored.knownLabels);
    planes.forEach((plane, classIndex) => {
      if (!known.has(classIndex + 1)) plane.fill(0);
    });
    this.engine.predict(
      features,
      this.stored.knownLabels.map((label) => planes[label - 1]!),
    );
  }

  save(): StoredModel {
    return this.stored;
  }
}
