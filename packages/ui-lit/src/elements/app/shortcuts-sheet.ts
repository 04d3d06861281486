import { css, html, LitElement } from 'lit';
import { controls, theme } from '../../styles/theme.ts';
import { labelerShortcuts, type Shortcut } from '../labeler/labeler-keys.ts';

/** Keys of the viewer (spec §G), in the order of the sheet. */
const viewerShortcuts: readonly Shortcut[] = [
  { keys: '+  −', what: 'Zoom in, out' },
  { keys: 'Ctrl+wheel', what: 'Zoom at the pointer' },
  { keys: 'K', what: 'Fit the image' },
  { keys: 'W', what: 'Zoom to 1:1' },
  { keys: 'C', what: 'Centre' },
  { keys: 'Arrows, Shift+drag, middle drag', what: 'Pan' },
  { keys: 'Wheel, Ctrl+↑ ↓', what: 'Next slice' },
  { keys: 'Ctrl+Shift+↑ ↓', what: 'Ten slices on' },
  { keys: 'Shift+↑ ↓', what: 'First, last slice' },
  { keys: 'Shift+wheel', what: 'Next frame' },
  { keys: 'X  Y  Z', what: 'Maximise a view of a volume' },
  { keys: 'Double click, Alt+arrows', what: 'Move the crosshair' },
  { keys: 'Enter', what: 'Use the tool at the crosshair' },
  { keys: 'H', what: 'Show or hide the read-out' },
  { keys: 'Esc', what: 'Take back the stroke that is being painted' },
];

const appShortcuts: readonly Shortcut[] = [
  { keys: 'Ctrl+S', what: 'Save' },
  { keys: 'Ctrl+Shift+S', what: 'Save as' },
  { keys: 'Ctrl+O', what: 'Open' },
  { keys: '?', what: 'This sheet' },
];

/**
 * The help: keyboard shortcuts, and the guided tour once more.
 *
 * @element brushwood-shortcuts-sheet
 * @fires tour - The guided tour is wanted.
 */
export class ShortcutsSheetElement extends LitElement {
  static override styles = [
    theme,
    controls,
    css`
      dialog {
        color: var(--_bw-text);
        background: var(--_bw-surface);
        border: 1px solid var(--_bw-border);
        border-radius: 6px;
        padding: 14px 18px;
        width: min(980px, 94vw);
      }
      dialog::backdrop {
        background: rgb(0 0 0 / 40%);
      }
      .columns {
        display: grid;
        grid-template-columns: repeat(3, auto);
        gap: 8px 30px;
      }
      h2 {
        margin: 4px 0 6px;
      }
      dl {
        display: grid;
        grid-template-columns: minmax(0, 10em) minmax(8em, auto);
        gap: 3px 12px;
        margin: 0;
        align-content: start;
      }
      dt {
        font-weight: 600;
        white-space: pre-wrap;
      }
      dd {
        margin: 0;
      }
      .close {
        position: sticky;
        bottom: -14px;
        display: flex;
        justify-content: flex-end;
        gap: 6px;
        margin: 10px -18px -14px;
        padding: 8px 18px 14px;
        background: var(--_bw-surface);
      }
      @media (max-width: 900px) {
        .columns {
          grid-template-columns: auto;
        }
      }
    `,
  ];

  open(): void {
    const dialog = this.renderRoot.querySelector('dialog');
    if (dialog && !dialog.open) dialog.showModal();
  }

  override render() {
    const part = (title: string, shortcuts: readonly Shortcut[]) => html`<section>
      <h2>${title}</h2>
      <dl>
        ${shortcuts.map(
          ({ keys, what }) =>
            html`<dt>${keys}</dt>
              <dd>${what}</dd>`,
        )}
      </dl>
    </section>`;
    return html`<dialog
      aria-label="Keyboard shortcuts"
      @keydown=${(event: Event) => event.stopPropagation()}
      @close=${({ target }: Event) => this.onClose(target as HTMLDialogElement)}
    >
      <div class="columns">
        ${part('Labeling', labelerShortcuts)} ${part('View', viewerShortcuts)} ${part('Project', appShortcuts)}
      </div>
      <form method="dialog" class="close">
        <button value="tour">Guided tour</button>
        <button class="primary" autofocus>Close</button>
      </form>
    </dialog>`;
  }

  private onClose(dialog: HTMLDialogElement): void {
    if (dialog.returnValue === 'tour') this.dispatchEvent(new CustomEvent('tour'));
    dialog.returnValue = '';
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'brushwood-shortcuts-sheet': ShortcutsSheetElement;
  }
}
