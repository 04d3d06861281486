import { isAbortError } from '@brushwood/core';
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { batchCsv } from '../../state/batch/batch-csv.ts';
import { imagesOfFiles, imagesOfServer, type GivenFile } from '../../state/batch/batch-images.ts';
import type { BatchSettings } from '../../state/batch/batch-settings.ts';
import { describePlan } from '../../state/batch/describe-plan.ts';
import { loadResult } from '../../state/batch/load-result.ts';
import { batchPlan, startBatch } from '../../state/batch/start-batch.ts';
import type { Batch, BatchProgress } from '../../state/batch/batch.ts';
import { listFiles } from '../../state/exports/list-files.ts';
import type { Labeling } from '../../state/labeling.ts';
import type { ProjectDesk } from '../../state/project-desk.ts';
import { downloadFile } from '../../storage/download-file.ts';
import { icon } from '../../styles/icons.ts';
import { stepPanel } from '../../styles/sections.ts';
import { controls, theme } from '../../styles/theme.ts';
import type { BatchRowAction } from '../batch/batch-table.ts';
import { chooseRunner } from '../batch/choose-runner.ts';
import { folderPicker } from '../dialog/folder-picker.ts';
import { pickFiles } from '../dialog/pick-files.ts';
import { chooseServerFiles } from '../dialog/server-files.ts';
import { LabelingFollower } from '../labeling-follower.ts';
import { droppedFiles } from './dropped-images.ts';

/** Rows change with every block of every image; people read a few times a second. */
const patienceMs = 200;

/**
 * The step that predicts many images with the settings of the export step. The work goes on when another step is shown.
 *
 * @element brushwood-batch-step
 * @fires go-to-export - The settings of the results are to be changed.
 */
export class BatchStepElement extends LitElement {
  static override styles = [
    theme,
    controls,
    stepPanel,
    css`
      :host([dropping]) {
        outline: 2px dashed var(--_bw-accent);
        outline-offset: -4px;
      }
      p {
        margin: 0;
        overflow-wrap: anywhere;
      }
      fieldset {
        border: 1px solid var(--_bw-border);
        border-radius: var(--_bw-radius);
        padding: 4px 10px 8px;
        margin: 0;
        display: grid;
        gap: 4px;
        min-width: 0;
      }
      legend {
        font-weight: 600;
        font-size: 12px;
        padding: 0 4px;
      }
      label {
        display: flex;
        gap: 6px;
        align-items: center;
        min-height: 24px;
      }
      label input[type='text'],
      label input[type='search'] {
        flex: 1;
      }
      progress {
        width: 100%;
        accent-color: var(--_bw-accent);
      }
      .link {
        border: 0;
        background: none;
        padding: 0 2px;
        min-height: 24px;
        color: var(--_bw-accent);
        text-decoration: underline;
      }
    `,
  ];
  static override properties = {
    labeling: { attribute: false },
    desk: { attribute: false },
  };

  declare labeling: Labeling | undefined;
  declare desk: ProjectDesk | undefined;
  private followed: Batch | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    new LabelingFollower(this);
    this.addEventListener('dragover', this.onDragOver);
    this.addEventListener('dragleave', () => this.removeAttribute('dropping'));
    this.addEventListener('drop', this.onDrop);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.timer);
    this.timer = undefined;
    this.follow(undefined);
  }

  protected override willUpdate(_changed: PropertyValues): void {
    this.follow(this.desk?.batch);
  }

  override render() {
    const { labeling, desk } = this;
    if (!labeling || !desk) return nothing;
    const { batch } = desk;
    const { rows } = batch;
    return html`
      <h2>Batch</h2>
      <p class="muted">
        Predict many images with the classifier of this project. You can go on painting or look at other steps meanwhile.
      </p>
      <fieldset>
        <legend>Results</legend>
        <p>
          ${describePlan(batchPlan(labeling, desk), { catalog: labeling.services.catalog, project: labeling.project })}
          <button class="link" @click=${() => this.dispatchEvent(new CustomEvent('go-to-export'))}>Change…</button>
        </p>
        ${desk.server ? this.renderServerPlace(batch) : this.renderPagePlace(batch)}
      </fieldset>
      ${this.renderAdd(labeling, desk)}
      ${
        rows.length > 0
          ? html`<brushwood-batch-table
              .rows=${rows}
              .isFixed=${(id: number) => batch.isFixed(id)}
              .canShow=${true}
              @row-action=${({ detail }: CustomEvent<BatchRowAction>) => this.onRow(labeling, desk, detail)}
            ></brushwood-batch-table>`
          : html`<p class="muted">Drop files or a folder here, or add them above.</p>`
      }
      ${this.renderRun(labeling, desk)}
    `;
  }

  private renderPagePlace(batch: Batch) {
    const { target, overwrite } = batch.settings;
    const canPick = folderPicker() !== undefined;
    const radio = (value: BatchSettings['target'], text: string, isEnabled = true) =>
      html`<label>
        <input
          type="radio"
          name="target"
          .checked=${target === value}
          ?disabled=${!isEnabled}
          @change=${() => batch.set({ target: value })}
        />
        ${text}
      </label>`;
    return html`${radio('download', 'One download of all results')}
    ${radio('folder', canPick ? 'Into a folder that I choose' : 'Into a folder (not possible in this browser)', canPick)}
    ${target === 'folder' ? renderOverwrite(batch, overwrite) : nothing}`;
  }

  private renderServerPlace(batch: Batch) {
    const { place, folderName, overwrite } = batch.settings;
    return html`<label>
        <input type="radio" name="place" .checked=${place === 'beside'} @change=${() => batch.set({ place: 'beside' })} />
        Beside each image
      </label>
      <label>
        <input
          type="radio"
          name="place"
          aria-label="In a folder beside the project"
          .checked=${place === 'folder'} @change=${() => batch.set({ place: 'folder' })} />
        In the folder
        <input
          type="text"
          aria-label="Folder beside the project"
          .value=${folderName}
          @change=${(event: Event) => batch.set({ place: 'folder', folderName: textOf(event) })}
          @keydown=${(event: Event) => event.stopPropagation()}
        />
        beside the project
      </label>
      ${renderOverwrite(batch, overwrite)}`;
  }

  private renderAdd(labeling: Labeling, desk: ProjectDesk) {
    const { batch, server } = desk;
    return html`<div class="buttons">
        ${
          server
            ? html`<button @click=${() => void this.attempt(() => this.addFromServer(labeling, desk))}>
                ${icon('plus')} From the project's folders…
              </button>`
            : nothing
        }
        <button @click=${() => void this.attempt(async () => this.add(asGiven(await pickFiles({ isMultiple: true }))))}>
          ${icon('plus')} ${server ? 'Other files…' : 'Add files…'}
        </button>
        <button @click=${() => void this.attempt(async () => this.add(await pickFolder()))}>
          ${icon('folder')} ${server ? 'Other folder…' : 'Add folder…'}
        </button>
      </div>
      <label>
        Only files like
        <input
          type="search"
          placeholder="*.tif"
          .value=${batch.settings.filter}
          @change=${(event: Event) => batch.set({ filter: textOf(event) })}
          @keydown=${(event: Event) => event.stopPropagation()}
        />
      </label>`;
  }

  private renderRun(labeling: Labeling, desk: ProjectDesk) {
    const { batch } = desk;
    const { rows } = batch;
    const progress = batch.progress();
    const isBusy = batch.isRunning;
    const waiting = rows.some(({ state, image }) => state === 'waiting' && image);
    const hasAreas = rows.some(({ classVoxels }) => classVoxels);
    return html`
      ${
        isBusy
          ? html`<progress aria-label="Progress of the batch" max="1" value=${progress.share}></progress>`
          : nothing
      }
      <div role="status">
        ${batch.problem ? html`<p class="error">${batch.problem}</p>` : nothing}
        ${batch.isPreparing ? 'Training the classifier…' : rows.length > 0 ? describeProgress(progress, batch.isRunning) : nothing}
      </div>
      <div class="buttons">
        ${
          batch.isRunning
            ? html`<button @click=${() => batch.cancel()}>Cancel</button>`
            : html`<button
                class="primary"
                ?disabled=${!waiting || isBusy}
                @click=${() => void this.attempt(() => this.run(labeling, desk))}
              >
                ${icon('play')} Start
              </button>`
        }
        <button ?disabled=${isBusy || progress.failed === 0} @click=${() => void this.attempt(() => this.retry(labeling, desk))}>
          ${icon('once')} Retry failed
        </button>
        <button ?disabled=${!hasAreas} @click=${() => saveAreas(batch)}>${icon('download')} Areas (CSV)</button>
        <button ?disabled=${isBusy || waiting || rows.length === 0} @click=${() => void this.attempt(() => this.retry(labeling, desk, true))}>
          Do all again
        </button>
        <button ?disabled=${isBusy || rows.length === 0} @click=${() => batch.remove(rows.map(({ id }) => id))}>
          Clear
        </button>
      </div>
    `;
  }

  private async run(labeling: Labeling, desk: ProjectDesk): Promise<void> {
    // A folder may be asked for only in the turn of a click.
    await startBatch(labeling, desk, () => chooseRunner(labeling, desk, this));
  }

  private async retry(labeling: Labeling, desk: ProjectDesk, isAll = false): Promise<void> {
    desk.batch.reset({ isAll });
    await this.run(labeling, desk);
  }

  private add(files: readonly GivenFile[]): void {
    const { labeling, desk } = this;
    if (!labeling || !desk || files.length === 0) return;
    const { project, services } = labeling;
    const { filter } = desk.batch.settings;
    const images = imagesOfFiles(files, { catalog: services.catalog, project, filter });
    desk.batch.add(images);
    if (images.length === 0) {
      labeling.report(filter ? `No image among the files fits "${filter}".` : 'There is no image among the files.');
    }
  }

  private async addFromServer({ project }: Labeling, { batch, server }: ProjectDesk): Promise<void> {
    if (!server) return;
    const question = 'Which images are to be predicted?';
    const paths = await chooseServerFiles(server, { question, yes: 'Add', parent: this });
    batch.add(imagesOfServer(paths, { home: server, project }));
  }

  private onRow(labeling: Labeling, { batch, server }: ProjectDesk, { kind, id }: BatchRowAction): void {
    if (kind === 'remove') {
      batch.remove([id]);
      return;
    }
    const { image, made } = batch.rows.find((row) => row.id === id) ?? {};
    if (!image || !made) return;
    const result = document.createElement('brushwood-batch-result');
    result.name = image.nickname;
    result.load = (signal) => loadResult(labeling, { image, made }, { home: server, signal });
    result.addEventListener('close', () => result.remove());
    this.renderRoot.append(result);
  }

  private async attempt(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!isAbortError(error)) this.labeling?.report(error);
    }
  }

  private follow(batch: Batch | undefined): void {
    if (this.followed === batch) return;
    this.followed?.removeEventListener('change', this.onBatch);
    batch?.addEventListener('change', this.onBatch);
    this.followed = batch;
  }

  private readonly onBatch = (): void => {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.requestUpdate();
    }, patienceMs);
  };

  private readonly onDragOver = (event: DragEvent): void => {
    event.preventDefault();
    event.stopPropagation(); // the app would take it for an image of the project
    this.setAttribute('dropping', '');
  };

  private readonly onDrop = (event: DragEvent): void => {
    event.preventDefault();
    event.stopPropagation();
    this.removeAttribute('dropping');
    if (!event.dataTransfer) return;
    const dropped = droppedFiles(event.dataTransfer); // the list is gone after this turn
    void this.attempt(async () => this.add(await dropped));
  };
}

function renderOverwrite(batch: Batch, overwrite: boolean) {
  return html`<label>
    <input type="checkbox" .checked=${overwrite} @change=${() => batch.set({ overwrite: !overwrite })} />
    Replace files that exist
  </label>`;
}

function textOf(event: Event): string {
  return (event.target as HTMLInputElement).value.trim();
}

function asGiven(files: readonly File[]): GivenFile[] {
  return files.map((file) => ({ path: file.webkitRelativePath || file.name, file }));
}

async function pickFolder(): Promise<readonly GivenFile[]> {
  const pick = folderPicker();
  if (!pick) return asGiven(await pickFiles({ isFolder: true }));
  const folder = await pick({ mode: 'read', id: 'brushwood-images' });
  return listFiles(folder, `${folder.name}/`);
}

function saveAreas(batch: Batch): void {
  downloadFile(new Blob([batchCsv(batch.rows)], { type: 'text/csv' }), 'areas.csv');
}

function describeProgress({ images, done, failed, perMinute, secondsLeft }: BatchProgress, isRunning: boolean): string {
  const counts = `${done} of ${images} done${failed > 0 ? `, ${failed} failed` : ''}.`;
  if (!isRunning || perMinute === undefined || secondsLeft === undefined) return counts;
  const rate = perMinute >= 10 ? Math.round(perMinute) : Number(perMinute.toPrecision(2));
  return `${counts} ${rate} images a minute, about ${durationText(secondsLeft)} left.`;
}

function durationText(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

declare global {
  interface HTMLElementTagNameMap {
    'brushwood-batch-step': BatchStepElement;
  }
}
