import type { Color, LabelClass, Labels } from '@brushwood/core';
import { html, LitElement, nothing } from 'lit';
import { icon, type IconName } from '../../styles/icons.ts';
import { controls, theme } from '../../styles/theme.ts';
import { styles } from './label-list.styles.ts';

/** What a user wants of a class. `classIndex` from 0. */
export type LabelAction =
  | { readonly kind: 'select' | 'toggle-lock' | 'clear' | 'delete'; readonly classIndex: number }
  | { readonly kind: 'rename'; readonly classIndex: number; readonly name: string }
  | { readonly kind: 'recolor'; readonly classIndex: number; readonly color: Color }
  | { readonly kind: 'merge'; readonly classIndex: number; readonly into: number }
  | { readonly kind: 'add' }
  | { readonly kind: 'export-csv' | 'import-labels' | 'export-labels' };

/**
 * The classes of a project: colour, name, painted voxels, predicted share, and what can be done with them.
 *
 * @element brushwood-label-list
 * @fires label-action - {@link LabelAction}: what the user asked for; the list changes nothing by itself.
 * @csspart list - The list of classes.
 */
export class LabelListElement extends LitElement {
  static override styles = [theme, controls, styles];
  static override properties = {
    classes: { attribute: false },
    labels: { attribute: false },
    lockedLabels: { attribute: false },
    areas: { attribute: false },
    active: { type: Number },
    isReadOnly: { type: Boolean, attribute: 'readonly' },
    openMenu: { state: true },
  };

  declare classes: readonly LabelClass[];
  /** Strokes of every lane: their voxels are counted. */
  declare labels: readonly Labels[];
  declare lockedLabels: ReadonlySet<number>;
  /** Predicted share of what is in view, 0…1 per class; absent while nothing is predicted. */
  declare areas: readonly number[] | undefined;
  /** Label of the active class, from 1. */
  declare active: number;
  /** Classes cannot be deleted or merged, as while live update runs. */
  declare isReadOnly: boolean;
  declare openMenu: number | undefined;
  private readonly counted = new WeakMap<Uint8Array, ReadonlyMap<number, number>>();

  constructor() {
    super();
    this.classes = [];
    this.labels = [];
    this.lockedLabels = new Set();
    this.active = 1;
    this.isReadOnly = false;
  }

  override render() {
    const counts = this.counts();
    return html`
      <ul part="list" aria-label="Classes">
        ${this.classes.map((item, i) => this.renderClass(item, i, counts[i] ?? 0))}
      </ul>
      <footer>
        <button @click=${() => this.act({ kind: 'add' })} title="Add a class (A)">${icon('plus')} Add class</button>
        <span>
          ${this.renderFile('import-labels', 'folder', 'Import a label image')}
          ${this.renderFile('export-labels', 'image', 'Export the strokes of this image as TIFF')}
          ${this.renderFile('export-csv', 'download', 'Save counts and areas as CSV')}
        </span>
      </footer>
    `;
  }

  private renderFile(kind: 'import-labels' | 'export-labels' | 'export-csv', picture: IconName, title: string) {
    return html`<button class="icon" title=${title} aria-label=${title} @click=${() => this.act({ kind })}>
      ${icon(picture)}
    </button>`;
  }

  private renderClass({ name, color }: LabelClass, classIndex: number, count: number) {
    const label = classIndex + 1;
    const isLocked = this.lockedLabels.has(label);
    const area = this.areas?.[classIndex];
    return html`<li
      aria-current=${label === this.active}
      @pointerdown=${() => this.act({ kind: 'select', classIndex })}
    >
      <button
        class="key"
        aria-label=${`Paint ${name}`}
        title=${label < 10 ? `Paint ${name} (${label})` : `Paint ${name}`}
        @click=${() => this.act({ kind: 'select', classIndex })}
      >
        ${label}
      </button>
      <input
        type="color"
        aria-label=${`Colour of ${name}`}
        .value=${hexOf(color)}
        @change=${(event: Event) =>
          this.act({ kind: 'recolor', classIndex, color: colorOf((event.target as HTMLInputElement).value) })}
      />
      <input
        class="name"
        aria-label=${`Name of class ${label}`}
        .value=${name}
        @change=${(event: Event) => this.rename(classIndex, event.target as HTMLInputElement)}
        @keydown=${(event: KeyboardEvent) => {
          if (event.key === 'Enter') (event.target as HTMLInputElement).blur();
        }}
      />
      <span class="counts" title="Painted voxels; predicted share of what is in view">
        ${count.toLocaleString('en')}${area === undefined ? nothing : html`<br />${(100 * area).toFixed(1)} %`}
      </span>
      <button
        class="icon"
        aria-pressed=${isLocked}
        aria-label=${`Protect ${name} against painting over`}
        title="Protect against painting over"
        @click=${() => this.act({ kind: 'toggle-lock', classIndex })}
      >
        ${icon(isLocked ? 'lock' : 'unlock', 14)}
      </button>
      <span class="menu" @focusout=${(event: FocusEvent) => this.onMenuLeft(event)}>
        <button
          class="icon"
          aria-haspopup="menu"
          aria-expanded=${this.openMenu === classIndex}
          aria-label=${`More for ${name}`}
          @click=${() => void this.toggleMenu(classIndex)}
        >
          ${icon('menu', 14)}
        </button>
        ${this.openMenu === classIndex ? this.renderMenu(classIndex) : nothing}
      </span>
    </li>`;
  }

  private renderMenu(classIndex: number) {
    const isLast = this.isReadOnly || this.classes.length <= 2;
    const choose = (action: LabelAction) => {
      this.closeMenu();
      this.act(action);
    };
    return html`<div role="menu" @keydown=${(event: KeyboardEvent) => this.onMenuKey(event)}>
      <button role="menuitem" @click=${() => choose({ kind: 'clear', classIndex })}>${icon('broom')} Clear strokes</button>
      ${this.classes.map((other, into) =>
        into === classIndex
          ? nothing
          : html`<button role="menuitem" ?disabled=${isLast} @click=${() => choose({ kind: 'merge', classIndex, into })}>
              ${icon('merge')} Merge into ${other.name}
            </button>`,
      )}
      <button role="menuitem" ?disabled=${isLast} @click=${() => choose({ kind: 'delete', classIndex })}>
        ${icon('trash')} Delete class
      </button>
      ${this.isReadOnly ? html`<small class="muted">Stop live update to merge or delete.</small>` : nothing}
    </div>`;
  }

  private async toggleMenu(classIndex: number): Promise<void> {
    this.openMenu = this.openMenu === classIndex ? undefined : classIndex;
    await this.updateComplete;
    this.menuItems[0]?.focus();
  }

  /** Closes the menu; the focus goes back to its button. */
  private closeMenu(): void {
    const buttons = this.renderRoot.querySelectorAll<HTMLElement>('[aria-haspopup]');
    if (this.openMenu !== undefined) buttons[this.openMenu]?.focus();
    this.openMenu = undefined;
  }

  private onMenuKey(event: KeyboardEvent): void {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (event.key === 'Escape') this.closeMenu();
    else if (step !== 0) {
      const items = this.menuItems;
      const at = items.findIndex((item) => item.matches(':focus'));
      items.at((at + step) % items.length)?.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Some browsers give a pressed button no focus: then nothing says where it went, and the menu stays for its click. */
  private onMenuLeft({ relatedTarget, currentTarget }: FocusEvent): void {
    if (relatedTarget && !(currentTarget as HTMLElement).contains(relatedTarget as Node)) this.openMenu = undefined;
  }

  private get menuItems(): readonly HTMLElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLElement>('[role=menuitem]:not([disabled])')];
  }

  private rename(classIndex: number, input: HTMLInputElement): void {
    const name = input.value.trim();
    if (name !== '') this.act({ kind: 'rename', classIndex, name });
    input.value = this.classes[classIndex]!.name;
  }

  /** Painted voxels per class. Chunks of labels never change, so each is counted once. */
  private counts(): readonly number[] {
    const total = Array<number>(256).fill(0);
    for (const { chunks } of this.labels) {
      for (const chunk of chunks.values()) {
        let counts = this.counted.get(chunk);
        if (!counts) this.counted.set(chunk, (counts = countValues(chunk)));
        for (const [value, count] of counts) total[value - 1]! += count;
      }
    }
    return total;
  }

  private act(detail: LabelAction): void {
    this.dispatchEvent(new CustomEvent<LabelAction>('label-action', { detail, bubbles: true, composed: true }));
  }
}

/** How often each label above 0 occurs. */
function countValues(chunk: Uint8Array): ReadonlyMap<number, number> {
  const counts = new Uint32Array(256);
  for (const value of chunk) counts[value]!++;
  return new Map([...counts.entries()].filter(([value, count]) => value > 0 && count > 0));
}

function hexOf(color: Color): string {
  return `#${color.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

function colorOf(hex: string): Color {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as [number, number, number];
}

declare global {
  interface HTMLElementTagNameMap {
    'brushwood-label-list': LabelListElement;
  }
}
