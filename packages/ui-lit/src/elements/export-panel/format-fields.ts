import { coreAxes, dtypeRange, isDtype, type Dtype, type ExportSource, type StorageFormat } from '@brushwood/core';
import { html, LitElement, nothing } from 'lit';
import {
  formatFields,
  initialForm,
  presetFields,
  type ExportForm,
  type Scaling,
} from '../../state/exports/export-form.ts';
import { controls, theme } from '../../styles/theme.ts';
import { exportFields } from './export-fields.styles.ts';
import { formChange, numberIn } from './form-change.ts';

const presets = [
  {
    id: 'fiji',
    name: 'For Fiji',
    text: '8-bit ImageJ TIFF: colours and display range are set, so that nothing looks black.',
  },
  {
    id: 'python',
    name: 'For Python',
    text: 'NumPy files (.npy) with 32-bit values from 0 to 1, axes as the image has them.',
  },
  { id: 'custom', name: 'Custom', text: 'Format, type of values and order of axes as you choose.' },
] as const;

const commonAxes = ['tzcyx', 'tzyxc', 'tczyx', 'zyxc', 'czyx', 'yxc', 'cyx'];

/** What a text of axes lacks; undefined if it is right. */
export function axesProblem(text: string): string | undefined {
  const wrong = [...text].find((axis) => !coreAxes.includes(axis));
  if (wrong) return `"${wrong}" is no axis: use the letters t, c, z, y and x, slowest first.`;
  if (new Set(text).size !== text.length) return 'Each axis may be named once.';
  return text.includes('y') && text.includes('x') ? undefined : 'An image has y and x at least.';
}

/**
 * Which files: a preset, or format, type, scaling and axes.
 *
 * @element brushwood-format-fields
 * @fires form-change - a part of {@link ExportForm}
 */
export class FormatFieldsElement extends LitElement {
  static override styles = [theme, controls, exportFields];
  static override properties = {
    form: { attribute: false },
    formats: { attribute: false },
    sources: { attribute: false },
    axesError: { state: true },
  };

  declare form: ExportForm;
  /** Those that can be written. */
  declare formats: readonly StorageFormat[];
  /** Those that are chosen. */
  declare sources: readonly ExportSource[];
  declare axesError: string | undefined;

  constructor() {
    super();
    this.form = initialForm;
    this.formats = [];
    this.sources = [];
  }

  override render() {
    const { preset } = this.form;
    return html`
      <div class="buttons" role="group" aria-label="Made for">
        ${presets.map(
          ({ id, name }) =>
            html`<button aria-pressed=${preset === id} @click=${() => this.choosePreset(id)}>${name}</button>`,
        )}
      </div>
      <small>${presets.find(({ id }) => id === preset)?.text}</small>
      ${preset === 'custom' ? this.renderFields() : nothing}
    `;
  }

  private renderFields() {
    const { form, formats } = this;
    return html`
      <label class="field">
        Format
        <select @change=${({ target }: Event) => this.setFormat((target as HTMLSelectElement).value)}>
          ${formats.map(
            ({ id, displayName, extensions }) =>
              html`<option value=${id} ?selected=${id === form.formatId}>${displayName} (${extensions[0]})</option>`,
          )}
        </select>
      </label>
      ${this.renderValues()}
      <label class="field">
        Axes
        <input
          list="axes"
          .value=${form.axes ?? ''}
          placeholder="as the image"
          aria-invalid=${this.axesError ? 'true' : 'false'}
          aria-describedby="axes-note"
          autocapitalize="off"
          spellcheck="false"
          @change=${(event: Event) => this.setAxes((event.target as HTMLInputElement).value)}
        />
        <datalist id="axes">${commonAxes.map((axes) => html`<option value=${axes}></option>`)}</datalist>
        <small id="axes-note" class=${this.axesError ? 'error' : ''}
          >${this.axesError ?? 'Slowest first, like zyxc. Empty: as the image has them.'}</small
        >
      </label>
    `;
  }

  private renderValues() {
    const { form, sources } = this;
    const hasRange = sources.some(({ range }) => range);
    const types = this.formats.find(({ id }) => id === form.formatId)?.supports.writeDtypes ?? [];
    return html`
      <label class="field">
        Values
        <select
          ?disabled=${!hasRange}
          aria-describedby="values-note"
          @change=${({ target }: Event) => this.setType((target as HTMLSelectElement).value)}
        >
          <option value="" ?selected=${form.dtype === undefined}>as computed</option>
          ${types.map((dtype) => html`<option value=${dtype} ?selected=${dtype === form.dtype}>${typeName(dtype)}</option>`)}
        </select>
        <small id="values-note">${hasRange ? this.scalingNote() : 'Only probabilities and uncertainty can be scaled; numbers of classes stay as they are.'}</small>
      </label>
      ${hasRange && form.dtype !== undefined ? this.renderScaling(form.dtype) : nothing}
    `;
  }

  private renderScaling(dtype: Dtype) {
    const { scaling } = this.form;
    const start: Scaling = { from: [0, 1], to: isInteger(dtype) ? dtypeRange(dtype) : [0, 1] };
    const field = (name: 'from' | 'to', end: 0 | 1, label: string) => html`<input
      type="number"
      step="any"
      aria-label=${label}
      .value=${String((scaling ?? start)[name][end])}
      @change=${(event: Event) => this.setScaling(scaling ?? start, { name, end, value: numberIn(event) })}
    />`;
    return html`<label class="choice">
        <input
          type="checkbox"
          .checked=${scaling !== undefined}
          @change=${() => this.emit({ scaling: scaling ? undefined : start })}
        />
        Choose the scaling
      </label>
      ${
        scaling
          ? html`<div class="row">
            ${field('from', 0, 'Values from')} – ${field('from', 1, 'Values to')} → ${field('to', 0, 'become from')} –
            ${field('to', 1, 'become to')}
          </div>`
          : nothing
      }`;
  }

  private scalingNote(): string {
    const { dtype, scaling } = this.form;
    if (dtype === undefined) return 'Probabilities from 0 to 1, 32-bit floating point.';
    if (scaling) return 'Values beyond the type are cut off.';
    if (!isInteger(dtype)) return 'Probabilities from 0 to 1.';
    return `Probabilities from 0 to 1 become ${dtypeRange(dtype).join(' to ')}.`;
  }

  private choosePreset(id: ExportForm['preset']): void {
    this.axesError = undefined;
    this.emit(id === 'custom' ? { preset: id } : presetFields(id));
  }

  /** A type that the format does not have becomes the nearest thing that all have. */
  private setFormat(id: string): void {
    const { dtype } = this.form;
    const types = this.formats.find((format) => format.id === id)?.supports.writeDtypes ?? [];
    const isHeld = types.includes(dtype ?? 'float32');
    this.emit({ ...formatFields(id), ...(isHeld ? {} : { dtype: 'uint8', scaling: undefined }) });
  }

  private setType(text: string): void {
    this.emit({ dtype: isDtype(text) ? text : undefined, scaling: undefined, preset: 'custom' });
  }

  private setAxes(text: string): void {
    const axes = text.trim().toLowerCase();
    this.axesError = axes === '' ? undefined : axesProblem(axes);
    if (!this.axesError) this.emit({ axes: axes === '' ? undefined : axes, preset: 'custom' });
  }

  private setScaling(
    scaling: Scaling,
    { name, end, value }: { name: 'from' | 'to'; end: 0 | 1; value: number | undefined },
  ): void {
    if (value === undefined) return this.requestUpdate();
    const range = [...scaling[name]] as [number, number];
    range[end] = value;
    this.emit({ scaling: { ...scaling, [name]: range } });
  }

  private emit(change: Partial<ExportForm>): void {
    this.dispatchEvent(formChange(change));
  }
}

function isInteger(dtype: Dtype): boolean {
  return !dtype.startsWith('float');
}

function typeName(dtype: Dtype): string {
  const [, kind, bits] = /^([a-z]+)(\d+)$/.exec(dtype) ?? [];
  const names: Record<string, string> = { uint: 'whole numbers', int: 'signed numbers', float: 'floating point' };
  return `${bits}-bit ${names[kind ?? ''] ?? ''} (${dtype})`;
}

declare global {
  interface HTMLElementTagNameMap {
    'brushwood-format-fields': FormatFieldsElement;
  }
}
