import { coreAxes, type Shape5 } from '@brushwood/core';
import { html, LitElement } from 'lit';
import { cutAxes, type CutAxis, type ExportForm } from '../../state/exports/export-form.ts';
import { controls, theme } from '../../styles/theme.ts';
import { exportFields } from './export-fields.styles.ts';
import { formChange, numberIn } from './form-change.ts';

const axisNames: Readonly<Record<CutAxis, string>> = { t: 'time', z: 'depth', y: 'rows', x: 'columns' };

/**
 * The part of the image to export: numbers for each axis, a box that is drawn, or what is seen.
 *
 * @element brushwood-cut-fields
 * @fires form-change - `{ cut }`
 * @fires cut-draw - A box is to be drawn, or no longer.
 * @fires cut-view - What is seen is to be the part.
 */
export class CutFieldsElement extends LitElement {
  static override styles = [theme, controls, exportFields];
  static override properties = {
    cut: { attribute: false },
    shape: { attribute: false },
    isDrawing: { type: Boolean },
  };

  declare cut: ExportForm['cut'];
  /** Of the image that is shown. */
  declare shape: Shape5 | undefined;
  declare isDrawing: boolean;

  constructor() {
    super();
    this.cut = {};
    this.isDrawing = false;
  }

  override render() {
    const { shape, cut, isDrawing } = this;
    const isWhole = Object.keys(cut).length === 0;
    return html`
      ${shape ? cutAxes(shape).map((axis) => this.renderAxis(axis, shape[coreAxes.indexOf(axis)]!)) : ''}
      <div class="buttons">
        <button aria-pressed=${isDrawing} ?disabled=${!shape} @click=${() => this.emit('cut-draw')}>Draw on the image</button>
        <button ?disabled=${!shape} @click=${() => this.emit('cut-view')}>Visible part</button>
        <button ?disabled=${isWhole} @click=${() => this.dispatchEvent(formChange({ cut: {} }))}>Whole image</button>
      </div>
      <small role="status">${isDrawing ? 'Drag a box over the image. Escape takes it back.' : 'Voxels from 0; the end is not part of it.'}</small>
    `;
  }

  private renderAxis(axis: CutAxis, size: number) {
    const [start, stop] = this.cut[axis] ?? [];
    const isWrong = (start ?? 0) >= (stop ?? size) || (stop ?? size) > size;
    const field = (end: 0 | 1, label: string, value: number | undefined) => html`<input
      type="number"
      min=${end}
      max=${size - 1 + end}
      step="1"
      aria-label=${label}
      aria-invalid=${isWrong ? 'true' : 'false'}
      placeholder=${end === 0 ? '0' : String(size)}
      .value=${value === undefined ? '' : String(value)}
      @change=${(event: Event) => this.setBound(axis, end, numberIn(event))}
    />`;
    return html`<div class="field">
      <span>${axis} <span class="muted">${axisNames[axis]}</span></span>
      <span class="row">${field(0, `${axis} from`, start)} to ${field(1, `${axis} to`, stop)}</span>
      ${isWrong ? html`<small class="error">The image has ${size} along ${axis}: from 0 to ${size}.</small>` : ''}
    </div>`;
  }

  private setBound(axis: CutAxis, end: 0 | 1, value: number | undefined): void {
    const whole = value === undefined ? undefined : Math.max(0, Math.round(value));
    const [start, stop] = this.cut[axis] ?? [];
    const span = end === 0 ? ([whole, stop] as const) : ([start, whole] as const);
    const { [axis]: _, ...rest } = this.cut;
    const isEmpty = span[0] === undefined && span[1] === undefined;
    this.dispatchEvent(formChange({ cut: isEmpty ? rest : { ...rest, [axis]: span } }));
  }

  private emit(type: string): void {
    this.dispatchEvent(new CustomEvent(type, { bubbles: true, composed: true }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'brushwood-cut-fields': CutFieldsElement;
  }
}
