import type { Scores } from '@brushwood/core';
import { table } from '../table.ts';

/** Scores as tables: all images together, each image, and what was taken for what. */
export function describeScores(
  names: readonly string[],
  scores: Scores,
  perImage: readonly { image: string; scores: Scores }[],
): string {
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

/** Two digits; a dash where there is nothing to divide by. */
export function percent(value: number): string {
  return Number.isNaN(value) ? '–' : (100 * value).toFixed(2);
}
