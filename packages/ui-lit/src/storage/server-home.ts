import {
  BrushwoodError,
  packProject,
  unpackProject,
  wholeRoi,
  type ErrorCode,
  type ErrorDetails,
  type ImageLocation,
  type ImageReference,
  type ImageSource,
  type Lane,
  type Project,
  type SavedProject,
} from '@brushwood/core';
import type { ProjectHome } from './project-home.ts';

/** An image the server reads, as it may be shown. */
export interface ServerImage {
  readonly id: string;
  readonly nickname: string;
  /** Where it lies on the computer of the server. */
  readonly path: string;
}

/** Something in the folders the server was started for. */
export interface ServerFile {
  readonly name: string;
  /** What the server calls it. */
  readonly path: string;
  readonly kind: 'folder' | 'image' | 'dataset';
  /** Of a dataset, in the file's order. */
  readonly shape?: readonly number[];
  readonly dtype?: string;
}

/** The project that `brushwood ui` was started for. */
export interface ServerHome extends ProjectHome {
  /** Of the project file, on the computer of the server. */
  readonly path: string;
  /** Why it cannot be saved, if `canSaveInPlace` is false. */
  readonly obstacle?: string;
  /** What had to be said about the project file when it was loaded. */
  readonly warnings: readonly string[];
  readonly images: readonly ServerImage[];
  /** What lies in a folder, or which datasets a file holds; without a path the folders there are. @throws 'not-found' */
  listFiles(path?: string): Promise<readonly ServerFile[]>;
  /** Describes images of these folders, which can be put into lanes then. @throws what opening an image throws */
  openFiles(paths: readonly string[]): Promise<readonly ImageReference[]>;
  /** Names a file of these folders for an export; only the server can open it by this name. @param path as `listFiles` gave it */
  fileLocation(path: string): ImageLocation;
  /** The path of such a name; undefined for any other location. */
  filePathOf(location: ImageLocation): string | undefined;
  /** The image as the server knows it; one that was given to the page with its voxels. @throws what opening it throws */
  toServer(image: ImageReference): Promise<ImageReference>;
  /** Saves a project beside the server's own, which stays as it is; gives the path of the copy. @throws 'write-failed' */
  saveCopy(project: Project): Promise<string>;
  /** Sends a request to the interface of the server. @throws what the server answers, 'write-failed' if it is gone */
  send(path: string, init?: RequestInit): Promise<Response>;
}

export interface ServerHomeOptions {
  /** Address of the app's folder; default that of the page. */
  readonly base?: string | URL;
  /** Opens images that were given to the page itself, to be sent with the project; without it they cannot be saved. */
  openImage?(reference: ImageReference): Promise<ImageSource>;
  /** Sends requests; default the page's own `fetch`. */
  readonly fetch?: typeof fetch;
}

interface Session {
  readonly project: string;
  readonly path: string;
  readonly isWritable: boolean;
  readonly obstacle?: string;
  readonly warnings: readonly string[];
  readonly images: readonly ServerImage[];
}

const projectType = 'application/vnd.brushwood.project';

/** The home of the project if the page comes from `brushwood ui`; undefined if it comes from any other server. */
export async function createServerHome(options: ServerHomeOptions = {}): Promise<ServerHome | undefined> {
  const { base = document.baseURI, fetch: send = (input, init) => fetch(input, init) } = options;
  const session = await readSession(new URL('api/session', base), send);
  return session && new ConnectedHome(session, new URL('api/', base), { ...options, fetch: send });
}

async function readSession(url: URL, send: typeof fetch): Promise<Session | undefined> {
  try {
    const response = await send(url, { headers: { Accept: 'application/json' } });
    const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
    if (!response.ok || !isJson) return undefined;
    const session = (await response.json()) as Session & { application?: unknown };
    return session.application === 'brushwood' ? session : undefined;
  } catch {
    return undefined; // a page without a server, from a cache or a file
  }
}

class ConnectedHome implements ServerHome {
  readonly name: string;
  readonly path: string;
  readonly canSaveInPlace: boolean;
  readonly obstacle: string | undefined;
  readonly warnings: readonly string[];
  readonly images: readonly ServerImage[];
  /** Of the interface. */
  private readonly url: URL;
  private readonly options: ServerHomeOptions & { fetch: typeof fetch };
  /** The state of the project on disk that this page knows: the server refuses to save over another window's work. */
  private state: string | undefined;
  /** Saves follow each other, as each begins from the state the last one left. */
  private lastSave: Promise<unknown> = Promise.resolve();

  constructor(session: Session, url: URL, options: ServerHomeOptions & { fetch: typeof fetch }) {
    this.name = session.project;
    this.path = session.path;
    this.canSaveInPlace = session.isWritable;
    this.obstacle = session.obstacle;
    this.warnings = session.warnings;
    this.images = session.images;
    this.url = url;
    this.options = options;
  }

  async load(): Promise<Project> {
    return (await this.request({ method: 'GET' })).project;
  }

  /**
   * Writes the project to its file on the computer of the server.
   * @throws 'other-settings' if another window has saved since this one loaded, 'write-failed' also if the server has gone
   */
  save(project: Project): Promise<SavedProject> {
    const save = this.lastSave.then(() => this.saveNow(project));
    this.lastSave = save.catch(() => undefined); // its caller hears of the failure
    return save;
  }

  async listFiles(path = ''): Promise<readonly ServerFile[]> {
    const response = await this.send(`files?path=${encodeURIComponent(path)}`);
    return ((await response.json()) as { entries: ServerFile[] }).entries;
  }

  async openFiles(paths: readonly string[]): Promise<readonly ImageReference[]> {
    const headers = { 'Content-Type': 'application/json' };
    const response = await this.send('files', { method: 'POST', headers, body: JSON.stringify({ paths }) });
    const { images } = (await response.json()) as { images: ImageReference[] };
    return images.map((image) => this.fromServer(image));
  }

  fileLocation(path: string): ImageLocation {
    return { path: this.fileAddress + path };
  }

  filePathOf({ path }: ImageLocation): string | undefined {
    return path.startsWith(this.fileAddress) ? path.slice(this.fileAddress.length) : undefined;
  }

  private get fileAddress(): string {
    return `${this.url.href}files/`;
  }

  async saveCopy(project: Project): Promise<string> {
    const init = { method: 'POST', body: await this.packed(project), headers: { 'Content-Type': projectType } };
    return ((await (await this.send('project/copies', init)).json()) as { path: string }).path;
  }

  private async saveNow(project: Project): Promise<SavedProject> {
    const state: Record<string, string> = this.state === undefined ? {} : { 'If-Match': this.state };
    const headers = { 'Content-Type': projectType, ...state };
    return this.request({ method: 'PUT', body: await this.packed(project), headers });
  }

  private async packed(project: Project): Promise<Uint8Array<ArrayBuffer>> {
    const lanes: Lane[] = [];
    for (const lane of project.lanes) lanes.push(await this.mapImages(lane, (image) => this.toServer(image)));
    return packProject({ ...project, lanes });
  }

  private async request(init: RequestInit): Promise<SavedProject> {
    const response = await this.send('project', init);
    const project = unpackProject(new Uint8Array(await response.arrayBuffer()));
    this.state = response.headers.get('etag') ?? undefined;
    const lanes: Lane[] = [];
    for (const lane of project.lanes) lanes.push(await this.mapImages(lane, (image) => this.fromServer(image)));
    return { project: { ...project, lanes }, warnings: warningsOf(response) };
  }

  async send(path: string, init?: RequestInit): Promise<Response> {
    const response = await this.options.fetch(new URL(path, this.url), init).catch((cause: unknown) => {
      throw new BrushwoodError(
        'write-failed',
        `The server of "brushwood ui" does not answer. Is it still running in its terminal? Start it again for ${this.name}; ` +
          'what you labelled is still in this window.',
        { path: this.path },
        { cause },
      );
    });
    if (!response.ok) throw await refusal(response);
    return response;
  }

  private async mapImages(
    lane: Lane,
    map: (image: ImageReference) => ImageReference | Promise<ImageReference>,
  ): Promise<Lane> {
    const { rawData, predictionMask } = lane;
    const images = { rawData: await map(rawData) };
    return { ...lane, ...images, ...(predictionMask ? { predictionMask: await map(predictionMask) } : {}) };
  }

  /** The server names images by its own paths; to open them a page needs whole addresses. */
  private fromServer(image: ImageReference): ImageReference {
    const { path } = image.location;
    return path.startsWith('/api/') ? { ...image, location: { path: new URL(path, this.url).href } } : image;
  }

  async toServer(image: ImageReference): Promise<ImageReference> {
    const { location } = image;
    if (location.blob || location.files) return this.withVoxels(image);
    if (!location.path.startsWith(this.url.href)) return image;
    return { ...image, location: { ...location, path: location.path.slice(this.url.origin.length) } };
  }

  /** A file that was dropped on the page lies nowhere the server could find it: its voxels go into the project. */
  private async withVoxels(image: ImageReference): Promise<ImageReference> {
    const { openImage } = this.options;
    if (!openImage) {
      throw new BrushwoodError(
        'unsupported',
        `"${image.nickname}" was given to this page only. Name it when you start brushwood ui, so that it can be saved.`,
        { path: image.location.path },
      );
    }
    const source = await openImage(image);
    try {
      const { shape, dtype, fileAxes } = source.info;
      const tensor = await source.read(wholeRoi(shape));
      const location = { path: image.location.path, tensor };
      // The voxels are those the lane uses.
      return { ...image, axes: image.axes || fileAxes, location, storage: 'embedded', shape, dtype, channels: 'all' };
    } finally {
      await source.close();
    }
  }
}

function warningsOf(response: Response): string[] {
  const header = response.headers.get('brushwood-warnings');
  const warnings: unknown = header === null ? [] : JSON.parse(decodeURIComponent(header));
  return Array.isArray(warnings) ? warnings.map(String) : [];
}

/** The error the server met, or what its answer means. */
async function refusal(response: Response): Promise<BrushwoodError> {
  const text = await response.text();
  if (response.headers.get('content-type')?.startsWith('application/json')) {
    const { error } = JSON.parse(text) as { error: { code: ErrorCode; message: string; details?: ErrorDetails } };
    return new BrushwoodError(error.code, error.message, error.details);
  }
  return new BrushwoodError('write-failed', `The server refused (${response.status}): ${text.trim()}`, {
    status: response.status,
  });
}
