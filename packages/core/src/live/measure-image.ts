import type { ImageLocation } from '../contracts/image-location.ts';
import type { WorkerPool } from '../contracts/worker-pool.ts';
import type { IntensityMap } from '../pipeline/map-intensities.ts';
import type { ImageRequest } from '../pipeline/open-image.ts';
import type { Normalization } from '../project/normalization.ts';
import { liveIntensitiesTask } from './live-tile.task.ts';

type Measured = WeakMap<ImageLocation, Map<string, Promise<readonly IntensityMap[]>>>;

/** What was measured, by the pool that did it and the image: it reads all of it, and several ask. */
const measuredBy = new WeakMap<WorkerPool, Measured>();

/**
 * How a normalisation maps the intensities of an image, one map per channel, as `measureIntensities` finds it. Measured once by a pool, in a
 * worker, which reads the whole image: an image is recognised by the identity of its `location`.
 * @throws what opening and reading throws, 'not-finite'
 */
export function measureImage(
  pool: WorkerPool,
  image: ImageRequest,
  normalization: Normalization,
): Promise<readonly IntensityMap[]> {
  const { location, ...how } = image;
  const measured: Measured = measuredBy.get(pool) ?? new WeakMap();
  measuredBy.set(pool, measured);
  const known = measured.get(location) ?? new Map<string, Promise<readonly IntensityMap[]>>();
  measured.set(location, known);
  const key = JSON.stringify([how, normalization]);
  const found = known.get(key);
  if (found) return found;
  const maps = pool.run(liveIntensitiesTask, { image, normalization });
  known.set(key, maps);
  maps.catch(() => known.delete(key)); // to be tried again
  return maps;
}
