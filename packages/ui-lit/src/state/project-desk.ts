import {
  BrushwoodError,
  describeImage,
  openImage,
  relinkLane,
  replaceLane,
  requestOf,
  setPredictionMask,
  withLane,
  type ImageLocation,
  type ImageReference,
  type Project,
} from '@brushwood/core';
import { pickFiles } from '../elements/dialog/pick-files.ts';
import type { LaneAction } from '../elements/lane-table/lane-table.ts';
import type { ProjectHome } from '../storage/project-home.ts';
import { createServerHome } from '../storage/server-home.ts';
import { addImages, type NewImage } from './add-images.ts';
import type { Labeling } from './labeling.ts';

/** Where the project of the app comes from and goes to. */
export class ProjectDesk {
  /** For the status line. */
  notice = '';
  private readonly labeling: Labeling;
  private home: ProjectHome | undefined;

  constructor(labeling: Labeling) {
    this.labeling = labeling;
  }

  get title(): string {
    return this.home?.name ?? 'New project';
  }

  /** Opens what the server was started for. True if there is a project now. */
  async begin(): Promise<boolean> {
    const open = (reference: ImageReference) => openImage(this.formats, requestOf(reference));
    const server = await createServerHome({ openImage: open });
    return server ? this.openHome(server, server.warnings) : false;
  }

  /** Closes the project; what follows has no home yet. */
  async close(): Promise<void> {
    this.home = undefined;
    this.notice = '';
  }

  async openHome(home: ProjectHome, warnings: readonly string[] = []): Promise<boolean> {
    const project = await home.load();
    if (!project) return false;
    this.home = home;
    await this.labeling.openProject(project);
    this.notice = warnings.join(' ');
    return true;
  }

  /** Adds files as the slices of one image. */
  async addStack(files: readonly File[], axis: 'z' | 't' | 'c' = 'z'): Promise<void> {
    const sorted = [...files].sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
    const paths = sorted.map(({ name }) => name);
    const tree = new Map(sorted.map((file) => [file.name, file]));
    const name = stackName(paths);
    const location: ImageLocation = { path: name, files: tree, stack: { paths, axis } };
    await addImages(this.labeling, [{ name, path: name, location }]);
  }

  /** An image in a folder, such as an OME-Zarr. */
  async pickFolder(): Promise<NewImage[]> {
    const files = await pickFiles({ isFolder: true });
    if (files.length === 0) return [];
    const name = files[0]!.webkitRelativePath.split('/')[0]!;
    const tree = new Map(files.map((file) => [file.webkitRelativePath.slice(name.length + 1), file]));
    return [{ name, path: name, location: { path: name, files: tree } }];
  }

  /** Indices of images that cannot be opened where the project says they are. */
  async findMissing(): Promise<ReadonlySet<number>> {
    const missing = new Set<number>();
    for (const [index, { rawData }] of this.labeling.project.lanes.entries()) {
      try {
        await (await openImage(this.formats, requestOf(rawData))).close();
      } catch {
        missing.add(index); // the table says so, and offers to look for it
      }
    }
    return missing;
  }

  /** An image read with other axes or channels. */
  async describeAnew(project: Project, action: Extract<LaneAction, { kind: 'axes' | 'channels' }>): Promise<Project> {
    const lane = project.lanes[action.index]!;
    const { rawData } = lane;
    const { location, nickname, storage } = rawData;
    const axes = action.kind === 'axes' ? action.axes : rawData.axes;
    const channels = action.kind === 'channels' ? action.channels : rawData.channels;
    const { reference } = await describeImage(this.formats, location, { nickname, storage, axes, channels });
    return replaceLane(project, action.index, reference);
  }

  /** Another image in the place of one, or one that was found again, or a mask. */
  exchange(project: Project, { kind, index }: LaneAction, image: ImageReference): Project {
    if (kind === 'mask') return setPredictionMask(project, index, image);
    if (kind === 'relink') return relinkLane(project, index, image);
    const lane = project.lanes[index]!;
    return kind === 'replace' ? replaceLane(project, index, image) : withLane(project, index, lane);
  }

  async save(): Promise<void> {
    const { session } = this.labeling;
    const { project } = session;
    if (!this.home?.canSaveInPlace) {
      throw new BrushwoodError('unsupported', 'This project has no file yet. Start brushwood ui PROJECT.ilp to have one.');
    }
    const saved = await this.home.save(project);
    session.markSaved(project, saved.project);
    this.notice = saved.warnings.join(' ') || `Saved ${new Date().toLocaleTimeString()}`;
  }

  private get formats() {
    return this.labeling.services.catalog.formats;
  }
}

/** What the names have in common, or the first of them. */
function stackName(names: readonly string[]): string {
  const [first = 'stack', ...rest] = names;
  let length = first.length;
  for (const name of rest) while (!name.startsWith(first.slice(0, length))) length--;
  return first.slice(0, length).replace(/[\s_\-.\d]+$/, '') || first;
}
