import {
  findLane,
  hasLabels,
  type OptionValues,
  type PipelineServices,
  type Project,
  type TrainResult,
} from '@brushwood/core';
import { checkLaneFile } from '../image-file.ts';
import { editProject, workflowOf } from '../project-file.ts';
import type { Report } from '../report.ts';
import { peakMemoryMiB, seconds } from '../statistics.ts';
import { table } from '../table.ts';

export interface TrainCommandOptions {
  readonly classifier?: string;
  readonly options: OptionValues;
  readonly seed?: number;
  readonly lanes: readonly string[];
  readonly stats?: boolean;
  readonly engine?: string;
  readonly signal: AbortSignal;
  readonly report: Report;
}

/** `brushwood train P.ilp`: learns from the labels and stores the model in the project. */
export async function train(services: PipelineServices, path: string, options: TrainCommandOptions): Promise<void> {
  const { report } = options;
  let result: TrainResult | undefined;
  const edit = async (project: Project) => {
    const chosen = options.lanes.length > 0 ? options.lanes.map((lane) => findLane(project, lane)) : undefined;
    project.lanes.forEach((lane, i) => {
      if (hasLabels(lane.labels) && (chosen?.includes(i) ?? true)) checkLaneFile(lane, i);
    });
    result = await workflowOf(services.catalog, project).train(project, {
      services,
      classifierId: options.classifier,
      options: options.options,
      seed: options.seed,
      engineId: options.engine,
      lanes: chosen,
      signal: options.signal,
      onProgress: report.onProgress,
      onEstimate(estimate) {
        if (estimate >= 2) report.note(`Learning will take about ${seconds(estimate)}.`);
      },
    });
    return result.project;
  };
  const project = await editProject(services.catalog, path, edit, options);
  const { report: training, featureSeconds, trainSeconds } = result!;
  for (const warning of training.warnings) report.warn(warning);
  const stats = { featureSeconds, trainSeconds, peakMiB: peakMemoryMiB() };
  report.result(describe(project, result!, options.stats ? stats : undefined), {
    classifier: project.classifier.classifierId,
    seed: project.classifier.seed,
    samples: training.sampleCount,
    features: training.featureCount,
    classCounts: Object.fromEntries(project.classes.map((item, i) => [item.name, training.classCounts[i]])),
    outOfBagError: training.outOfBagError,
    warnings: training.warnings,
    ...(options.stats ? { stats } : {}),
  });
}

function describe(
  project: Project,
  { report, featureSeconds, trainSeconds }: TrainResult,
  stats?: { peakMiB: number },
): string {
  const lines = [
    `Trained ${project.classifier.classifierId} on ${report.sampleCount} voxels × ${report.featureCount} features, seed ${project.classifier.seed}.`,
    table(
      ['class', 'labelled'],
      project.classes.map((item, i) => [item.name, String(report.classCounts[i] ?? 0)]),
    ),
  ];
  if (report.outOfBagError !== undefined) {
    lines.push(
      `Out-of-bag error ${(100 * report.outOfBagError).toFixed(2)} %. Voxels of one stroke resemble each other, so other images will do worse: ` +
        'measure with brushwood evaluate.',
    );
  }
  if (stats)
    lines.push(
      `Features ${seconds(featureSeconds)}, training ${seconds(trainSeconds)}, peak memory ${stats.peakMiB} MiB.`,
    );
  return lines.join('\n');
}
