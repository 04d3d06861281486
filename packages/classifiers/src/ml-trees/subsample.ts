import type { Samples } from '@brushwood/core';
import type { CheckedSamples } from '../check-samples.ts';
import { RandomStream } from '../random-forest/random.ts';

/** Rows and classes as the mljs libraries take them. */
export interface LibrarySamples {
  readonly rows: number[][];
  /** Position of the label among the known ones. */
  readonly classes: number[];
}

/**
 * At most `maxSamples` samples, every class with its share and at least one. The same seed draws the same.
 * Source: proportional stratified sampling without replacement.
 */
export function drawSubsample(
  samples: Samples,
  { classes, knownLabels }: CheckedSamples,
  options: { readonly maxSamples: number; readonly seed: number },
): LibrarySamples {
  const { sampleCount, featureCount, featureMatrix } = samples;
  const keptShare = Math.min(1, options.maxSamples / sampleCount);
  const chosen: number[] = [];
  knownLabels.forEach((_, position) => {
    const members: number[] = [];
    for (let sample = 0; sample < sampleCount; sample++) if (classes[sample] === position) members.push(sample);
    const count = Math.max(1, Math.floor(members.length * keptShare));
    const random = new RandomStream(options.seed, position);
    for (let i = 0; i < count && count < members.length; i++) {
      const other = i + random.below(members.length - i);
      [members[i], members[other]] = [members[other]!, members[i]!];
    }
    chosen.push(...members.slice(0, count));
  });
  chosen.sort((a, b) => a - b);
  return {
    rows: chosen.map((sample) => [...featureMatrix.subarray(sample * featureCount, (sample + 1) * featureCount)]),
    classes: chosen.map((sample) => classes[sample]!),
  };
}

/** Says that not all samples were used; empty if they were. */
export function subsampleWarnings(used: number, sampleCount: number, displayName: string): string[] {
  if (used === sampleCount) return [];
  return [
    `${displayName} was trained on ${used} of ${sampleCount} labelled pixels, because its time grows with their square. ` +
      'Raise maxSamples to use more, or choose Random Forest, which uses all of them.',
  ];
}
