import type { ExportSource } from '../pipeline/export-sources.ts';
import type { PredictOptions, PredictResult } from '../pipeline/run-prediction.ts';
import type { TrainOptions, TrainResult } from '../pipeline/run-training.ts';
import type { Project } from '../project/project.ts';
import type { Catalog } from './plugin.ts';

/** What a project of one kind can train, predict and export. */
export interface Workflow {
  /** As stored in project files: `Pixel Classification`. */
  readonly id: string;
  readonly displayName: string;
  /** What can be exported, default first. */
  readonly exportSources: readonly ExportSource[];
  /** Names of the feature channels of a project, in column order. */
  featureNames(project: Project, catalog: Catalog): readonly string[];
  train(project: Project, options: TrainOptions): Promise<TrainResult>;
  predict(project: Project, options: PredictOptions): Promise<PredictResult>;
}
