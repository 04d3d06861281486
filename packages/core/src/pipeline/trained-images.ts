import type { TrainingReport } from '../contracts/classifier.ts';
import { countLabels } from '../project/labels.ts';
import type { Project } from '../project/project.ts';

/** What a report notes of the images a model was trained on. */
export function trainedImages(
  { lanes, classes }: Project,
  laneIndices: readonly number[],
): NonNullable<TrainingReport['images']> {
  return laneIndices.map((i) => {
    const { labels, rawData } = lanes[i]!;
    return { name: rawData.nickname, labels: countLabels(labels, classes.length) };
  });
}
