import type { ImageReference, Project } from '@brushwood/core';

/**
 * A recovered project with the places of its images: those whose voxels were too many to be kept are looked for in the saved project,
 * by name, size and content.
 */
export function adoptImages(recovered: Project, saved: Project): Project {
  const known = saved.lanes.flatMap(({ rawData, predictionMask }) =>
    predictionMask ? [rawData, predictionMask] : [rawData],
  );
  const adopt = (image: ImageReference): ImageReference => {
    if (hasVoxels(image)) return image;
    const found = known.find((other) => hasVoxels(other) && isSame(image, other));
    return found ? { ...image, location: found.location, storage: found.storage, axes: found.axes } : image;
  };
  const lanes = recovered.lanes.map((lane) => ({
    ...lane,
    rawData: adopt(lane.rawData),
    ...(lane.predictionMask ? { predictionMask: adopt(lane.predictionMask) } : {}),
  }));
  return { ...recovered, lanes };
}

function hasVoxels({ location: { blob, files, tensor } }: ImageReference): boolean {
  return (blob ?? files ?? tensor) !== undefined;
}

function isSame(a: ImageReference, b: ImageReference): boolean {
  const hasSameShape = a.shape.every((size, axis) => size === b.shape[axis]);
  return a.nickname === b.nickname && hasSameShape && a.fingerprint === b.fingerprint;
}
