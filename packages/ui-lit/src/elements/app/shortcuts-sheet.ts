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
 * The sheet of keyboard shortcuts.
 *
 * @element brushwood-shortcuts-sheet
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
        max-width: 860px;
      }
      dialog::backdrop {
        background: rgb(0 0 0 / 40%);
      }
      .columns {
        display: grid;
        grid-template-columns: repeat(3, auto);
        gap: 8px 34px;
      }
      h2 {
        margin: 4px 0 6px;
      }
      dl {
        display: grid;
        grid-template-columns: auto auto;
        gap: 3px 14px;
        margin: 0;
        align-content: start;
      }
      dt {
        font-weight: 600;
        white-space: pre;
      }
      dd {
        margin: 0;
      }
      footer {
        text-align: right;
        margin-top: 10px;
      }
      @media (max-width: 860px) {
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
    return html`<dialog aria-label="Keyboard shortcuts" @keydown=${(event: Event) => event.stopPropagation()}>
      <div class="columns">
        ${part('Labeling', labelerShortcuts)} ${part('View', viewerShortcuts)} ${part('Project', appShortcuts)}
      </div>
      <footer>
        <form method="dialog"><button class="primary">Close</button></form>
      </footer>
    </dialog>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'brushwood-shortcuts-sheet': ShortcutsSheetElement;
  }
}
