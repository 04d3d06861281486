import {
  addLane,
  BrushwoodError,
  describeLocation,
  newProject,
  type Catalog,
  type ChannelSelection,
  type Project,
} from '@brushwood/core';
import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { checkLaneFile, imageLocation, nicknameOf, referenceOf } from '../image-file.ts';
import { checkProjectPath, storeOf } from '../project-file.ts';
import type { Report } from '../report.ts';
import { ProjectDesk } from './project-desk.ts';

export interface OpenDeskOptions {
  readonly catalog: Catalog;
  readonly report: Report;
  readonly signal?: AbortSignal;
  readonly inputAxes?: string;
  readonly channels?: ChannelSelection;
}

/** The project of a server under its lock, until it is released. */
export interface OpenDesk {
  readonly desk: ProjectDesk;
  /** Of the project and of the images that were named. */
  readonly folders: readonly string[];
  release(): Promise<void>;
}

/**
 * Opens what the command names: a project, images, or both. Images without a project become a new one beside where the command
 * runs, written with the first save.
 * @throws those of loading and locking a project and of opening an image; 'invalid-parameter' for two projects
 */
export async function openDesk(inputs: readonly string[], options: OpenDeskOptions): Promise<OpenDesk> {
  const { catalog, report } = options;
  const [named, images] = splitInputs(catalog, inputs);
  const path = named ?? newProjectPath(catalog, images, report);
  if (named !== undefined && images.length === 0) checkProjectPath(named);
  const store = storeOf(catalog, path);
  const location = { path: resolve(path) };
  const isNew = !existsSync(path);
  const { release, obstacle } = await lockIfPossible(() => store.lock(location), path);
  try {
    if (!isNew) checkProjectPath(path);
    const loaded = isNew
      ? { project: newProject(catalog), warnings: [] }
      : await store.load(location, { signal: options.signal });
    for (const warning of loaded.warnings) report.warn(`${path}: ${warning}`);
    reportMissingImages(loaded.project, report);
    const project = await addImages(loaded.project, images, options);
    const incomplete = project.isIncomplete
      ? `Not everything in "${path}" could be read, so saving it would lose the rest. Repair the file or start from its backup (.bak).`
      : undefined;
    const cause = obstacle ?? incomplete;
    if (cause) report.warn(`${cause} It can be looked at, but not saved.`);
    const desk = new ProjectDesk({ ...loaded, catalog, store, location, project, report, obstacle: cause });
    const places = [location.path, ...images.map((image) => imageLocation(catalog, image).path)];
    const folders = places.filter((place) => !isUrl(place)).map((place) => dirname(place));
    return { desk, folders, release };
  } catch (error) {
    await release();
    throw error;
  }
}

function splitInputs(catalog: Catalog, inputs: readonly string[]): [project: string | undefined, images: string[]] {
  const endings = catalog.projectStores.flatMap(({ extensions }) => extensions);
  const isProject = (path: string) => endings.some((ending) => path.toLowerCase().endsWith(ending));
  const projects = inputs.filter(isProject);
  if (projects.length > 1) {
    throw new BrushwoodError(
      'invalid-parameter',
      `One project is opened at a time, got ${projects.length}: ${projects.join(', ')}. Start brushwood ui once for each.`,
      { projects },
    );
  }
  return [projects[0], inputs.filter((path) => !isProject(path))];
}

/** A name nobody has yet, after the first image. */
function newProjectPath(catalog: Catalog, images: readonly string[], report: Report): string {
  const stem = images[0] === undefined ? 'project' : nicknameOf(imageLocation(catalog, images[0]));
  const [extension = '.ilp'] = catalog.projectStores.flatMap(({ extensions }) => extensions);
  const first = `${stem}${extension}`;
  if (!existsSync(first)) return first;
  let number = 2;
  while (existsSync(`${stem}-${number}${extension}`)) number++;
  report.note(
    `${first} exists already; this session would be saved as ${stem}-${number}${extension}. To go on with the other: brushwood ui ${first}`,
  );
  return `${stem}-${number}${extension}`;
}

interface Lock {
  release(): Promise<void>;
  /** Why nothing can be saved. */
  readonly obstacle?: string;
}

/** A folder that cannot be written to is no reason not to look at a project. */
async function lockIfPossible(take: () => Promise<Lock>, path: string): Promise<Lock> {
  try {
    return await take();
  } catch (error) {
    if (!(error instanceof BrushwoodError) || error.code !== 'write-failed') throw error;
    return { release: async () => undefined, obstacle: `The folder of "${path}" cannot be written to.` };
  }
}

function reportMissingImages({ lanes }: Project, report: Report): void {
  lanes.forEach((lane, index) => {
    try {
      checkLaneFile(lane, index);
    } catch (error) {
      if (!(error instanceof BrushwoodError)) throw error;
      report.warn(error.message);
    }
  });
}

/** Images that the project has already are not added again. */
async function addImages(project: Project, images: readonly string[], options: OpenDeskOptions): Promise<Project> {
  const { catalog, report, signal, inputAxes, channels } = options;
  let next = project;
  for (const image of images) {
    const place = describeLocation(imageLocation(catalog, image));
    if (next.lanes.some(({ rawData }) => describeLocation(rawData.location) === place)) continue;
    const settings = { axes: inputAxes, channels, storage: 'relative', report, signal } as const;
    next = addLane(next, await referenceOf(catalog, image, settings));
  }
  return next;
}

/** The file's name without its folder. */
export function nameOf({ location }: ProjectDesk): string {
  return basename(location.path);
}

function isUrl(path: string): boolean {
  return /^https?:\/\//i.test(path);
}
