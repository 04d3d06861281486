import {
  BrushwoodError,
  requestOf,
  type ImageLocation,
  type ImageReference,
  type ImageRequest,
  type Lane,
  type Project,
} from '@brushwood/core';
import { fileAxesOf, servedAxes } from './zarr-view.ts';

interface ServedImage {
  readonly id: string;
  readonly reference: ImageReference;
}

/** What the page is told of an image. */
export interface ImageFacts {
  readonly id: string;
  readonly nickname: string;
  /** Where it lies on this computer, to be shown. */
  readonly path: string;
}

const servedPath = /^\/api\/images\/([^/]+)\.zarr$/;

/**
 * The images a page may read: those the server was started for. A page knows them by numbers; it can never name a path. Remote
 * images keep their address, which a page could open by itself.
 */
export class ServedImages {
  private readonly images = new Map<string, ServedImage>();
  private readonly idsByPlace = new Map<string, string>();

  /** @returns undefined for a number that was never given out */
  request(id: string): ImageRequest | undefined {
    const image = this.images.get(id);
    return image && { ...requestOf(image.reference), channels: 'all' };
  }

  facts(): ImageFacts[] {
    return [...this.images.values()].map(({ id, reference }) => ({
      id,
      nickname: reference.nickname,
      path: reference.location.path,
    }));
  }

  /** The project as a page sees it: its images lie behind the server. */
  toPage(project: Project): Project {
    const { origin: _, ...rest } = project;
    return { ...rest, lanes: project.lanes.map((lane) => mapImages(lane, (reference) => this.serve(reference))) };
  }

  /**
   * The project as it is on this computer.
   * @throws 'invalid-parameter' for an image that is neither behind this server nor remote
   */
  fromPage(project: Project, origin: string): Project {
    return { ...project, origin, lanes: project.lanes.map((lane) => mapImages(lane, (image) => this.restore(image))) };
  }

  /** Serves an image from now on; the reference as a page sees it. */
  serve(reference: ImageReference): ImageReference {
    if (isRemote(reference.location)) return reference;
    const place = JSON.stringify([reference.location, reference.axes]);
    const id = this.idsByPlace.get(place) ?? String(this.images.size);
    this.idsByPlace.set(place, id);
    this.images.set(id, { id, reference });
    return { ...reference, location: { path: `/api/images/${id}.zarr` }, axes: servedAxes(reference.axes) };
  }

  private restore(image: ImageReference): ImageReference {
    const { location } = image;
    if (location.stack) throw notServed(location);
    // An image a page was given itself: it is sent with the project, and has no other place.
    if (location.tensor) return { ...image, storage: 'embedded' };
    if (isRemote(location)) return image;
    const known = this.images.get(servedPath.exec(location.path)?.[1] ?? '');
    if (!known || location.innerPath !== undefined) throw notServed(location);
    const { reference } = known;
    const axes = fileAxesOf(reference.axes, image.axes);
    if (axes === undefined) {
      throw new BrushwoodError(
        'invalid-parameter',
        `"${image.nickname}" has the axes ${reference.axes}; "${image.axes}" are not as many.`,
        { axes: image.axes },
      );
    }
    // What lies in the project file has no place outside.
    const storage = reference.storage === 'embedded' ? 'embedded' : image.storage;
    return { ...image, location: reference.location, axes, storage };
  }
}

function mapImages(lane: Lane, map: (reference: ImageReference) => ImageReference): Lane {
  const { rawData, predictionMask } = lane;
  return { ...lane, rawData: map(rawData), ...(predictionMask ? { predictionMask: map(predictionMask) } : {}) };
}

function isRemote({ path }: ImageLocation): boolean {
  return /^https?:\/\//i.test(path);
}

function notServed({ path }: ImageLocation): BrushwoodError {
  return new BrushwoodError(
    'invalid-parameter',
    `"${path}" is no image of this server. Start it with that image: brushwood ui PROJECT ${path.split('/').at(-1) || 'IMAGE'}.`,
    { path },
  );
}
