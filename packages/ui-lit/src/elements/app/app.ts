import { hasLabels, isAbortError } from '@brushwood/core';
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { composeServices } from '../../composition-root.ts';
import { addImages, type NewImage } from '../../state/add-images.ts';
import { createExampleImage } from '../../state/example-image.ts';
import { fileImage, isProjectFile, stackImage } from '../../state/given-images.ts';
import { Labeling } from '../../state/labeling.ts';
import { ProjectDesk } from '../../state/project-desk.ts';
import { icon } from '../../styles/icons.ts';
import { controls, theme } from '../../styles/theme.ts';
import { confirmDialog } from '../dialog/confirm-dialog.ts';
import { pickFiles } from '../dialog/pick-files.ts';
import type { LabelerElement } from '../labeler/labeler.ts';
import type { LaneAction } from '../lane-table/lane-table.ts';
import { isTyping } from '../viewer/key-target.ts';
import { styles } from './app.styles.ts';
import { droppedImages } from './dropped-images.ts';
import { askAddress } from './ask-address.ts';
import { chooseDataset } from './choose-dataset.ts';
import { editLane } from './edit-lane.ts';
import { saveProject } from './save-project.ts';
import type { ShortcutsSheetElement } from './shortcuts-sheet.ts';
import type { RecentEntry, StartAction } from './start-page.ts';
import { servedImages } from './served-images.ts';
import { obstacleOf, steps, type StepId } from './steps.ts';
import { toggleTheme } from './toggle-theme.ts';

/**
 * The whole labeling app: a project, its images, and the way from them to a segmentation.
 *
 * @element brushwood-app
 * @fires begun - It is ready. `detail.isServed`: behind `brushwood ui`, whose project it shows.
 * @cssprop --bw-accent - The accent colour; all `--bw-…` properties of the theme can be set.
 */
export class AppElement extends LitElement {
  static override styles = [theme, controls, styles];
  static override properties = {
    step: { state: true },
    recent: { state: true },
    missing: { state: true },
  };

  declare step: StepId;
  declare recent: readonly RecentEntry[];
  declare missing: ReadonlySet<number>;
  private readonly labeling = new Labeling({ services: composeServices() });
  private readonly desk = new ProjectDesk(this.labeling);
  private frame = 0;

  constructor() {
    super();
    this.step = 'input';
    this.recent = [];
    this.missing = new Set();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.labeling.addEventListener('change', this.onChange);
    window.addEventListener('beforeunload', this.onUnload);
    window.addEventListener('keydown', this.onKey);
    this.addEventListener('dragover', this.onDragOver);
    this.addEventListener('dragleave', this.onDragLeave);
    this.addEventListener('drop', this.onDrop);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.labeling.removeEventListener('change', this.onChange);
    window.removeEventListener('beforeunload', this.onUnload);
    window.removeEventListener('keydown', this.onKey);
  }

  protected override firstUpdated(_changed: PropertyValues): void {
    void this.begin();
  }

  override render() {
    const { labeling, desk } = this;
    const { project, session } = labeling;
    return html`
      <header>
        <h1 class="brand">${icon('brush', 18)}<b>Brushwood</b></h1>
        <span class="project" title=${desk.title}>${desk.title}${session.isDirty ? ' •' : ''}</span>
        <button class="icon" title="New project" aria-label="New project" @click=${() => void this.newProject()}>
          ${icon('file')}
        </button>
        <button class="icon" title="Open (Ctrl+O)" aria-label="Open" @click=${() => void this.openProject()}>
          ${icon('folder')}
        </button>
        <button
          class="icon"
          title="Save (Ctrl+S)"
          aria-label="Save"
          ?disabled=${project.lanes.length === 0}
          @click=${() => void this.save()}
        >
          ${icon('save')}
        </button>
        <nav aria-label="Steps">${steps.map(({ id, name }, i) => this.renderStep(id, name, i + 1))}</nav>
        <button class="icon" title="Light or dark" aria-label="Light or dark" @click=${toggleTheme}>${icon('theme')}</button>
        <button class="icon" title="Keyboard shortcuts, guided tour (?)" aria-label="Keyboard shortcuts, guided tour" @click=${() => this.sheet?.open()}>
          ${icon('help')}
        </button>
      </header>
      <brushwood-labeler
        .labeling=${labeling}
        ?panel-replaced=${this.step !== 'training'}
        .panelName=${this.step === 'training' ? 'Tools' : steps.find(({ id }) => id === this.step)!.name}
      >
        <div slot="panel">${this.renderPanel()}</div>
        <div slot="tools">${this.renderLaneChooser()}</div>
        <brushwood-start
          slot="empty"
          .recent=${this.recent}
          @start=${({ detail }: CustomEvent<StartAction>) => void this.start(detail)}
        ></brushwood-start>
        <span slot="status" role="status">${desk.notice}</span>
      </brushwood-labeler>
      <brushwood-tour
        .labeling=${labeling}
        .stepId=${this.step}
        @tour-close=${() => this.renderRoot.querySelector<HTMLElement>('nav [aria-current=step]')?.focus()}
      ></brushwood-tour>
      <brushwood-shortcuts-sheet @tour=${() => void this.tour(true)}></brushwood-shortcuts-sheet>
    `;
  }

  /** Says something in the status line. */
  tell(notice: string): void {
    this.desk.notice = notice;
    this.requestUpdate();
  }

  private renderStep(id: StepId, name: string, number: number) {
    const obstacle = obstacleOf(id, this.labeling);
    return html`<button
      aria-current=${this.step === id ? 'step' : 'false'}
      title=${obstacle ?? name}
      ?disabled=${obstacle !== undefined}
      @click=${() => (this.step = id)}
    >
      <span class="number">${number}</span> <span class="name">${name}</span>
    </button>`;
  }

  private renderPanel() {
    const { labeling, missing } = this;
    if (this.step === 'input') {
      return html`<brushwood-input-step
        .isServed=${this.desk.server !== undefined}
        .labeling=${labeling}
        .missing=${missing}
        @start=${({ detail }: CustomEvent<StartAction>) => void this.start(detail)}
        @lane-action=${({ detail }: CustomEvent<LaneAction>) => void this.onLane(detail)}
        @next=${() => (this.step = 'features')}
      ></brushwood-input-step>`;
    }
    if (this.step === 'features') {
      return html`<brushwood-features-step
        .labeling=${labeling}
        @next=${() => (this.step = 'training')}
      ></brushwood-features-step>`;
    }
    if (this.step === 'export') {
      return html`<brushwood-export-step .labeling=${labeling}></brushwood-export-step> ${this.renderLaneChooser()}`;
    }
    if (this.step === 'batch') {
      return html`<brushwood-batch-step
        .labeling=${labeling}
        .desk=${this.desk}
        @go-to-export=${() => (this.step = 'export')}
      ></brushwood-batch-step>`;
    }
    return nothing;
  }

  private renderLaneChooser() {
    const { project, laneIndex } = this.labeling;
    if (project.lanes.length < 2) return nothing;
    return html`<div class="panel lanes">
      <h2>Image</h2>
      <select
        aria-label="Image"
        @change=${(event: Event) => void this.labeling.showLane(Number((event.target as HTMLSelectElement).value))}
      >
        ${project.lanes.map(
          ({ rawData, labels }, i) =>
            html`<option value=${i} ?selected=${i === laneIndex}>${rawData.nickname}${hasLabels(labels) ? ' •' : ''}</option>`,
        )}
      </select>
    </div>`;
  }

  /** Opens what the server was started for, or offers what a crash has left. */
  private async begin(): Promise<void> {
    await this.attempt(async () => {
      const hasProject = await this.desk.begin((question, yes) => confirmDialog(question, yes, this));
      this.recent = await this.listRecent();
      if (hasProject) await this.showOpened();
    });
    this.dispatchEvent(new CustomEvent('begun', { detail: { isServed: this.desk.server !== undefined } }));
  }

  private async start(action: StartAction): Promise<void> {
    await this.attempt(async () => {
      if (action.kind === 'open-project') await this.openProject();
      else if (action.kind === 'recent') {
        if (await this.desk.openRecent(action.id)) await this.showOpened();
      } else if (action.kind === 'example') {
        const name = 'example nuclei';
        await this.add([{ name, path: name, tensor: createExampleImage() }]);
        this.step = 'features';
        await this.tour();
      } else if (action.kind === 'open-folder') await this.add(await this.desk.pickFolder());
      else if (action.kind === 'add-served') await this.add(await servedImages(this.desk, this));
      else if (action.kind === 'add-address') await this.add(await askAddress(this));
      else if (action.kind === 'add-stack') {
        const files = await pickFiles({ isMultiple: true });
        if (files.length > 0) await this.add([stackImage(files, action.axis)]);
      } else await this.addFiles(await pickFiles({ isMultiple: true }));
    });
  }

  /** Shows the guided tour: at the first example, or because it is wanted. */
  private async tour(isWanted = false): Promise<void> {
    if (this.labeling.project.lanes.length === 0) await this.start({ kind: 'example' });
    await this.renderRoot.querySelector('brushwood-tour')?.start({ isWanted });
  }

  private async add(images: readonly NewImage[]): Promise<void> {
    if (images.length === 0) return;
    await addImages(this.labeling, images, {
      chooseDataset: (name, datasets) => chooseDataset(name, datasets, this),
    });
    if (this.step === 'input' && !this.labeling.featurePlan && this.labeling.project.lanes.length === images.length) {
      // A first image: all features are a fair start, and boxes can be unticked.
      this.labeling.selectAllFeatures();
    }
  }

  /** Images; a project among them is opened instead. */
  private async addFiles(files: readonly File[]): Promise<void> {
    const project = files.find(isProjectFile);
    if (project) await this.openFile(project);
    else await this.add(files.map(fileImage));
  }

  private async openFile(file: File): Promise<void> {
    if (!(await this.mayLeave())) return;
    if (await this.desk.openFile({ name: file.name, blob: file })) await this.showOpened();
  }

  private async newProject(): Promise<void> {
    if (!(await this.mayLeave())) return;
    await this.desk.startNew();
    this.recent = await this.listRecent();
    this.step = 'input';
  }

  private async openProject(): Promise<void> {
    await this.attempt(async () => {
      if ((await this.mayLeave()) && (await this.desk.open())) await this.showOpened();
    });
  }

  private async listRecent(): Promise<readonly RecentEntry[]> {
    const projects = await this.desk.recent();
    return projects.map(({ id, name, openedAt }) => ({ id, name, time: openedAt.getTime() }));
  }

  private async showOpened(): Promise<void> {
    this.missing = await this.desk.findMissing();
    const { labeling } = this;
    // Nothing was done yet, such as with images of the command line: all features are a fair start, as for a first image that is added.
    const isPainted = labeling.project.lanes.some(({ labels }) => hasLabels(labels));
    if (labeling.info && !isPainted && !labeling.featurePlan) labeling.selectAllFeatures();
    const { project, featurePlan } = labeling;
    this.step =
      project.lanes.length === 0 || this.missing.size > 0
        ? 'input'
        : featurePlan && isPainted
          ? 'training'
          : 'features';
  }

  private async save(isNewPlace = false): Promise<void> {
    await this.attempt(() => saveProject(this.desk, { isNewPlace, parent: this }));
    this.requestUpdate();
  }

  private async onLane(action: LaneAction): Promise<void> {
    await this.attempt(async () => {
      const { labeling } = this;
      const { session } = labeling;
      const { index } = action;
      if (action.kind === 'show') {
        await labeling.showLane(index);
        return;
      }
      const edit = await editLane(session.project.lanes[index]!, action, { labeling, parent: this });
      if (!edit) return;
      const next = edit(session.project);
      session.edit(next);
      this.missing = new Set([...this.missing].filter((other) => other !== index));
      await labeling.showLane(Math.min(labeling.laneIndex, next.lanes.length - 1));
    });
  }

  private async mayLeave(): Promise<boolean> {
    if (!this.labeling.session.isDirty || this.labeling.project.lanes.length === 0) return true;
    return confirmDialog('The project has work that was not saved. Go on without it?', 'Go on', this);
  }

  private async attempt(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!isAbortError(error)) this.labeling.report(error);
    }
  }

  private readonly onChange = (event: Event): void => {
    const { detail } = event as CustomEvent<string>;
    if (!['state', 'project', 'lane'].includes(detail) || this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.requestUpdate();
    });
  };

  private readonly onUnload = (event: BeforeUnloadEvent): void => {
    if (this.desk.needsPage) event.preventDefault();
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented) return;
    const isCommand = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    if (isCommand && key === 's') void this.save(event.shiftKey);
    else if (isCommand && key === 'o') void this.openProject();
    else if (event.key === '?' && !isTyping(event)) this.sheet?.open();
    else if (this.step !== 'training' || !this.labeler?.handleKey(event)) return;
    event.preventDefault();
  };

  private readonly onDragOver = (event: DragEvent): void => {
    event.preventDefault();
    this.setAttribute('dropping', '');
  };

  private readonly onDragLeave = (): void => this.removeAttribute('dropping');

  private readonly onDrop = (event: DragEvent): void => {
    event.preventDefault();
    this.removeAttribute('dropping');
    const transfer = event.dataTransfer;
    if (!transfer) return;
    const dropped = droppedImages(transfer); // the list is gone after this turn
    void this.attempt(async () => {
      const { images, project } = await dropped;
      if (project) await this.openFile(project);
      await this.add(images);
    });
  };

  private get sheet(): ShortcutsSheetElement | null {
    return this.renderRoot.querySelector('brushwood-shortcuts-sheet');
  }

  private get labeler(): LabelerElement | null {
    return this.renderRoot.querySelector('brushwood-labeler');
  }
}

declare global {
  interface HTMLElementEventMap {
    begun: CustomEvent<{ readonly isServed: boolean }>;
  }
  interface HTMLElementTagNameMap {
    'brushwood-app': AppElement;
  }
}
