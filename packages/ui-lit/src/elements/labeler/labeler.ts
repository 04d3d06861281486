import type { Labels, Project } from '@brushwood/core';
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { composeServices } from '../../composition-root.ts';
import { addImages } from '../../state/add-images.ts';
import { downloadFile } from '../../storage/download-file.ts';
import { exportLabelImage, importLabelImage } from '../../state/label-files.ts';
import { autoContrast, resetContrast } from '../../state/adjust-contrast.ts';
import { Announcer } from '../../state/announcer.ts';
import { Labeling } from '../../state/labeling.ts';
import { predictWhole } from '../../state/predict-whole.ts';
import { slicesThrough } from '../../state/tiles-in-view.ts';
import { icon } from '../../styles/icons.ts';
import { sections } from '../../styles/sections.ts';
import { controls, theme } from '../../styles/theme.ts';
import { pickFiles } from '../dialog/pick-files.ts';
import { voxelCenter } from '../../view/slice-geometry.ts';
import { LabelingFollower } from '../labeling-follower.ts';
import type { LabelAction } from '../label-list/label-list.ts';
import type { LayersChangeDetail } from '../layer-list/layer-list.ts';
import type { ViewerElement } from '../viewer/viewer.ts';
import type { PointerVoxelDetail, PositionChangeDetail, ViewChangeDetail } from '../viewer/viewer-events.ts';
import { areasCsv } from './areas-csv.ts';
import { editClasses } from './edit-classes.ts';
import { styles } from './labeler.styles.ts';
import { labelerKeys } from './labeler-keys.ts';
import { PanelDrawers, type DrawerSide } from './panel-drawers.ts';
import { trainingSections } from './training-sections.ts';

/**
 * Viewer, classes, tools and live update in one: paint, and see the image segmented.
 *
 * @element brushwood-labeler
 * @attr src - Address of an image to label: OME-Zarr, TIFF, PNG, HDF5, NPY.
 * @attr compact - Leaves the panel of layers out.
 * @attr panel-name - What the panel on the left is called; default Tools.
 * @fires label-change - After every stroke and every edit of the classes. `detail.project` is the project.
 * @fires prediction-change - When tiles were predicted. `detail.isSettled`: the view is up to date.
 * @slot panel - Replaces the tools and classes on the left.
 * @slot tools - Further sections on the left, below the classes.
 * @csspart viewer - The viewer.
 * @cssprop --bw-accent - The accent colour; all `--bw-…` properties of the theme can be set.
 */
export class LabelerElement extends LitElement {
  static override styles = [theme, controls, sections, styles];
  static override properties = {
    src: { type: String },
    labeling: { attribute: false },
    isPanelReplaced: { type: Boolean, attribute: 'panel-replaced' },
    panelName: { type: String, attribute: 'panel-name' },
    pointer: { state: true },
    announcement: { state: true },
  };

  /** Address of the image. */
  declare src: string | undefined;
  /** What it works on; it makes its own, with own workers, if it has none when it is shown. */
  declare labeling: Labeling | undefined;
  declare isPanelReplaced: boolean;
  /** What the panel on the left is called. */
  declare panelName: string;
  declare pointer: PointerVoxelDetail;
  declare announcement: string;
  private readonly announcer = new Announcer();
  private owned: Labeling | undefined;
  private readonly drawers = new PanelDrawers(this);

  constructor() {
    super();
    this.isPanelReplaced = false;
    this.panelName = 'Tools';
    this.pointer = null;
    this.announcement = '';
    new LabelingFollower(this, (detail) => this.onLabelingChange(detail));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener('keydown', this.onKey);
    // Back on the page: what it made itself may be gone, and `src` is opened anew then.
    if (this.hasUpdated) this.requestUpdate(this.labeling ? undefined : 'src');
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.removeEventListener('keydown', this.onKey);
    // An element that is only moved to another place is back at once, and keeps its strokes.
    setTimeout(() => this.isConnected || void this.closeOwned());
  }

  /** The project as it is now: labels, classes, features, and the model once it was trained. */
  get project(): Project | undefined {
    return this.labeling?.project;
  }

  /** Strokes of the shown image. */
  get labels(): Labels | undefined {
    return this.labeling?.project.lanes[this.labeling.laneIndex]?.labels;
  }

  /** Share of each class in what is in view, 0…1; undefined while nothing is predicted. */
  get areas(): readonly number[] | undefined {
    return this.labeling?.areasInView();
  }

  /** Probabilities of the whole image, float32, axes tczyx with a channel per class; trains first if need be. */
  getProbabilities(options: { signal?: AbortSignal } = {}) {
    return predictWhole(this.ready(), options);
  }

  /** Forwards a key that was pressed elsewhere on the page. True if it meant something. */
  handleKey(event: KeyboardEvent): boolean {
    const { labeling } = this;
    if (!labeling) return false;
    return labelerKeys(event, { labeling, act: (action) => void this.act(action) }) || !!this.viewer?.handleKey(event);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (this.isConnected) this.ready();
    if (changed.has('src') && this.src) void this.open(this.src);
    if (changed.has('panelName')) this.drawers.showPanel(this.isPanelReplaced);
  }

  override render() {
    const { labeling } = this;
    if (!labeling) return nothing; // taken off the page
    const { image, layers, tools, problem, info, project } = labeling;
    const bare = project.lanes.length === 0 ? 'bare' : '';
    return html`
      <aside
        class="left ${bare}"
        id="left-panel"
        tabindex="-1"
        aria-label=${this.panelName}
        @keydown=${(event: KeyboardEvent) => this.drawers.handleEscape(event)}
      >${this.isPanelReplaced ? html`<slot name="panel"></slot>` : this.renderTools(labeling)}</aside>
      <main>
        <brushwood-viewer
          part="viewer"
          .image=${image}
          .layers=${layers}
          .tool=${tools.borrowed ?? (this.isPanelReplaced ? undefined : tools.current)}
          @view-change=${({ detail }: CustomEvent<ViewChangeDetail>) => labeling.setView(detail.slices)}
          @position-change=${({ detail }: CustomEvent<PositionChangeDetail>) => (labeling.slices = slicesThrough(labeling.slices, detail.position))}
          @pointer-voxel=${({ detail }: CustomEvent<PointerVoxelDetail>) => this.onPointer(detail)}
          @layer-error=${({ detail }: CustomEvent<{ error: unknown }>) => labeling.report(detail.error)}
        ></brushwood-viewer>
        ${image ? nothing : html`<div class="empty"><slot name="empty"></slot></div>`}
        ${
          problem
            ? html`<div class="problem" role="alert">
              <span>${problem}</span>
              <button class="icon" aria-label="Dismiss" @click=${() => labeling.dismissProblem()}>${icon('close')}</button>
            </div>`
            : nothing
        }
      </main>
      <aside
        class="right ${bare}"
        id="right-panel"
        tabindex="-1"
        aria-label="Layers"
        @keydown=${(event: KeyboardEvent) => this.drawers.handleEscape(event)}
      >
        <section>
          <h2>Layers</h2>
          <brushwood-layer-list
            .layers=${layers}
            @layers-change=${({ detail }: CustomEvent<LayersChangeDetail>) => labeling.setLayers(detail.layers)}
          ></brushwood-layer-list>
        </section>
        <section>
          <h2>Brightness</h2>
          <brushwood-contrast-panel
            .channels=${labeling.channels}
            .names=${info?.channelNames}
            @channels-change=${({ detail }: CustomEvent<Labeling['channels']>) => labeling.setChannels(detail)}
            @auto-contrast=${() => void autoContrast(labeling).catch((error: unknown) => labeling.report(error))}
            @reset-contrast=${() => void resetContrast(labeling).catch((error: unknown) => labeling.report(error))}
          ></brushwood-contrast-panel>
        </section>
        <slot name="right"></slot>
      </aside>
      <div class="visually-hidden" role="status">${this.announcement}</div>
      <footer>
        ${this.renderDrawerButton('left', this.panelName)}
        <div class="status">${this.renderStatus(labeling)}</div>
        ${this.renderDrawerButton('right', 'Layers')}
      </footer>
    `;
  }

  private renderDrawerButton(side: DrawerSide, name: string) {
    return html`<button
      class="drawer"
      aria-expanded=${this.drawers.isOpen(side)}
      aria-controls="${side}-panel"
      @click=${() => void this.drawers.toggle(side)}
    >
      ${icon('panel')} ${name}
    </button>`;
  }

  private renderTools(labeling: Labeling) {
    return html`
      <brushwood-tool-panel .labeling=${labeling}></brushwood-tool-panel>
      <brushwood-slice-panel .labeling=${labeling}></brushwood-slice-panel>
      <section>
        <h2>Classes</h2>
        <brushwood-label-list
          .classes=${labeling.project.classes}
          .labels=${labeling.project.lanes.map((lane) => lane.labels)}
          .lockedLabels=${labeling.tools.lockedLabels}
          .areas=${labeling.areasInView()}
          .active=${labeling.tools.activeLabel}
          .isReadOnly=${labeling.isLive}
          @label-action=${({ detail }: CustomEvent<LabelAction>) => void this.act(detail)}
        ></brushwood-label-list>
      </section>
      <brushwood-live-panel .labeling=${labeling}></brushwood-live-panel>
      ${trainingSections(labeling)}
      <slot name="tools"></slot>
    `;
  }

  private renderStatus({ info, project }: Labeling) {
    const report = project.classifier.model && project.classifier.report;
    const at = this.pointer?.position;
    return html`<span>${info ? `${info.shape[4]} × ${info.shape[3]}${info.shape[2] > 1 ? ` × ${info.shape[2]}` : ''} ${info.dtype}` : ''}</span>
      <span>${at ? `x ${at.x}  y ${at.y}${info && info.shape[2] > 1 ? `  z ${at.z}` : ''}` : ''}</span>
      <span
        >${
          report
            ? `${report.sampleCount.toLocaleString('en')} labelled voxels, ${report.featureCount} features${
                report.outOfBagError === undefined
                  ? ''
                  : `, out-of-bag error ${(100 * report.outOfBagError).toFixed(1)} % (flattering: see Quality)`
              }`
            : ''
        }</span
      >
      <slot name="status"></slot>`;
  }

  private onPointer(detail: PointerVoxelDetail): void {
    this.pointer = detail;
    if (!detail) return;
    const { axis } = detail.plane;
    this.labeling?.setFocus(axis, voxelCenter(axis, detail.position));
  }

  private async act(action: LabelAction): Promise<void> {
    const labeling = this.labeling!;
    const { session } = labeling;
    try {
      const edit = await editClasses(session.project.classes, action, this);
      if (edit) session.editLabels(edit(session.project));
      else if (action.kind === 'select') labeling.selectLabel(action.classIndex + 1);
      else if (action.kind === 'toggle-lock') labeling.tools.toggleLock(action.classIndex + 1);
      else if (action.kind === 'export-csv') downloadFile(new Blob([areasCsv(labeling)]), 'classes.csv');
      else if (action.kind === 'export-labels') {
        const file = await exportLabelImage(labeling);
        downloadFile(file, file.name);
      } else if (action.kind === 'import-labels') {
        const [file] = await pickFiles();
        if (file) await importLabelImage(labeling, file);
      }
      if (action.kind === 'add') labeling.selectLabel(session.project.classes.length);
    } catch (error) {
      labeling.report(error);
    }
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    // What takes the place of the tools has keys of its own; those of the tools rest meanwhile.
    const panel = this.renderRoot.querySelector('slot[name=panel]');
    if (event.defaultPrevented || (panel && event.composedPath().includes(panel))) return;
    if (this.isPanelReplaced ? this.viewer?.handleKey(event) : this.handleKey(event)) event.preventDefault();
  };

  private onLabelingChange(detail: string): void {
    this.announcement = this.announcer.news(this.labeling!) ?? this.announcement;
    if (detail === 'project') this.emit('label-change', { project: this.labeling!.project });
    if (detail === 'place') void this.showPlace();
    if (detail === 'prediction') {
      this.emit('prediction-change', { isSettled: this.labeling!.liveState.phase === 'settled' });
    }
  }

  /** Once the image it lies in is on the page, and has its size. */
  private async showPlace(): Promise<void> {
    const slice = this.labeling?.place;
    if (slice && 'axis' in slice) return this.viewer?.showSlice(slice);
    await this.updateComplete;
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const place = this.labeling?.place;
    if (place && !('axis' in place)) await this.viewer?.show(place);
  }

  private emit(type: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }

  private ready(): Labeling {
    if (!this.labeling) {
      this.owned = new Labeling({ services: composeServices() });
      this.labeling = this.owned;
    }
    return this.labeling;
  }

  private async open(src: string): Promise<void> {
    const labeling = this.ready();
    try {
      const path = new URL(src, document.baseURI).href;
      await addImages(labeling, [{ path, name: src }], { replaces: true });
      labeling.selectAllFeatures();
    } catch (error) {
      labeling.report(error);
    }
  }

  private async closeOwned(): Promise<void> {
    const { owned } = this;
    if (!owned) return;
    this.owned = undefined;
    this.labeling = undefined;
    await owned.close();
    await owned.services.pool.close();
  }

  private get viewer(): ViewerElement | null {
    return this.renderRoot.querySelector('brushwood-viewer');
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'brushwood-labeler': LabelerElement;
  }
}
