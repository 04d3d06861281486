import type { ImageLocation } from '../contracts/image-location.ts';
import type { Shape5 } from '../grid/axes.ts';
import { wholeRoi } from '../grid/roi.ts';
import { tensorDtype, type Tensor } from '../grid/tensor.ts';
import { addClass } from '../project/classes.ts';
import { addLane, withLane } from '../project/lanes.ts';
import { writeLabels } from '../project/labels.ts';
import type { ImageReference } from '../project/lane.ts';
import type { Project } from '../project/project.ts';
import type { FeatureSelection } from '../project/feature-selection.ts';

/** A project without images, with classes of these names. */
export function emptyProject(classNames: readonly string[] = []): Project {
  const project: Project = {
    workflowId: 'Pixel Classification',
    lanes: [],
    classes: [],
    features: { filterIds: [], sigmas: [], selected: [], computeIn2d: [] },
    classifier: { classifierId: 'nearest-mean', options: {}, seed: 0 },
    exportSettings: {},
    carried: [],
  };
  return classNames.reduce((next, name) => addClass(next, name), project);
}

/** How a project refers to an image of this shape; it is never opened unless `tensor` holds it. */
export function imageReference(nickname: string, shape: Shape5, more: Partial<ImageReference> = {}): ImageReference {
  return {
    nickname,
    location: { path: `${nickname}.tif` },
    storage: 'relative',
    axes: 'tczyx',
    shape,
    dtype: 'uint8',
    channels: 'all',
    ...more,
  };
}

/** How a project refers to an image in memory. */
export function tensorReference(nickname: string, tensor: Tensor, more: Partial<ImageReference> = {}): ImageReference {
  const location: ImageLocation = { path: nickname, tensor };
  return imageReference(nickname, tensor.shape, { location, dtype: tensorDtype(tensor), ...more });
}

/** Adds an image with dense labels of its own shape (one channel). */
export function withLabelledLane(project: Project, rawData: ImageReference, values: Uint8Array): Project {
  const added = addLane(project, rawData);
  const index = added.lanes.length - 1;
  const lane = added.lanes[index]!;
  return withLane(added, index, { ...lane, labels: writeLabels(lane.labels, wholeRoi(lane.labels.shape), values) });
}

/** The project as if it had been trained. */
export function asTrained(project: Project): Project {
  const { classifierId } = project.classifier;
  return {
    ...project,
    classifier: {
      ...project.classifier,
      model: {
        layout: 'arrays',
        classifierId,
        knownLabels: [1, 2],
        featureCount: 1,
        classCount: project.classes.length,
        arrays: {},
        texts: {},
      },
    },
  };
}

/** A selection with every cell ticked. */
export function allOf(filterIds: readonly string[], sigmas: readonly number[], computeIn2d = false): FeatureSelection {
  return {
    filterIds,
    sigmas,
    selected: filterIds.map(() => sigmas.map(() => true)),
    computeIn2d: sigmas.map(() => computeIn2d),
  };
}
