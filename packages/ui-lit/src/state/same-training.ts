import type { ImageReference, Lane, Project } from '@brushwood/core';

/** Would two projects train the same model, and predict the same? What was measured on one holds for the other then. */
export function isSameTraining(a: Project, b: Project): boolean {
  return (
    a.lanes.length === b.lanes.length &&
    a.lanes.every((lane, i) => isSameLane(lane, b.lanes[i]!)) &&
    a.classes.length === b.classes.length &&
    a.features === b.features &&
    a.normalization === b.normalization &&
    a.classifier.classifierId === b.classifier.classifierId &&
    a.classifier.options === b.classifier.options &&
    a.classifier.seed === b.classifier.seed
  );
}

function isSameLane(a: Lane, b: Lane): boolean {
  const [mask, otherMask] = [a.predictionMask, b.predictionMask];
  return (
    a.labels.chunks === b.labels.chunks &&
    isSameImage(a.rawData, b.rawData) &&
    a.rawData.axes === b.rawData.axes &&
    String(a.rawData.channels) === String(b.rawData.channels) &&
    (mask && otherMask ? isSameImage(mask, otherMask) : mask === otherMask)
  );
}

/** Is it the same image, wherever it lies now? A save gives images that were copied in another place. */
export function isSameImage(a: ImageReference, b: ImageReference): boolean {
  return (
    a === b || (a.nickname === b.nickname && a.fingerprint === b.fingerprint && String(a.shape) === String(b.shape))
  );
}
