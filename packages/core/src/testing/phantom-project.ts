import type { PixelFilter } from '../contracts/pixel-filter.ts';
import type { Tensor } from '../grid/tensor.ts';
import { tensorDtype } from '../grid/tensor.ts';
import { newClass } from '../project/classes.ts';
import { emptySelection, selectFeature } from '../project/feature-selection.ts';
import { emptyLabels, type Labels } from '../project/labels.ts';
import type { ImageReference } from '../project/lane.ts';
import type { LabelClass, Project } from '../project/project.ts';

export interface PhantomProjectOptions {
  readonly workflowId?: string;
  /** Rows of the feature matrix; every one is ticked at every sigma of `sigmas`. */
  readonly filters: readonly PixelFilter[];
  readonly sigmas?: readonly number[];
  readonly classifierId: string;
  /** Default: "Background", "Object". */
  readonly classNames?: readonly string[];
  readonly lanes: readonly { readonly image: Tensor; readonly labels?: Labels; readonly nickname?: string }[];
}

/** A project over images in memory, with its features ticked and no model yet. */
export function phantomProject(options: PhantomProjectOptions): Project {
  const { filters, sigmas = [0.7, 1.6], classNames = ['Background', 'Object'] } = options;
  const isFlat = (options.lanes[0]?.image.shape[2] ?? 1) === 1;
  let features = emptySelection(filters, isFlat);
  for (const { id } of filters) for (const sigma of sigmas) features = selectFeature(features, id, sigma);
  return {
    workflowId: options.workflowId ?? 'Pixel Classification',
    lanes: options.lanes.map(({ image, labels, nickname }, i) => ({
      rawData: memoryReference(image, nickname ?? `phantom-${i}`),
      labels: labels ?? emptyLabels(image.shape),
    })),
    classes: classNames.reduce<LabelClass[]>((classes, name) => [...classes, newClass(name, classes)], []),
    features,
    classifier: { classifierId: options.classifierId, options: {}, seed: 1 },
    exportSettings: {},
    carried: [],
  };
}

/** An image in memory as a project refers to it. */
export function memoryReference(image: Tensor, nickname: string): ImageReference {
  return {
    nickname,
    location: { path: nickname, tensor: image },
    storage: 'absolute',
    axes: 'tczyx',
    shape: image.shape,
    dtype: tensorDtype(image),
    channels: 'all',
  };
}
