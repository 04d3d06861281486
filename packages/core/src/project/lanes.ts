import { BrushwoodError } from '../errors.ts';
import { emptyLabels, hasLabels } from './labels.ts';
import { usedChannelCount, type ImageReference, type Lane } from './lane.ts';
import { dropModel, type Project } from './project.ts';

/** The 0-based index of a lane given by nickname or by number (0…n−1). @throws 'lane-missing' naming those there are. */
export function findLane(project: Project, nicknameOrNumber: string): number {
  const byName = project.lanes.findIndex((lane) => lane.rawData.nickname === nicknameOrNumber);
  if (byName >= 0) return byName;
  const index = Number(nicknameOrNumber);
  if (nicknameOrNumber !== '' && Number.isInteger(index) && index >= 0 && index < project.lanes.length) return index;
  const known = project.lanes.map((lane, i) => `${i} "${lane.rawData.nickname}"`).join(', ') || 'none';
  throw new BrushwoodError(
    'lane-missing',
    `There is no image "${nicknameOrNumber}" in the project. Its images: ${known}.`,
    {
      asked: nicknameOrNumber,
    },
  );
}

/**
 * Appends an image without labels. The first one decides whether features are computed in 2-D (spec §A.7), unless a model
 * that knows its features is there already.
 * @throws 'shape-mismatch' if it differs from the others in channels or in being a volume (spec §F)
 */
export function addLane(project: Project, rawData: ImageReference): Project {
  const { lanes, features, classifier } = project;
  checkFits(lanes[0]?.rawData, rawData);
  const decides = lanes.length === 0 && !classifier.model;
  return {
    ...project,
    features: decides ? { ...features, computeIn2d: features.sigmas.map(() => rawData.shape[2] === 1) } : features,
    lanes: [...lanes, { rawData, labels: emptyLabels(rawData.shape) }],
  };
}

/** Removes an image with its labels. */
export function removeLane(project: Project, index: number): Project {
  const { lane } = laneAt(project, index);
  const next = { ...project, lanes: project.lanes.filter((_, i) => i !== index) };
  return hasLabels(lane.labels) ? dropModel(next) : next;
}

/**
 * Puts another image in a lane. Its labels stay if the size is the same; otherwise there must be none.
 * @throws 'shape-mismatch' if labels would be left without their voxels
 */
export function replaceLane(project: Project, index: number, rawData: ImageReference): Project {
  const { lane } = laneAt(project, index);
  checkFits(project.lanes.find((_, i) => i !== index)?.rawData, rawData);
  const fits = emptyLabels(rawData.shape).shape.every((size, i) => size === lane.labels.shape[i]);
  if (!fits && hasLabels(lane.labels)) {
    throw new BrushwoodError(
      'shape-mismatch',
      `"${rawData.nickname}" has shape (${rawData.shape.join(', ')}), but the labels of "${lane.rawData.nickname}" were painted on ` +
        `(${lane.rawData.shape.join(', ')}), axes tczyx. Remove that lane and add the image as a new one.`,
      { shape: [...rawData.shape], expected: [...lane.rawData.shape] },
    );
  }
  return dropModel(withLane(project, index, { rawData, labels: fits ? lane.labels : emptyLabels(rawData.shape) }));
}

/**
 * Says where a moved image lies now. Same image, so labels and model stay.
 * @throws 'shape-mismatch' if size or content (see `fingerprintImage`) differ
 */
export function relinkLane(project: Project, index: number, found: ImageReference): Project {
  const { lane } = laneAt(project, index);
  const known = lane.rawData;
  const sameShape = found.shape.every((size, i) => size === known.shape[i]);
  const sameContent = !known.fingerprint || !found.fingerprint || known.fingerprint === found.fingerprint;
  if (!sameShape || !sameContent) {
    throw new BrushwoodError(
      'shape-mismatch',
      `"${found.location.path}" is not the image "${known.nickname}" of the project: ` +
        (sameShape
          ? 'its content differs.'
          : `its shape is (${found.shape.join(', ')}), expected (${known.shape.join(', ')}).`) +
        ' Use "replace" if another image is meant.',
      { path: found.location.path },
    );
  }
  // The same voxels may lie in a file of other axes: `yx` in one, `yxc` in the other.
  const { location, storage, axes, dtype, fingerprint = known.fingerprint } = found;
  return withLane(project, index, { ...lane, rawData: { ...known, location, storage, axes, dtype, fingerprint } });
}

/** Keeps the image inside the project file from the next save on. */
export function embedLane(project: Project, index: number): Project {
  const { lane } = laneAt(project, index);
  return withLane(project, index, { ...lane, rawData: { ...lane.rawData, storage: 'embedded' } });
}

/** Sets or removes the prediction mask. @throws 'shape-mismatch' unless it covers the image. */
export function setPredictionMask(project: Project, index: number, mask: ImageReference | undefined): Project {
  const { lane } = laneAt(project, index);
  if (mask) checkMaskShape(mask, lane.rawData);
  const { predictionMask: _, ...rest } = lane;
  return withLane(project, index, mask ? { ...rest, predictionMask: mask } : rest);
}

function checkMaskShape(mask: ImageReference, image: ImageReference): void {
  if (mask.shape.some((size, i) => i !== 1 && size !== image.shape[i])) {
    throw new BrushwoodError(
      'shape-mismatch',
      `The mask "${mask.nickname}" has shape (${mask.shape.join(', ')}), but the image has (${image.shape.join(', ')}), axes tczyx; ` +
        'all but the channels must agree.',
      { mask: [...mask.shape], image: [...image.shape] },
    );
  }
}

/** Replaces one lane. */
export function withLane(project: Project, index: number, lane: Lane): Project {
  return { ...project, lanes: project.lanes.map((other, i) => (i === index ? lane : other)) };
}

function laneAt(project: Project, index: number): { lane: Lane } {
  const lane = project.lanes[index];
  if (!lane)
    throw new BrushwoodError('lane-missing', `There is no lane ${index}; the project has ${project.lanes.length}.`, {
      index,
    });
  return { lane };
}

function checkFits(existing: ImageReference | undefined, added: ImageReference): void {
  if (!existing) return;
  const [channels, expected] = [usedChannelCount(added), usedChannelCount(existing)];
  if (channels !== expected) {
    throw new BrushwoodError(
      'shape-mismatch',
      `"${added.nickname}" has ${channels} channel(s), the images of this project have ${expected}. Choose channels with --channels ` +
        '(for example --channels gray for an RGB image of a grey picture).',
      { channels, expected },
    );
  }
  const [isVolume, expectsVolume] = [added.shape[2] > 1, existing.shape[2] > 1];
  if (isVolume !== expectsVolume) {
    throw new BrushwoodError(
      'shape-mismatch',
      `"${added.nickname}" is ${isVolume ? 'a volume' : 'a flat image'}, the images of this project are ` +
        `${expectsVolume ? 'volumes' : 'flat'}. If the axes were misread, name them with --input-axes.`,
      { shape: [...added.shape] },
    );
  }
}
