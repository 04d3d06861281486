import { BrushwoodError, newProject, openImage, requestOf, type ImageReference } from '@brushwood/core';
import { pickFiles } from '../elements/dialog/pick-files.ts';
import { BrowserHome, type ProjectFile } from '../storage/browser-home.ts';
import type { ProjectHome } from '../storage/project-home.ts';
import { RecentProjects, type RecentProject } from '../storage/recent-projects.ts';
import { createServerHome, type ServerHome } from '../storage/server-home.ts';
import { createServerRunner } from '../storage/server-runner.ts';
import { adoptImages, adoptServed } from '../storage/adopt-images.ts';
import { StrokeJournal } from '../storage/stroke-journal.ts';
import type { NewImage } from './add-images.ts';
import { Batch } from './batch/batch.ts';
import { resumeBatch } from './batch/start-batch.ts';
import { removeLeftovers } from './exports/export-stage.ts';
import { folderImage } from './given-images.ts';
import type { Labeling } from './labeling.ts';
import { whenSettled } from './when-settled.ts';

const newName = 'project.ilp';
const projectTypes = [{ description: 'ilastik project', accept: { 'application/x-hdf5': ['.ilp'] } }];

interface OpenPicker {
  showOpenFilePicker?(options: object): Promise<FileSystemFileHandle[]>;
}

/** Asks the user a question; `yes` names the answer that means so. */
export type Ask = (question: string, yes: string) => Promise<boolean>;

/** Where the project of the app comes from and goes to, and what is kept of it between saves. */
export class ProjectDesk {
  /** For the status line. */
  notice = '';
  /** What `brushwood ui` was started for, if the page comes from it: it also lists files, and writes exports. */
  server: ServerHome | undefined;
  /** Images that are predicted beside the user's work. */
  readonly batch = new Batch();
  private readonly labeling: Labeling;
  private home: ProjectHome;
  private journal: StrokeJournal | undefined;
  private recentProjects: RecentProjects | undefined;

  constructor(labeling: Labeling) {
    this.labeling = labeling;
    this.home = this.browserHome({ name: newName });
    labeling.session.addEventListener('change', (event) => {
      if ((event as CustomEvent<string>).detail === 'project') this.note();
    });
  }

  /** Would work be lost with the page? Behind a server a batch goes on without it. */
  get needsPage(): boolean {
    const { session, project } = this.labeling;
    return (session.isDirty && project.lanes.length > 0) || (this.batch.isRunning && !this.server);
  }

  get title(): string {
    return this.home.name;
  }

  /** Opens what the server was started for, or offers what a page that ended early has left. True if there is a project now. */
  async begin(ask: Ask): Promise<boolean> {
    void removeLeftovers().catch(() => undefined); // without the private file system there are none
    const [server, journal, recent] = await Promise.all([
      createServerHome({ openImage: (reference) => this.openImage(reference) }),
      StrokeJournal.open({ name: this.title, onProblem: (message) => this.labeling.report(message) }),
      RecentProjects.open(),
    ]);
    this.recentProjects = recent;
    this.journal = journal; // before anything can be painted
    this.server = server;
    this.labeling.exportDesk.serverRunner = server && createServerRunner(server);
    if (server) void resumeBatch(this.batch, server).catch((error: unknown) => this.labeling.report(error));
    const hasProject = server ? await this.openHome(server) : false;
    return (await this.offerRecovery(ask, server)) || hasProject;
  }

  /** Projects that were open in this browser. */
  async recent(): Promise<readonly RecentProject[]> {
    const all = (await this.recentProjects?.list()) ?? [];
    return all.filter(({ isReachable }) => isReachable);
  }

  /** Begins a project that has no file yet. */
  async startNew(): Promise<void> {
    this.home = this.browserHome({ name: newName });
    this.notice = '';
    this.journal?.rename(this.title);
    this.batch.clear();
    await this.labeling.openProject(newProject(this.labeling.services.catalog));
    await this.settleJournal();
  }

  /** Lets the user choose a project. False if none was chosen. */
  async open(): Promise<boolean> {
    const { showOpenFilePicker } = globalThis as OpenPicker;
    if (showOpenFilePicker) {
      const [handle] = await showOpenFilePicker.call(globalThis, { types: projectTypes });
      return handle ? this.openFile({ name: handle.name, handle }) : false;
    }
    const [file] = await pickFiles({ accept: '.ilp' });
    return file ? this.openFile({ name: file.name, blob: file }) : false;
  }

  async openRecent(id: string): Promise<boolean> {
    const file = await this.recentProjects?.locate(id);
    return file ? this.openFile(file) : false;
  }

  async openFile(file: ProjectFile): Promise<boolean> {
    if (!(await this.openHome(this.browserHome(file)))) return false;
    this.batch.clear();
    await this.recentProjects?.remember(file);
    return true;
  }

  /** Saves in place, or where the user says. False if the user thought better of it. */
  async save({ isNewPlace = false }: { isNewPlace?: boolean } = {}): Promise<boolean> {
    const { session } = this.labeling;
    const { home } = this;
    session.endStroke(); // a stroke that is being painted has dropped no model yet
    // So that the file has the model of its labels. A page may ask for a place, or to write, only for seconds after a click or key.
    await whenSettled(this.labeling, home instanceof BrowserHome ? 3000 : 10_000);
    const { project } = session;
    const asks = home instanceof BrowserHome && (isNewPlace || !home.canSaveInPlace);
    const saved = asks ? await home.saveAs(project) : await home.save(project);
    if (!saved) return false;
    session.markSaved(project, saved.project);
    this.notice = saved.warnings.join(' ') || `Saved at ${new Date().toLocaleTimeString()}`;
    this.journal?.rename(journalName(home), handleOf(home));
    // What was painted while it was being saved is kept as unsaved.
    if (session.isDirty) this.note();
    else await this.journal?.clear({ project: session.project, ...session.history });
    if (home instanceof BrowserHome) {
      const { name, handle } = home;
      await this.recentProjects?.remember({ name, handle, blob: handle ? undefined : saved.blob });
    }
    return true;
  }

  /** Keeps this window's work beside what another window has saved. */
  async saveCopy(): Promise<void> {
    const { session } = this.labeling;
    session.endStroke();
    if (this.server) this.notice = `Saved a copy: ${await this.server.saveCopy(session.project)}`;
    else await this.save({ isNewPlace: true });
  }

  private async openHome(home: ServerHome | BrowserHome): Promise<boolean> {
    const project = await home.load();
    if (!project) return false;
    this.home = home;
    this.journal?.rename(journalName(home), handleOf(home));
    await this.labeling.openProject(project, await this.journal?.historyOf(project));
    await this.settleJournal();
    this.notice = home.warnings.join(' ');
    return true;
  }

  /** Work that was not saved when its page ended. Behind a server only that of its own project. */
  private async offerRecovery(ask: Ask, server?: ServerHome): Promise<boolean> {
    const { journal } = this;
    const found = (await journal?.recover()) ?? [];
    const [work] = found.filter(({ name }) => !server || name === journalName(server));
    if (!journal || !work) return false;
    const when = work.changedAt.toLocaleString();
    if (
      !(await ask(
        `Restore the work on "${work.name}" of ${when} that was not saved? It takes the place of what the file holds.`,
        'Restore',
      ))
    ) {
      if (await ask('Forget that work for good?', 'Forget')) await journal.discard(work.id);
      return false;
    }
    const { missingImages, name, handle } = work;
    journal.rename(name, handle);
    const state = await journal.take(work.id);
    if (!state) return false;
    if (server) {
      // The server has given its images numbers anew.
      await this.labeling.restoreProject(adoptServed(state.project, this.labeling.project), state);
      this.notice = 'Restored; not saved yet.';
      return true;
    }
    this.home = this.browserHome({ name });
    // Large images were not kept with the strokes, but the project file has them. It is read only: it may have been saved since.
    const file = missingImages.length > 0 && handle ? this.browserHome({ name, handle }) : undefined;
    const saved = await file?.load().catch(() => undefined); // gone, or not permitted: the images are chosen again
    await this.labeling.restoreProject(saved ? adoptImages(state.project, saved) : state.project, state);
    const isWhole = missingImages.length === 0 || saved !== undefined;
    this.notice = isWhole ? 'Restored; not saved yet.' : `Choose again: ${missingImages.join(', ')}`;
    return true;
  }

  /** What is open now is what is saved: there is nothing to recover. */
  private async settleJournal(): Promise<void> {
    const { session } = this.labeling;
    if (!session.isDirty) await this.journal?.clear({ project: session.project, ...session.history });
  }

  private note(): void {
    const { session } = this.labeling;
    const state = { project: session.project, ...session.history };
    if (session.isDirty) this.journal?.note(state);
    else if (this.journal?.isUnsaved) void this.journal.clear(state); // steps were taken back, or done again, up to what is saved
  }

  private browserHome(file: ProjectFile): BrowserHome {
    const [store] = this.labeling.services.catalog.projectStores;
    if (!store) throw new BrushwoodError('not-registered', 'No plugin of this page reads projects.');
    return new BrowserHome(file, { store, openImage: (reference) => this.openImage(reference) });
  }

  private openImage(reference: ImageReference) {
    return openImage(this.formats, { ...requestOf(reference), axes: reference.axes || undefined });
  }

  /** An image in a folder, such as an OME-Zarr. */
  async pickFolder(): Promise<NewImage[]> {
    const files = await pickFiles({ isFolder: true });
    if (files.length === 0) return [];
    const name = files[0]!.webkitRelativePath.split('/')[0]!;
    const tree = new Map(files.map((file) => [file.webkitRelativePath.slice(name.length + 1), file]));
    return [folderImage(name, tree)];
  }

  /** Indices of images that cannot be opened where the project says they are. */
  async findMissing(): Promise<ReadonlySet<number>> {
    const { lanes } = this.labeling.project;
    const isThere = await Promise.all(
      lanes.map(({ rawData }) =>
        openImage(this.formats, requestOf(rawData)).then(
          (source) => source.close().then(() => true),
          () => false, // the table says so, and offers to look for it
        ),
      ),
    );
    return new Set(lanes.flatMap((_, index) => (isThere[index] ? [] : [index])));
  }

  private get formats() {
    return this.labeling.services.catalog.formats;
  }
}

/** Tells projects apart in the journal: behind a server by the whole path, as each of its folders may have a `project.ilp`. */
function journalName(home: ProjectHome): string {
  return 'path' in home ? String(home.path) : home.name;
}

function handleOf(home: ProjectHome): FileSystemFileHandle | undefined {
  return home instanceof BrowserHome ? home.handle : undefined;
}
