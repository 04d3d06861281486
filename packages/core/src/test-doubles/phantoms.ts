import type { Shape5 } from '../grid/axes.ts';
import type { Tensor } from '../grid/tensor.ts';
import { createContainer } from '../container.ts';
import type { Plugin } from '../contracts/plugin.ts';
import type { Project } from '../project/project.ts';
import { pipelineServices, registerWorkers, type PipelineServices } from '../pipeline/services.ts';
import { seededRandom } from '../testing/random.ts';
import { createInlinePool } from '../workers/inline-pool.ts';
import { fakeFilters } from './filters.ts';
import { nearestMean } from './nearest-mean.ts';
import { allOf, emptyProject, tensorReference, withLabelledLane } from './projects.ts';

/** A dark image with bright stripes across x, four voxels wide, and noise; uint8. */
export function stripes(shape: Shape5, seed = 1): Tensor {
  const random = seededRandom(seed);
  const length = shape.reduce((product, size) => product * size, 1);
  const data = Uint8Array.from({ length }, (_, i) => (isStripe(i % shape[4]) ? 180 : 40) + Math.floor(30 * random()));
  return { data, shape };
}
export function isStripe(x: number): boolean {
  return x % 8 < 4;
}

/** Sparse strokes on the stripes: 1 on the dark, 2 on the bright, over all time points and slices. */
export function stripeLabels(shape: Shape5, seed = 2): Uint8Array {
  const random = seededRandom(seed);
  const length = shape.reduce((product, size) => product * size, 1) / shape[1];
  return Uint8Array.from({ length }, (_, i) => (random() < 0.1 ? (isStripe(i % shape[4]) ? 2 : 1) : 0));
}

/** A project with one labelled image of stripes, and all made-up filters at two sigmas. */
export function stripeProject(image: Tensor, sigmas: readonly number[] = [0.7, 1.0]): Project {
  const project = {
    ...emptyProject(['dark', 'bright']),
    features: allOf(
      fakeFilters.map(({ id }) => id),
      sigmas,
    ),
  };
  return withLabelledLane(project, tensorReference('stripes', image), stripeLabels(image.shape));
}

/** Core with the made-up filters and classifier, on `size` inline workers. */
export function fakeServices(size = 1, more: readonly Plugin[] = []): PipelineServices {
  const container = createContainer([{ name: 'doubles', filters: fakeFilters, classifiers: [nearestMean] }, ...more]);
  registerWorkers(container, ({ catalog }) => createInlinePool(catalog, { size }));
  return pipelineServices(container);
}
