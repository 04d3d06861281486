import { BrushwoodError, type Samples } from '@brushwood/core';

/** Samples that passed the checks, with the classes that have none left out. */
export interface CheckedSamples {
  /** Samples per class of the project. */
  readonly classCounts: readonly number[];
  /** Labels (class index + 1) that have samples, ascending. */
  readonly knownLabels: readonly number[];
  /** For every sample the position of its label in `knownLabels`. */
  readonly classes: Uint8Array;
}

/**
 * What every classifier asks of its samples.
 * @param who the classifier's name, for messages
 * @throws 'no-labels', 'no-features', 'one-class', 'not-finite'; 'shape-mismatch' and 'invalid-labels' if the arrays
 *   contradict each other
 */
export function checkSamples(samples: Samples, who: string): CheckedSamples {
  checkSizes(samples, who);
  const classCounts = countClasses(samples, who);
  const knownLabels = classCounts.flatMap((count, classIndex) => (count > 0 ? [classIndex + 1] : []));
  if (knownLabels.length === 1) {
    throw new BrushwoodError(
      'one-class',
      `${who} needs labels of at least two classes, but all ${samples.sampleCount} labelled pixels belong to label ` +
        `${knownLabels[0]}. Paint a few strokes of another class.`,
      { label: knownLabels[0] ?? 0, sampleCount: samples.sampleCount },
    );
  }
  checkFinite(samples, who);
  const position = new Uint8Array(samples.classCount);
  knownLabels.forEach((label, i) => (position[label - 1] = i));
  return { classCounts, knownLabels, classes: samples.classIndices.map((classIndex) => position[classIndex]!) };
}

/** What a user should know about these samples before trusting a model trained on them. */
export function sampleWarnings(classCounts: readonly number[]): string[] {
  const warnings: string[] = [];
  const missing = classCounts.flatMap((count, i) => (count === 0 ? [i + 1] : []));
  if (missing.length > 0) {
    warnings.push(`No pixel is labelled ${missing.join(', ')}: such a class gets probability 0 everywhere.`);
  }
  const painted = classCounts.filter((count) => count > 0);
  const smallest = Math.min(...painted);
  const largest = Math.max(...painted);
  if (smallest < fewSamples) {
    const label = classCounts.indexOf(smallest) + 1;
    warnings.push(
      `Label ${label} has only ${smallest} labelled pixels. A few more strokes will make the result steadier.`,
    );
  }
  if (largest > strongImbalance * smallest) {
    warnings.push(
      `Label ${classCounts.indexOf(largest) + 1} has ${Math.round(largest / smallest)} times as many labelled pixels as ` +
        `label ${classCounts.indexOf(smallest) + 1}; the rarer class will be found too seldom. Paint more of it.`,
    );
  }
  return warnings;
}

const fewSamples = 20;
const strongImbalance = 20;

function checkSizes(samples: Samples, who: string): void {
  const { featureMatrix, classIndices, sampleCount, featureCount } = samples;
  if (sampleCount === 0) {
    throw new BrushwoodError(
      'no-labels',
      `${who} needs labelled pixels, but there are none. Paint a few strokes of at least two classes.`,
    );
  }
  if (featureCount === 0) {
    throw new BrushwoodError('no-features', `${who} needs at least one feature, but none is selected. Select some.`);
  }
  if (featureMatrix.length !== sampleCount * featureCount || classIndices.length !== sampleCount) {
    throw new BrushwoodError(
      'shape-mismatch',
      `${who}: ${sampleCount} samples of ${featureCount} features need ${sampleCount * featureCount} values and ` +
        `${sampleCount} classes, found ${featureMatrix.length} and ${classIndices.length}.`,
      { sampleCount, featureCount, values: featureMatrix.length, classes: classIndices.length },
    );
  }
}

function countClasses(samples: Samples, who: string): number[] {
  const counts = Array<number>(samples.classCount).fill(0);
  for (const classIndex of samples.classIndices) {
    if (classIndex >= samples.classCount) {
      throw new BrushwoodError(
        'invalid-labels',
        `${who}: a sample has label ${classIndex + 1}, but the project has only ${samples.classCount} classes.`,
        { label: classIndex + 1, classCount: samples.classCount },
      );
    }
    counts[classIndex]!++;
  }
  return counts;
}

function checkFinite({ featureMatrix, featureCount }: Samples, who: string): void {
  let sum = 0;
  // A finite number less itself is zero, another one NaN, which stays.
  for (let i = 0; i < featureMatrix.length; i++) {
    const value = featureMatrix[i]!;
    sum += value - value;
  }
  if (sum === 0) return;
  for (let i = 0; i < featureMatrix.length; i++) {
    if (!Number.isFinite(featureMatrix[i])) {
      throw new BrushwoodError(
        'not-finite',
        `${who}: feature ${i % featureCount} of sample ${Math.floor(i / featureCount)} is ${featureMatrix[i]}. ` +
          'Remove NaN and infinite pixels from the image, or the labels on them.',
        { feature: i % featureCount, sample: Math.floor(i / featureCount) },
      );
    }
  }
}
