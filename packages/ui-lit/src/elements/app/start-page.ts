import { css, html, LitElement, nothing } from 'lit';
import { icon } from '../../styles/icons.ts';
import { controls, theme } from '../../styles/theme.ts';

/** A project the app remembers. */
export interface RecentEntry {
  readonly id: string;
  readonly name: string;
  /** When it was last saved or opened, milliseconds since 1970. */
  readonly time: number;
}

/** What the start page can begin. */
export type StartAction =
  | { readonly kind: 'open-images' | 'open-folder' | 'open-project' | 'add-address' | 'example' }
  | { readonly kind: 'add-served' }
  | { readonly kind: 'add-stack'; readonly axis: 'z' | 't' | 'c' }
  | { readonly kind: 'recent'; readonly id: string };

/**
 * What is seen before there is an image.
 *
 * @element brushwood-start
 * @fires start - {@link StartAction}
 */
export class StartElement extends LitElement {
  static override styles = [
    theme,
    controls,
    css`
      :host {
        display: block;
        width: min(560px, 92%);
        max-height: 100%;
        overflow: auto;
        text-align: left;
        pointer-events: auto;
        padding: 22px 26px;
        background: var(--_bw-surface);
        border: 1px solid var(--_bw-border);
        border-radius: 8px;
      }
      p {
        margin: 0 0 16px;
        color: var(--_bw-text-muted);
      }
      .actions {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(230px, 100%), 1fr));
        gap: 8px;
      }
      .actions button {
        justify-content: flex-start;
        padding: 9px 12px;
        white-space: normal;
        text-align: start;
        gap: 9px;
      }
      h2 {
        margin: 18px 0 6px;
      }
      h2.title {
        font-size: 20px;
        margin: 0 0 4px;
        font-weight: 650;
      }
      ul {
        list-style: none;
        margin: 0;
        padding: 0;
      }
      li button {
        width: 100%;
        justify-content: space-between;
        white-space: normal;
        text-align: start;
        overflow-wrap: anywhere;
        border-color: transparent;
      }
    `,
  ];
  static override properties = { recent: { attribute: false } };

  declare recent: readonly RecentEntry[];

  constructor() {
    super();
    this.recent = [];
  }

  override render() {
    return html`
      <h2 class="title">Begin here</h2>
      <p>Paint a few strokes into each class; the segmentation follows the brush. Drop an image anywhere to begin.</p>
      <div class="actions">
        <button class="primary" @click=${() => this.start({ kind: 'open-images' })}>${icon('image')} Open images…</button>
        <button @click=${() => this.start({ kind: 'open-project' })}>${icon('file')} Open a project (.ilp)…</button>
        <button @click=${() => this.start({ kind: 'open-folder' })}>${icon('folder')} Open an OME-Zarr folder…</button>
        <button @click=${() => this.start({ kind: 'example' })}>${icon('play')} Try the example image</button>
      </div>
      ${
        this.recent.length > 0
          ? html`<h2>Recent projects</h2>
            <ul>
              ${this.recent.map(
                ({ id, name, time }) =>
                  html`<li>
                    <button @click=${() => this.start({ kind: 'recent', id })}>
                      <span>${name}</span><span class="muted">${new Date(time).toLocaleString()}</span>
                    </button>
                  </li>`,
              )}
            </ul>`
          : nothing
      }
    `;
  }

  private start(detail: StartAction): void {
    this.dispatchEvent(new CustomEvent<StartAction>('start', { detail, bubbles: true, composed: true }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'brushwood-start': StartElement;
  }
}
