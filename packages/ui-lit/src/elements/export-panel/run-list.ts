import { css, html, LitElement, nothing } from 'lit';
import type { ExportRun } from '../../state/exports/export-desk.ts';
import { progressOf, shownRate, shownTime, type RunImage } from '../../state/exports/run-progress.ts';
import { controls, theme } from '../../styles/theme.ts';
import { exportFields } from './export-fields.styles.ts';

const stateNames: Readonly<Record<RunImage['state'], string>> = {
  waiting: 'waiting',
  running: 'at work',
  done: 'done',
  skipped: 'left out: its files exist',
  failed: 'failed',
};

/**
 * How far a run of exports is: in all, and each image with its files or what went wrong.
 *
 * @element brushwood-run-list
 * @fires export-cancel - The run is to stop.
 */
export class RunListElement extends LitElement {
  static override styles = [
    theme,
    controls,
    exportFields,
    css`
      progress {
        width: 100%;
        accent-color: var(--_bw-accent);
      }
      ul {
        margin: 0;
        padding: 0;
        list-style: none;
        display: grid;
        gap: 4px;
        max-height: 200px;
        overflow: auto;
        font-size: 12px;
      }
      li {
        overflow-wrap: anywhere;
      }
    `,
  ];
  static override properties = { run: { attribute: false } };

  declare run: ExportRun | undefined;

  override render() {
    const { run } = this;
    if (!run) return nothing;
    const isOver = run.endedMs !== undefined;
    return html`
      ${isOver ? this.renderEnd(run) : this.renderWork(run)}
      <ul aria-label="Images of the export">
        ${run.images.map((image) => this.renderImage(image, run.images.length > 1))}
      </ul>
    `;
  }

  private renderWork(run: ExportRun) {
    const { share, voxelsPerSecond, secondsLeft } = progressOf(run.images, performance.now() - run.startedMs);
    const done = run.images.filter(({ state }) => state !== 'waiting' && state !== 'running').length;
    const current = run.images.find(({ state }) => state === 'running');
    const facts = [`${done} of ${run.images.length} images`, shownRate(voxelsPerSecond), shownTime(secondsLeft)];
    return html`<progress aria-label="Export" max="1" value=${share}></progress>
      <small>${facts.filter((fact) => fact !== '').join(' · ')}${current ? html`<br />${current.phase}` : ''}</small>
      <div class="buttons">
        <button @click=${() => this.dispatchEvent(new CustomEvent('export-cancel', { bubbles: true, composed: true }))}>
          Cancel the export
        </button>
      </div>`;
  }

  private renderEnd({ images, problem, isCancelled }: ExportRun) {
    const files = images.reduce((sum, image) => sum + image.files.length, 0);
    const failed = images.filter(({ state }) => state === 'failed').length;
    const facts = [
      `${files} file${files === 1 ? '' : 's'} exported${isCancelled ? ', then cancelled' : ''}.`,
      failed > 0 ? `${failed} image${failed === 1 ? '' : 's'} failed.` : '',
    ];
    return html`<div role="status">${facts.join(' ')}</div>
      ${problem === undefined ? nothing : html`<div role="alert" class="error">${problem}</div>`}`;
  }

  private renderImage({ name, state, share, files, messages }: RunImage, hasMany: boolean) {
    const isRunning = state === 'running';
    return html`<li>
      ${hasMany || state !== 'done' ? html`<b>${name}</b> <span class="muted">${stateNames[state]}</span>` : nothing}
      ${isRunning && hasMany ? html`<progress aria-label=${name} max="1" value=${share}></progress>` : nothing}
      ${files.map((file) => html`<div>${file}</div>`)}
      ${messages.map((message) => html`<div class=${state === 'failed' ? 'error' : 'muted'}>${message}</div>`)}
    </li>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'brushwood-run-list': RunListElement;
  }
}
