import {
  BrushwoodError,
  createEvaluationSink,
  emptyConfusion,
  openImage,
  requestOf,
  scoresOf,
  type ChannelSelection,
  type ImageRequest,
  type PipelineServices,
  type Project,
  type Scores,
  type TruthMeaning,
} from '@brushwood/core';
import { checkLaneFile, imageLocation, nicknameOf } from '../image-file.ts';
import { loadProject, workflowOf } from '../project-file.ts';
import type { Report } from '../report.ts';
import { table } from '../table.ts';
import { checkInput } from './check-input.ts';

export interface EvaluateOptions {
  readonly truth: readonly string[];
  readonly instances?: boolean;
  readonly map?: ReadonlyMap<number, number>;
  readonly inputAxes?: string;
  readonly channels?: ChannelSelection;
  readonly signal: AbortSignal;
  readonly report: Report;
}

/** `brushwood evaluate P.ilp [INPUT…] --truth MASK…`: predicts each image and compares it with its truth. */
export async function evaluate(
  services: PipelineServices,
  path: string,
  inputs: readonly string[],
  options: EvaluateOptions,
): Promise<void> {
  const { catalog } = services;
  const { report } = options;
  const project = await loadProject(catalog, path, options);
  const images = evaluatedImages(services, project, inputs, options);
  if (options.truth.length !== images.length) {
    throw new BrushwoodError(
      'invalid-parameter',
      `Give one --truth per image: ${options.truth.length} truth image(s) for ${images.length} image(s)` +
        `${inputs.length === 0 ? ' of the project. To evaluate other images name them after the project' : ''}.`,
    );
  }
  const meaning = truthMeaning(project, options);
  const confusion = emptyConfusion(project.classes.length);
  const perImage: { image: string; scores: Scores }[] = [];
  for (const [i, image] of images.entries()) {
    if (inputs.length > 0) await checkInput(catalog, project, { image, isOwn: false, report });
    const own = emptyConfusion(project.classes.length);
    await compare(services, project, { image, truth: options.truth[i]!, confusion: own, meaning, options });
    own.forEach((row, a) => row.forEach((count, b) => (confusion[a]![b]! += count)));
    perImage.push({ image: nicknameOf(image.location), scores: scoresOf(own) });
  }
  const names = project.classes.map((item) => item.name);
  const scores = scoresOf(confusion);
  report.result(describe(names, scores, perImage), {
    ...scores,
    classes: scores.classes.map((score, i) => ({ name: names[i], ...score })),
    images: perImage,
  });
}

function evaluatedImages(
  { catalog }: PipelineServices,
  project: Project,
  inputs: readonly string[],
  options: EvaluateOptions,
): ImageRequest[] {
  if (inputs.length === 0) {
    project.lanes.forEach(checkLaneFile);
    return project.lanes.map((lane) => requestOf(lane.rawData));
  }
  const channels = options.channels ?? project.lanes[0]?.rawData.channels;
  return inputs.map((input) => ({ location: imageLocation(catalog, input), axes: options.inputAxes, channels }));
}

function truthMeaning(project: Project, { instances, map }: EvaluateOptions): TruthMeaning {
  if (instances && map) throw new BrushwoodError('invalid-parameter', 'Say either --instances or --map, not both.');
  if (map) {
    const bad = [...map.values()].find((label) => label < 0 || label > project.classes.length);
    if (bad !== undefined)
      throw new BrushwoodError(
        'invalid-parameter',
        `--map names label ${bad}, but the project has the classes 1 to ${project.classes.length}.`,
      );
    return { kind: 'map', labels: map };
  }
  if (!instances) return { kind: 'labels' };
  if (project.classes.length !== 2) {
    throw new BrushwoodError(
      'invalid-parameter',
      `--instances needs a project of two classes (background, foreground); this one has ${project.classes.length}. Use --map.`,
    );
  }
  return { kind: 'instances', background: 0, foreground: 1 };
}

async function compare(
  services: PipelineServices,
  project: Project,
  parts: {
    image: ImageRequest;
    truth: string;
    confusion: ReturnType<typeof emptyConfusion>;
    meaning: TruthMeaning;
    options: EvaluateOptions;
  },
): Promise<void> {
  const { catalog } = services;
  const { signal, report } = parts.options;
  const truth = await openImage(catalog.formats, { location: imageLocation(catalog, parts.truth) });
  try {
    await workflowOf(catalog, project).predict(project, {
      services,
      image: parts.image,
      outputs: [
        {
          sourceId: 'segmentation',
          openSink: async (spec) => createEvaluationSink(spec, truth, parts.confusion, parts.meaning),
        },
      ],
      signal,
      onProgress: report.onProgress,
    });
  } finally {
    await truth.close();
  }
}

function describe(
  names: readonly string[],
  scores: Scores,
  perImage: readonly { image: string; scores: Scores }[],
): string {
  const percent = (value: number) => (Number.isNaN(value) ? '–' : (100 * value).toFixed(2));
  const classRows = scores.classes.map((score, i) => [
    names[i]!,
    percent(score.precision),
    percent(score.recall),
    percent(score.f1),
    percent(score.iou),
    String(score.support),
  ]);
  const imageRows = perImage.map(({ image, scores: own }) => [
    image,
    percent(own.accuracy),
    ...own.classes.map((score) => percent(score.iou)),
  ]);
  const confusionRows = scores.confusion.map((row, i) => [names[i]!, ...row.map(String)]);
  return [
    `Accuracy ${percent(scores.accuracy)} %, mean IoU ${percent(scores.meanIou)} % over ${scores.voxels} voxels.`,
    table(['class', 'precision %', 'recall %', 'F1 %', 'IoU %', 'voxels'], classRows),
    '',
    table(['image', 'accuracy %', ...names.map((name) => `IoU ${name} %`)], imageRows),
    '',
    table(['truth \\ predicted', ...names], confusionRows),
  ].join('\n');
}
