import type { ImageSource } from '../contracts/image-source.ts';
import type { RunOptions } from '../contracts/progress.ts';
import { findById } from '../find-by-id.ts';
import { elementCount, type Shape5 } from '../grid/axes.ts';
import {
  createEvaluationSink,
  emptyConfusion,
  type ConfusionMatrix,
  type TruthMeaning,
} from '../pipeline/evaluate-segmentation.ts';
import { openImage, type ImageRequest } from '../pipeline/open-image.ts';
import type { PipelineServices } from '../pipeline/services.ts';
import type { Project } from '../project/project.ts';

export interface EvaluateImageOptions extends RunOptions {
  readonly services: PipelineServices;
  readonly image: ImageRequest;
  /** Voxels where it is 0 are not predicted and don't count. */
  readonly mask?: ImageRequest;
  readonly truth: ImageRequest;
  readonly meaning: TruthMeaning;
  /** Keep where the errors are, if the image has no more voxels than this. Default 0: no map. */
  readonly mapVoxels?: number;
}

/** Where a segmentation is wrong. */
export interface ErrorMap {
  /** Axes tczyx, one channel. */
  readonly shape: Shape5;
  /** 0: right or not compared; else 1 + `errorKind`. */
  readonly data: Uint8Array | Uint16Array;
}

/**
 * Predicts an image with the project's model, block by block, and compares its segmentation with the truth.
 * @throws 'shape-mismatch' for a truth of another size, 'invalid-labels' for one whose values mean nothing, 'no-classifier', what
 * reading throws, 'aborted'
 */
export async function evaluateImage(
  project: Project,
  options: EvaluateImageOptions,
): Promise<{ readonly confusion: ConfusionMatrix; readonly errorMap?: ErrorMap }> {
  const { services, image, mask, meaning, mapVoxels = 0, signal, onProgress } = options;
  const { formats, workflows } = services.catalog;
  const classCount = project.classes.length;
  const confusion = emptyConfusion(classCount);
  const opened: ImageSource[] = [];
  const open = async (request: ImageRequest) => {
    const source = await openImage(formats, request, { signal });
    opened.push(source);
    return source;
  };
  try {
    const truth = await open(options.truth);
    const maskSource = mask && (await open(mask));
    const errorMap = mapFor(truth.info.shape, { classCount, mapVoxels });
    const comparison = { confusion, meaning, mask: maskSource, errors: errorMap?.data };
    await findById(workflows, project.workflowId, 'workflow').predict(project, {
      services,
      image,
      mask,
      outputs: [{ sourceId: 'segmentation', openSink: async (spec) => createEvaluationSink(spec, truth, comparison) }],
      signal,
      onProgress,
    });
    return { confusion, ...(errorMap ? { errorMap } : {}) };
  } finally {
    await Promise.all(opened.map((source) => source.close()));
  }
}

function mapFor(
  [t, , z, y, x]: Shape5,
  { classCount, mapVoxels }: { readonly classCount: number; readonly mapVoxels: number },
): ErrorMap | undefined {
  const shape: Shape5 = [t, 1, z, y, x];
  const voxels = elementCount(shape);
  if (voxels > mapVoxels) return undefined;
  return { shape, data: classCount ** 2 < 255 ? new Uint8Array(voxels) : new Uint16Array(voxels) };
}
