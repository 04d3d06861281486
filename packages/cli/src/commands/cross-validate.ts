import {
  BrushwoodError,
  collectLabelledRows,
  crossValidate,
  describeLabelWarning,
  findById,
  hasLabels,
  labelWarnings,
  type CrossValidation,
  type PipelineServices,
  type Project,
  type Spread,
} from '@brushwood/core';
import { checkLaneFile } from '../image-file.ts';
import { loadProject } from '../project-file.ts';
import { table } from '../table.ts';
import { percent } from './describe-scores.ts';
import type { EvaluateOptions } from './evaluate.ts';

/** The project's classifier, trained on some of its strokes and tested on the others. The project file stays as it is. */
export async function crossValidateProject(
  services: PipelineServices,
  path: string,
  options: EvaluateOptions & { readonly inputs: readonly string[] },
): Promise<void> {
  const { report, signal } = options;
  const { onProgress } = report;
  const other = [...options.inputs, ...options.truth][0] ?? (options.instances || options.map ? 'a truth' : undefined);
  if (other !== undefined) {
    throw new BrushwoodError(
      'invalid-parameter',
      `--cross-validate tests the project's labels and takes no other images or truth, got ${other}. Run the two one after the other.`,
    );
  }
  const project = await loadProject(services.catalog, path, options);
  project.lanes.forEach((lane, i) => hasLabels(lane.labels) && checkLaneFile(lane, i));
  const { classifierId, options: given, seed } = project.classifier;
  const rows = await collectLabelledRows(project, { services, signal, onProgress });
  const found = await crossValidate(rows.samples, {
    classifier: findById(services.catalog.classifiers, classifierId, 'classifier'),
    options: given,
    seed,
    folds: options.crossValidate,
    groups: rows.groups,
    pool: services.pool,
    signal,
    onProgress,
  });
  const warnings = await labelWarnings(project, rows, { signal, validation: found });
  const classes = project.classes.map(({ name }) => name);
  const images = project.lanes.map(({ rawData }) => rawData.nickname);
  for (const warning of rows.warnings ?? []) report.warn(warning);
  for (const warning of warnings) report.warn(describeLabelWarning(warning, { classes, images }));
  const { predicted: _, confidences: __, ...figures } = found;
  report.result(describe(project, found), {
    classifier: classifierId,
    seed,
    ...figures,
    classes: found.classes.map((own, i) => ({
      name: classes[i],
      strokes: found.groupCounts[i],
      support: found.scores.classes[i]!.support,
      ...own,
    })),
    warnings,
  });
}

function describe({ classes, classifier }: Project, found: CrossValidation): string {
  const { accuracy, balancedAccuracy, folds, groupCounts, singleGroupClasses, untestedClasses, scores } = found;
  const spread = ({ mean, deviation }: Spread) =>
    Number.isNaN(mean) ? '–' : `${percent(mean)} ± ${percent(deviation)}`;
  const names = classes.map(({ name }) => name);
  const list = (numbers: readonly number[]) => numbers.map((i) => names[i]).join(', ');
  const lines = [
    `${classifier.classifierId}, ${folds} parts of ${scores.voxels} labelled voxels: accuracy ${spread(accuracy)} %, mean of the classes ` +
      `${spread(balancedAccuracy)} %.`,
    table(
      ['class', 'strokes', 'labelled', 'precision %', 'recall %', 'F1 %', 'IoU %'],
      found.classes.map(({ precision, recall, f1, iou }, i) => [
        names[i]!,
        String(groupCounts[i]),
        String(scores.classes[i]!.support),
        ...[precision, recall, f1, iou].map(spread),
      ]),
    ),
    '',
    table(
      ['painted \\ predicted', ...names],
      found.confusion.map((row, i) => [names[i]!, ...row.map(String)]),
    ),
    'Strokes were held out as a whole. Other images will do worse, as strokes are painted where things are clear: measure with --truth.',
  ];
  if (singleGroupClasses.length > 0) {
    lines.push(
      `Too good, as parts of a single stroke tested each other: ${list(singleGroupClasses)}. Paint more strokes.`,
    );
  }
  if (untestedClasses.length > 0) lines.push(`Not tested, for want of labels: ${list(untestedClasses)}.`);
  return lines.join('\n');
}
