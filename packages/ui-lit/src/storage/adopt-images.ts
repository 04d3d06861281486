import type { ImageReference, Project } from '@brushwood/core';

/**
 * A recovered project with the places of its images: those whose voxels were too many to be kept are looked for in the saved project,
 * by name, size and content.
 */
export function adoptImages(recovered: Project, saved: Project): Project {
  const known = imagesOf(saved).filter(hasVoxels);
  return mapImages(recovered, (image) => {
    const found = hasVoxels(image) ? undefined : known.find((other) => isSame(image, other));
    return found ? { ...image, ...placeOf(found) } : image;
  });
}

/**
 * A recovered project with the numbers its images have at the server now, found by name, size and content. One that is not found gets
 * no number, which may be another's: it is missing until the user chooses it again.
 */
export function adoptServed(recovered: Project, served: Project): Project {
  const known = imagesOf(served);
  return mapImages(recovered, (image) => {
    if (hasVoxels(image) || !isNumbered(image)) return image;
    const alike = known.filter((other) => isSame(image, other));
    const found = alike.find((other) => other.location.path === image.location.path) ?? alike[0];
    return { ...image, ...(found ? placeOf(found) : { location: { path: image.nickname } }) };
  });
}

function imagesOf({ lanes }: Project): ImageReference[] {
  return lanes.flatMap(({ rawData, predictionMask }) => (predictionMask ? [rawData, predictionMask] : [rawData]));
}

function mapImages(project: Project, map: (image: ImageReference) => ImageReference): Project {
  const lanes = project.lanes.map((lane) => ({
    ...lane,
    rawData: map(lane.rawData),
    ...(lane.predictionMask ? { predictionMask: map(lane.predictionMask) } : {}),
  }));
  return { ...project, lanes };
}

function placeOf({ location, storage, axes }: ImageReference): Pick<ImageReference, 'location' | 'storage' | 'axes'> {
  return { location, storage, axes };
}

/** Images of a server are known by numbers that it gives out while it runs. */
function isNumbered({ location }: ImageReference): boolean {
  return /\/api\/images\/\d+\.zarr$/.test(location.path);
}

function hasVoxels({ location: { blob, files, tensor } }: ImageReference): boolean {
  return (blob ?? files ?? tensor) !== undefined;
}

function isSame(a: ImageReference, b: ImageReference): boolean {
  const hasSameShape = a.shape.every((size, axis) => size === b.shape[axis]);
  return a.nickname === b.nickname && hasSameShape && a.fingerprint === b.fingerprint;
}
