import type { ExportSource, LabelClass, Shape5, StorageFormat } from '@brushwood/core';
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { ExportRun } from '../../state/exports/export-desk.ts';
import { chosenClasses, initialForm, type ExportForm } from '../../state/exports/export-form.ts';
import type { PreviewRow } from '../../state/exports/preview-exports.ts';
import { icon } from '../../styles/icons.ts';
import { sections } from '../../styles/sections.ts';
import { controls, theme } from '../../styles/theme.ts';
import { exportFields } from './export-fields.styles.ts';
import { formChange } from './form-change.ts';

/** Which images are exported. */
export type ImageChoice = 'shown' | 'all' | 'picked';

/** Where files go. */
export interface ExportTarget {
  readonly kind: 'download' | 'folder' | 'server';
  /** Of the chosen folder. */
  readonly name?: string;
  /** Can this browser write into folders? */
  readonly hasFolders: boolean;
  /** On the server: replace files that exist. */
  readonly overwrite: boolean;
}

/**
 * What to export of which images, how, and where to.
 *
 * @element brushwood-export-panel
 * @fires form-change - a part of {@link ExportForm}
 * @fires images-change - `{ which, picked }`
 * @fires target-change - `download` or `folder`, or whether files are replaced (a boolean)
 * @fires export-start - The export is to begin.
 * @fires export-cancel - The export under way is to stop.
 * @fires cut-draw - A box is to be drawn on the image.
 * @fires cut-view - What is seen is to be the part.
 */
export class ExportPanelElement extends LitElement {
  static override styles = [
    theme,
    controls,
    sections,
    exportFields,
    css`
      details.section,
      section {
        padding: 6px 0 0;
        border-bottom: 0;
        border-top: 1px solid var(--_bw-border);
        min-width: 0;
      }
      section {
        display: grid;
        gap: 6px;
      }
      .sources {
        grid-template-columns: repeat(auto-fill, minmax(150px, 1fr));
        gap: 0 8px;
      }
      legend {
        margin: 0;
      }
      .end {
        position: sticky;
        bottom: 0;
        background: var(--_bw-surface);
        padding: 6px 0;
      }
      details.section > summary .muted {
        font-weight: 400;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      button.start {
        min-height: 30px;
      }
    `,
  ];
  static override properties = {
    form: { attribute: false },
    sources: { attribute: false },
    formats: { attribute: false },
    classes: { attribute: false },
    imageNames: { attribute: false },
    shown: { type: Number },
    which: {},
    picked: { attribute: false },
    shape: { attribute: false },
    isDrawing: { type: Boolean },
    rows: { attribute: false },
    target: { attribute: false },
    run: { attribute: false },
    isRunning: { type: Boolean },
    obstacle: {},
  };

  declare form: ExportForm;
  declare sources: readonly ExportSource[];
  declare formats: readonly StorageFormat[];
  /** After combining. */
  declare classes: readonly LabelClass[];
  declare imageNames: readonly string[];
  /** Index of the image in the viewer. */
  declare shown: number;
  declare which: ImageChoice;
  declare picked: ReadonlySet<number>;
  declare shape: Shape5 | undefined;
  declare isDrawing: boolean;
  declare rows: readonly PreviewRow[];
  declare target: ExportTarget;
  declare run: ExportRun | undefined;
  declare isRunning: boolean;
  /** Why no export can begin; undefined if one can. */
  declare obstacle: string | undefined;

  constructor() {
    super();
    this.form = initialForm;
    this.sources = [];
    this.formats = [];
    this.classes = [];
    this.imageNames = [];
    this.shown = 0;
    this.which = 'shown';
    this.picked = new Set();
    this.isDrawing = false;
    this.rows = [];
    this.target = { kind: 'download', hasFolders: false, overwrite: false };
    this.isRunning = false;
  }

  override render() {
    const { form, sources } = this;
    const chosen = sources.filter(({ id }) => form.sourceIds.includes(id));
    return html`
      ${this.renderSources()}
      <section>
        <brushwood-format-fields .form=${form} .formats=${this.formats} .sources=${chosen}></brushwood-format-fields>
      </section>
      ${this.renderFolded(
        'Part of the image',
        Object.keys(form.cut).length === 0
          ? 'whole'
          : Object.entries(form.cut)
              .map(([axis, [from = 0, to]]) => `${axis} ${from}–${to ?? 'end'}`)
              .join(', '),
        html`<brushwood-cut-fields .cut=${form.cut} .shape=${this.shape} ?isDrawing=${this.isDrawing}></brushwood-cut-fields>`,
      )}
      ${this.renderClasses(chosen)}
      ${this.renderFolded(
        'File name',
        form.pattern,
        html`<brushwood-pattern-field .pattern=${form.pattern}></brushwood-pattern-field>`,
      )}
      ${this.renderImages()} ${this.renderTarget()}
      <section>
        <h2>Files</h2>
        <brushwood-export-preview .rows=${this.rows}></brushwood-export-preview>
        ${this.isRunning ? nothing : this.renderRun()}
      </section>
      <section class="end">${this.isRunning ? this.renderRun() : this.renderStart()}</section>
    `;
  }

  private renderRun() {
    return html`<brushwood-run-list .run=${this.run}></brushwood-run-list>`;
  }

  private renderFolded(title: string, summary: string, content: TemplateResult) {
    return html`<details class="section">
      <summary>${title} <span class="muted">${summary}</span></summary>
      ${content}
    </details>`;
  }

  private renderSources() {
    const { sourceIds } = this.form;
    return html`<fieldset class="sources">
      <legend>Results</legend>
      ${this.sources.map(
        ({ id, displayName }) =>
          html`<label class="choice">
            <input type="checkbox" .checked=${live(sourceIds.includes(id))} @change=${() => this.toggleSource(id)} />
            ${displayName}
          </label>`,
      )}
    </fieldset>`;
  }

  private renderClasses(chosen: readonly ExportSource[]) {
    const { classes, form } = this;
    if (classes.length < 2) return nothing;
    const hasChannels = chosen.some(({ content }) => content === 'probabilities');
    const some = chosenClasses(form, classes.length);
    const picked = some ?? classes.map((_, i) => i);
    return this.renderFolded(
      'Classes',
      some ? picked.map((i) => classes[i]?.name ?? '?').join(', ') : 'all',
      html`<fieldset>
        ${classes.map(
          ({ name }, i) =>
            html`<label class="choice">
              <input
                type="checkbox"
                ?disabled=${!hasChannels}
                .checked=${live(picked.includes(i))}
                @change=${() => this.toggleClass(i, picked)}
              />
              ${name}
            </label>`,
        )}
        <small>${hasChannels ? 'Probabilities have a channel for each of them.' : 'Only probabilities have a channel for each class: tick them above.'}</small>
      </fieldset>`,
    );
  }

  private renderImages() {
    const { imageNames, which, picked } = this;
    if (imageNames.length < 2) return nothing;
    const option = (value: ImageChoice, text: string) => html`<label class="choice">
      <input type="radio" name="which" .checked=${live(which === value)} @change=${() => this.emit('images-change', { which: value, picked })} />
      ${text}
    </label>`;
    return html`<section>
      <fieldset>
        <legend>Images</legend>
        ${option('shown', `The shown one: ${imageNames[this.shown] ?? ''}`)} ${option('all', `All ${imageNames.length} images of the project`)}
        ${option('picked', 'Those I pick')}
        ${
          which === 'picked'
            ? imageNames.map(
                (name, i) =>
                  html`<label class="choice" style="padding-left: 20px">
                    <input type="checkbox" .checked=${live(picked.has(i))} @change=${() => this.pick(i)} />${name}
                  </label>`,
              )
            : nothing
        }
      </fieldset>
    </section>`;
  }

  private renderTarget() {
    const { target } = this;
    if (target.kind === 'server') {
      return html`<section>
        <h2>Where</h2>
        <small>Files are written to the folder of the project, on the computer that Brushwood runs on.</small>
        <label class="choice">
          <input
            type="checkbox"
            .checked=${live(target.overwrite)}
            @change=${() => this.emit('target-change', !target.overwrite)}
          />
          Replace files that exist
        </label>
      </section>`;
    }
    const option = (kind: 'download' | 'folder', text: string) => html`<label class="choice">
      <input
        type="radio"
        name="target"
        ?disabled=${kind === 'folder' && !target.hasFolders}
        .checked=${live(target.kind === kind)}
        @click=${() => this.emit('target-change', kind)}
      />
      ${text}
    </label>`;
    return html`<section>
      <fieldset>
        <legend>Where</legend>
        ${option('download', 'Downloads')}
        ${option('folder', target.kind === 'folder' ? `Folder “${target.name}”` : 'Into a folder of this computer…')}
        ${target.hasFolders ? nothing : html`<small>This browser cannot write into folders; Chrome and Edge can.</small>`}
      </fieldset>
    </section>`;
  }

  private renderStart() {
    return html`<button class="primary start" aria-describedby="obstacle" ?disabled=${this.obstacle !== undefined} @click=${() => this.emit('export-start')}>
        ${icon('download')} Export
      </button>
      <small id="obstacle">${this.obstacle ?? ''}</small>`;
  }

  private toggleSource(id: string): void {
    const { sourceIds } = this.form;
    this.dispatchEvent(
      formChange({
        sourceIds: sourceIds.includes(id) ? sourceIds.filter((other) => other !== id) : [...sourceIds, id],
      }),
    );
  }

  private toggleClass(index: number, picked: readonly number[]): void {
    const next = picked.includes(index) ? picked.filter((i) => i !== index) : [...picked, index].sort((a, b) => a - b);
    if (next.length === 0) return this.requestUpdate(); // one stays
    this.dispatchEvent(formChange({ classes: next.length === this.classes.length ? undefined : next }));
  }

  private pick(index: number): void {
    const picked = new Set(this.picked);
    if (!picked.delete(index)) picked.add(index);
    this.emit('images-change', { which: this.which, picked });
  }

  private emit(type: string, detail?: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'brushwood-export-panel': ExportPanelElement;
  }
}
