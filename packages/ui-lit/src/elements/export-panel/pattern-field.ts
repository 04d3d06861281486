import { html, LitElement } from 'lit';
import { controls, theme } from '../../styles/theme.ts';
import { exportFields } from './export-fields.styles.ts';
import { formChange } from './form-change.ts';

const chips = [
  ['nickname', 'name of the image'],
  ['result_type', 'kind of result'],
  ['slice_index', 'number of the file, in a sequence'],
  ['x_start', 'where a part begins; y, z and t too, and _stop'],
] as const;

/**
 * How files are called, with placeholders that are put in by a click.
 *
 * @element brushwood-pattern-field
 * @fires form-change - `{ pattern }`
 */
export class PatternFieldElement extends LitElement {
  static override styles = [theme, controls, exportFields];
  static override properties = { pattern: {} };

  declare pattern: string;

  constructor() {
    super();
    this.pattern = '';
  }

  override render() {
    return html`
      <input
        id="pattern"
        aria-label="File name"
        autocapitalize="off"
        spellcheck="false"
        .value=${this.pattern}
        @change=${() => this.send()}
      />
      <div class="buttons" role="group" aria-label="Placeholders">
        ${chips.map(
          ([name, text]) =>
            html`<button title=${`Put in: ${text}`} aria-label=${`Put in {${name}}: ${text}`} @click=${() => this.insert(`{${name}}`)}>
              {${name}}
            </button>`,
        )}
      </div>
      <small>A slash makes a folder: results/{nickname}</small>
    `;
  }

  private get input(): HTMLInputElement {
    return this.renderRoot.querySelector('input')!;
  }

  private insert(text: string): void {
    const { input } = this;
    const at = input.selectionStart ?? input.value.length;
    input.setRangeText(text, at, input.selectionEnd ?? at, 'end');
    input.focus();
    this.send();
  }

  private send(): void {
    this.dispatchEvent(formChange({ pattern: this.input.value.trim() }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'brushwood-pattern-field': PatternFieldElement;
  }
}
