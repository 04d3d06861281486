import type { Catalog } from '../contracts/plugin.ts';
import type { Workflow } from '../contracts/workflow.ts';
import { pixelExportSources } from '../pipeline/export-sources.ts';
import { planFeatures } from '../pipeline/feature-plan.ts';
import { runPrediction } from '../pipeline/run-prediction.ts';
import { runTraining } from '../pipeline/run-training.ts';
import { usedChannelCount } from '../project/lane.ts';
import type { Project } from '../project/project.ts';

/** ilastik's Pixel Classification: strokes on pixels, multiscale filters, one classifier, class probabilities. */
export const pixelClassification: Workflow = {
  id: 'Pixel Classification',
  displayName: 'Pixel Classification',
  exportSources: pixelExportSources,
  featureNames: (project, catalog) => featureNames(project, catalog),
  train: runTraining,
  predict: runPrediction,
};

function featureNames(project: Project, { filters }: Catalog): readonly string[] {
  const image = project.lanes[0]?.rawData;
  const channelCount = image ? usedChannelCount(image) : 1;
  return planFeatures(project.features, filters, { channelCount, isFlat: image ? image.shape[2] === 1 : true }).names;
}
