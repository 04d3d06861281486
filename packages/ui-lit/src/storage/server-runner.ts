import {
  BrushwoodError,
  abortError,
  createTensor,
  emptyLabels,
  isAbortError,
  packProject,
  throwIfAborted,
  type ErrorCode,
  type ErrorDetails,
  type ImageReference,
  type Lane,
  type Project,
} from '@brushwood/core';
import type { ExportEvents, ExportImage, ExportPlan, ExportRunner } from '../state/exports/export-plan.ts';
import type { ServerHome } from './server-home.ts';

/** An export that a page has begun, as the server tells it. */
export interface ServerExport {
  readonly id: string;
  /** Which step of the page began it. */
  readonly step: string;
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
  /** How many images. */
  readonly images: number;
  /** Names of the classes of the areas. */
  readonly classNames: readonly string[];
}

/** Writes results on the computer of the server. Its exports go on when the page is closed, and can be found again. */
export interface ServerRunner extends ExportRunner {
  /** Those that are under way or were lately, newest last. */
  list(): Promise<readonly ServerExport[]>;
  /** The names of its images. @throws 'not-found' */
  namesOf(id: string): Promise<readonly string[]>;
  /** Tells of an export from its beginning until it is over. The signal cancels it. @throws as `run` */
  follow(id: string, events: ExportEvents): Promise<void>;
}

export interface ServerRunnerOptions {
  /** Under which the exports are found again. */
  readonly step?: 'export' | 'batch';
  readonly pollMs?: number;
}

interface ServerFailure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details?: ErrorDetails;
}

interface ServerImage {
  readonly index: number;
  readonly name: string;
  readonly state: 'waiting' | 'running' | 'done' | 'failed';
  readonly done: number;
  readonly total: number;
  readonly phase: string;
  readonly files: readonly string[];
  readonly error?: ServerFailure;
  readonly warnings: readonly string[];
  readonly classVoxels?: readonly number[];
  readonly voxels?: number;
  readonly voxelMeasureUm?: number;
  readonly isFlat?: boolean;
}

type ServerFacts = ServerExport & {
  readonly revision: number;
  readonly error?: ServerFailure;
  readonly changed: readonly ServerImage[];
};

const exportType = 'application/vnd.brushwood.export';

/** Runs exports on the server behind `home`. */
export function createServerRunner(home: ServerHome, options: ServerRunnerOptions = {}): ServerRunner {
  return new ConnectedRunner(home, options);
}

class ConnectedRunner implements ServerRunner {
  readonly takesAll = true;
  private readonly home: ServerHome;
  private readonly step: string;
  private readonly pollMs: number;

  constructor(home: ServerHome, { step = 'export', pollMs = 300 }: ServerRunnerOptions) {
    this.home = home;
    this.step = step;
    this.pollMs = pollMs;
  }

  async run(project: Project, images: readonly ExportImage[], plan: ExportPlan, events: ExportEvents): Promise<void> {
    for (const part of this.partsOf(project, images)) {
      const indices = part.filter((index) => events.isWanted?.(index) !== false);
      if (indices.length === 0) continue;
      throwIfAborted(events.signal);
      try {
        const body = await this.pack(
          project,
          indices.map((index) => images[index]!),
          plan,
        );
        const init = { method: 'POST', body, headers: { 'Content-Type': exportType } };
        const begun = (await (await this.home.send('exports', init)).json()) as ServerFacts;
        await this.follow(begun.id, renumbered(events, indices));
      } catch (error) {
        // One image that cannot be sent is no reason to leave out the others.
        if (indices.length > 1 || images.length === 1 || isAbortError(error)) throw error;
        events.onFailure({ index: indices[0]!, error });
      }
    }
  }

  async list(): Promise<readonly ServerExport[]> {
    const { exports } = (await (await this.home.send('exports')).json()) as { exports: ServerExport[] };
    return exports.filter(({ step }) => step === this.step);
  }

  async namesOf(id: string): Promise<readonly string[]> {
    return (await this.factsOf(id, 0)).changed.map(({ name }) => name);
  }

  async follow(id: string, events: ExportEvents): Promise<void> {
    const cancel = () => void this.home.send(`exports/${id}`, { method: 'DELETE' }).catch(() => undefined);
    if (events.signal.aborted) cancel();
    events.signal.addEventListener('abort', cancel, { once: true });
    const told = new ToldImages(events);
    try {
      for (let revision = 0; ; await pause(this.pollMs)) {
        const facts = await this.patiently(() => this.factsOf(id, revision));
        revision = facts.revision;
        for (const image of facts.changed) told.tell(image);
        if (facts.state === 'cancelled') throw abortError(events.signal);
        if (facts.state === 'failed') throw errorOf(facts.error!);
        if (facts.state === 'done') return;
      }
    } finally {
      events.signal.removeEventListener('abort', cancel);
    }
  }

  /** A computer that wakes up may need a moment to reach its server again. */
  private async patiently<T>(ask: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await ask();
      } catch (error) {
        const isGone = error instanceof BrushwoodError && error.code === 'write-failed';
        if (!isGone || tries === 4) throw error;
        await pause(1000);
      }
    }
  }

  private async factsOf(id: string, since: number): Promise<ServerFacts> {
    return (await (await this.home.send(`exports/${id}?since=${since}`)).json()) as ServerFacts;
  }

  /** Voxels of files that were given to the page are sent one by one, as together they may be too many. */
  private partsOf(project: Project, images: readonly ExportImage[]): number[][] {
    const all = images.map((_, index) => index);
    const isKnown = (index: number) =>
      this.home.filePathOf(images[index]!.image.location) !== undefined ||
      isServed(project.lanes[laneOf(project, images[index]!)]?.rawData);
    const known = all.filter(isKnown);
    const given = all.filter((index) => !isKnown(index)).map((index) => [index]);
    return known.length > 0 ? [known, ...given] : given;
  }

  private async pack(
    project: Project,
    images: readonly ExportImage[],
    plan: ExportPlan,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const wanted = new Set(images.map((image) => laneOf(project, image)));
    const own: Lane[] = [];
    for (const [i, lane] of project.lanes.entries())
      own.push(wanted.has(i) ? await this.sentLane(lane) : unusedLane(lane));
    const given: Lane[] = [];
    const wishes: object[] = [];
    for (const image of images) {
      const path = this.home.filePathOf(image.image.location);
      const lane = laneOf(project, image);
      if (path !== undefined) {
        const { axes, channels } = image.image;
        wishes.push({ path, nickname: image.nickname, axes, channels });
      } else if (lane >= 0) wishes.push({ lane });
      else {
        wishes.push({ lane: own.length + given.length });
        const lane = await this.sentLane(givenLane(image));
        given.push({ ...lane, labels: emptyLabels(lane.rawData.shape) }); // its shape is known now
      }
    }
    const header = { step: this.step, plan, images: wishes, givenCount: given.length };
    return join(header, packProject({ ...project, lanes: [...own, ...given] }));
  }

  private async sentLane(lane: Lane): Promise<Lane> {
    const { rawData, predictionMask } = lane;
    const mask = predictionMask && (await this.home.toServer(predictionMask));
    return { ...lane, rawData: await this.home.toServer(rawData), ...(mask ? { predictionMask: mask } : {}) };
  }
}

/** Tells of each image what is new. */
class ToldImages {
  private readonly events: ExportEvents;
  private readonly over = new Set<number>();
  private readonly warned = new Map<number, number>();

  constructor(events: ExportEvents) {
    this.events = events;
  }

  tell(image: ServerImage): void {
    const { index, state, error, warnings } = image;
    const { events, over, warned } = this;
    for (const message of warnings.slice(warned.get(index) ?? 0)) events.onWarning?.({ index, message });
    warned.set(index, warnings.length);
    if (state === 'running') {
      const { done, total, phase } = image;
      events.onProgress({ index, done, total, phase });
    }
    if ((state !== 'done' && state !== 'failed') || over.has(index)) return;
    over.add(index);
    if (error) events.onFailure({ index, error: errorOf(error) });
    else {
      const { files, classVoxels, voxels, voxelMeasureUm, isFlat } = image;
      events.onDone({ index, files, classVoxels, voxels, voxelMeasureUm, isFlat });
    }
  }
}

function errorOf({ code, message, details }: ServerFailure): BrushwoodError {
  return new BrushwoodError(code, message, details);
}

function renumbered(events: ExportEvents, indices: readonly number[]): ExportEvents {
  const own = <T extends { readonly index: number }>(fact: T): T => ({ ...fact, index: indices[fact.index]! });
  return {
    signal: events.signal,
    onProgress: (progress) => events.onProgress(own(progress)),
    onDone: (result) => events.onDone(own(result)),
    onWarning: (warning) => events.onWarning?.(own(warning)),
    onFailure: (failure) => events.onFailure(own(failure)),
  };
}

/** −1 for an image that is not of the project. */
function laneOf({ lanes }: Project, { image, labels }: ExportImage): number {
  const { path, innerPath, blob, files, tensor } = image.location;
  return lanes.findIndex(({ rawData, labels: own }) => {
    const { location } = rawData;
    const isSame = location.path === path && location.innerPath === innerPath && location.tensor === tensor;
    return isSame && location.blob === blob && location.files === files && (labels === undefined || labels === own);
  });
}

/** Does the server have the voxels? */
function isServed(reference: ImageReference | undefined): boolean {
  const { blob, files, tensor } = reference?.location ?? {};
  return reference !== undefined && !blob && !files && !tensor;
}

/** An image that is not exported: what it is counts, as others are compared with it. */
function unusedLane({ rawData }: Lane): Lane {
  const { location, shape } = rawData;
  const voxel = createTensor(new Uint8Array(1), [1, 1, 1, 1, 1]);
  return {
    rawData: { ...rawData, location: { path: location.path, tensor: voxel }, storage: 'embedded' },
    labels: emptyLabels(shape),
  };
}

function givenLane({ nickname, image, mask }: ExportImage): Lane {
  const facts = { storage: 'embedded', shape: [1, 1, 1, 1, 1] } as const;
  const referenceOf = ({ location, axes = '', channels = 'all' }: ExportImage['image']): ImageReference => ({
    ...facts,
    nickname,
    location,
    axes,
    channels,
  });
  const predictionMask = mask && referenceOf(mask);
  return {
    rawData: referenceOf(image),
    labels: emptyLabels(facts.shape),
    ...(predictionMask ? { predictionMask } : {}),
  };
}

/** The length of the JSON, the JSON, the project. */
function join(header: object, project: Uint8Array): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const body = new Uint8Array(4 + json.length + project.length);
  new DataView(body.buffer).setUint32(0, json.length, true);
  body.set(json, 4);
  body.set(project, 4 + json.length);
  return body;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
