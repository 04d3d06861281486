import {
  BrushwoodError,
  emptyConfusion,
  evaluateImage,
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
import { loadProject } from '../project-file.ts';
import type { Report } from '../report.ts';
import { crossValidateProject } from './cross-validate.ts';
import { describeScores } from './describe-scores.ts';
import { checkInput } from './check-input.ts';

export interface EvaluateOptions {
  readonly truth: readonly string[];
  /** Number of parts. */
  readonly crossValidate?: number;
  readonly instances?: boolean;
  readonly map?: ReadonlyMap<number, number>;
  readonly inputAxes?: string;
  readonly channels?: ChannelSelection;
  readonly signal: AbortSignal;
  readonly report: Report;
}

/**
 * `brushwood evaluate P.ilp [INPUT…] --truth MASK…`: predicts each image and compares it with its truth;
 * `brushwood evaluate P.ilp --cross-validate [K]`: how well strokes that were held out are recognised.
 */
export async function evaluate(
  services: PipelineServices,
  path: string,
  inputs: readonly string[],
  options: EvaluateOptions,
): Promise<void> {
  const { catalog } = services;
  const { report } = options;
  if (options.crossValidate !== undefined) return crossValidateProject(services, path, { ...options, inputs });
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
    if (inputs.length > 0) await checkInput(catalog, project, { image: image.image, isOwn: false, report });
    const { confusion: own } = await evaluateImage(project, {
      services,
      ...image,
      truth: { location: imageLocation(catalog, options.truth[i]!) },
      meaning,
      signal: options.signal,
      onProgress: report.onProgress,
    });
    own.forEach((row, a) => row.forEach((count, b) => (confusion[a]![b]! += count)));
    perImage.push({ image: nicknameOf(image.image.location), scores: scoresOf(own) });
  }
  const names = project.classes.map((item) => item.name);
  const scores = scoresOf(confusion);
  report.result(describeScores(names, scores, perImage), {
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
): { readonly image: ImageRequest; readonly mask?: ImageRequest }[] {
  if (inputs.length === 0) {
    project.lanes.forEach(checkLaneFile);
    return project.lanes.map(({ rawData, predictionMask }) => ({
      image: requestOf(rawData),
      ...(predictionMask ? { mask: requestOf(predictionMask) } : {}),
    }));
  }
  const channels = options.channels ?? project.lanes[0]?.rawData.channels;
  return inputs.map((input) => ({
    image: { location: imageLocation(catalog, input), axes: options.inputAxes, channels },
  }));
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
