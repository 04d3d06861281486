import type { ImageReference, Project } from '@brushwood/core';

/** Would two projects train the same model? What was measured on one holds for the other then. */
export function isSameTraining(a: Project, b: Project): boolean {
  return (
    a.lanes.length === b.lanes.length &&
    a.lanes.every(({ labels, rawData }, i) => {
      const other = b.lanes[i]!;
      return labels.chunks === other.labels.chunks && rawData.channels === other.rawData.channels;
    }) &&
    a.classes.length === b.classes.length &&
    a.features === b.features &&
    a.normalization === b.normalization &&
    a.classifier.classifierId === b.classifier.classifierId &&
    a.classifier.options === b.classifier.options &&
    a.classifier.seed === b.classifier.seed
  );
}

/** Is it the same image, wherever it lies now? A save gives images that were copied in another place. */
export function isSameImage(a: ImageReference, b: ImageReference): boolean {
  return (
    a === b || (a.nickname === b.nickname && a.fingerprint === b.fingerprint && String(a.shape) === String(b.shape))
  );
}
