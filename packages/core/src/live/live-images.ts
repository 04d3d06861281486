import type { ImageLocation } from '../contracts/image-location.ts';
import type { WorkerPool } from '../contracts/worker-pool.ts';
import { BrushwoodError } from '../errors.ts';
import { requestOf, type ImageRequest } from '../pipeline/open-image.ts';
import type { Lane } from '../project/lane.ts';
import type { Project } from '../project/project.ts';
import type { LiveImageSetup } from './live-image.ts';
import { measureImage } from './measure-image.ts';
import { SampleRows } from './sample-rows.ts';

/** One image with one selection of features: what kept features and rows belong to. */
export interface KnownImage {
  readonly key: string;
  readonly setup: LiveImageSetup;
  readonly rows: SampleRows;
}

/** The images of a project as workers open them. An image, and all that is kept of it, is another one when anything its features depend on changes. */
export class LiveImages {
  private readonly pool: WorkerPool;
  private readonly locations = new WeakMap<ImageLocation, number>();
  private readonly images = new Map<string, Promise<KnownImage>>();
  private readonly resolved = new Map<string, KnownImage>();
  private count = 0;

  constructor(pool: WorkerPool) {
    this.pool = pool;
  }

  /** Tells images apart by everything their features depend on. */
  fingerprint({ features, normalization }: Project, { rawData, labels, predictionMask }: Lane): string {
    const { location, axes, channels } = rawData;
    const mask = predictionMask && [this.numberOf(predictionMask.location), predictionMask.axes];
    const image = [this.numberOf(location), axes, channels, labels.shape, mask ?? null];
    return JSON.stringify([image, features, normalization ?? null]);
  }

  /** @throws 'lane-missing'; what measuring intensities throws */
  resolve(project: Project, laneIndex: number): Promise<KnownImage> {
    const lane = project.lanes[laneIndex];
    if (!lane) return Promise.reject(missingLane(project, laneIndex));
    const fingerprint = this.fingerprint(project, lane);
    const known = this.images.get(fingerprint);
    if (known) return known;
    const image = this.open(project, lane).then((opened) => {
      this.resolved.set(fingerprint, opened);
      return opened;
    });
    this.images.set(fingerprint, image);
    image.catch(() => this.images.delete(fingerprint)); // to be tried again
    return image;
  }

  /** Forgets the images that are not the project's. */
  keepOnly(project: Project): void {
    const used = new Set(project.lanes.map((lane) => this.fingerprint(project, lane)));
    for (const map of [this.images, this.resolved]) {
      for (const fingerprint of [...map.keys()]) if (!used.has(fingerprint)) map.delete(fingerprint);
    }
  }

  /** Those that are ready, by key. */
  setups(): ReadonlyMap<string, LiveImageSetup> {
    return new Map([...this.resolved.values()].map(({ key, setup }) => [key, setup]));
  }

  private numberOf(location: ImageLocation): number {
    const known = this.locations.get(location) ?? ++this.count;
    this.locations.set(location, known);
    return known;
  }

  private async open(
    { features, normalization }: Project,
    { rawData, labels, predictionMask }: Lane,
  ): Promise<KnownImage> {
    const request = requestOf(rawData);
    const image: ImageRequest = normalization
      ? { ...request, intensities: await measureImage(this.pool, request, normalization) }
      : request;
    const mask = predictionMask && requestOf(predictionMask);
    const setup = { image, mask, selection: features, nickname: rawData.nickname, labelShape: labels.shape };
    return { key: `image${++this.count}`, setup, rows: new SampleRows() };
  }
}

function missingLane(project: Project, laneIndex: number): BrushwoodError {
  return new BrushwoodError(
    'lane-missing',
    `There is no image ${laneIndex + 1}; the project has ${project.lanes.length}.`,
    { laneIndex, lanes: project.lanes.length },
  );
}
