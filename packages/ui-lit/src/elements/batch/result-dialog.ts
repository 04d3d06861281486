import { isAbortError, messageOf } from '@brushwood/core';
import { css, html, LitElement } from 'lit';
import type { LoadedResult } from '../../state/batch/load-result.ts';
import { controls, theme } from '../../styles/theme.ts';

/**
 * An image of a batch with its segmentation, in a window of its own.
 *
 * @element brushwood-batch-result
 * @fires close - It was closed.
 */
export class BatchResultElement extends LitElement {
  static override styles = [
    theme,
    controls,
    css`
      dialog {
        width: min(980px, 94vw);
        height: min(760px, 92vh);
        padding: 10px;
        color: inherit;
        background: var(--_bw-surface);
        border: 1px solid var(--_bw-border);
        border-radius: 6px;
      }
      dialog[open] {
        display: grid;
        grid-template-rows: auto minmax(0, 1fr);
        gap: 8px;
      }
      header {
        display: flex;
        flex-wrap: wrap;
        gap: 12px;
        align-items: center;
      }
      h2 {
        flex: 1;
        font-size: 14px;
        overflow-wrap: anywhere;
      }
      label {
        display: flex;
        gap: 6px;
        align-items: center;
        min-height: 24px;
      }
      brushwood-viewer {
        width: 100%;
        height: 100%;
        min-height: 0;
      }
    `,
  ];
  static override properties = {
    name: { type: String },
    load: { attribute: false },
    result: { state: true },
    problem: { state: true },
    opacity: { state: true },
  };

  /** Of the image. */
  declare name: string;
  declare load: ((signal: AbortSignal) => Promise<LoadedResult>) | undefined;
  declare result: LoadedResult | undefined;
  declare problem: string;
  declare opacity: number;
  private readonly stop = new AbortController();

  constructor() {
    super();
    this.name = '';
    this.problem = '';
    this.opacity = 0.4;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stop.abort();
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector('dialog')!.showModal();
    void this.open();
  }

  override render() {
    const { result, opacity } = this;
    const layers = result?.layers.map((layer) => (layer.id === 'segmentation' ? { ...layer, opacity } : layer));
    return html`<dialog
      aria-label=${`Result of ${this.name}`}
      @close=${() => this.dispatchEvent(new CustomEvent('close'))}
      @keydown=${(event: KeyboardEvent) => event.stopPropagation()}
    >
      <header>
        <h2>${this.name}</h2>
        <label>
          Segmentation
          <input
            type="range"
            min="0"
            max="1"
            step="0.05"
            .value=${String(opacity)}
            @input=${(event: Event) => (this.opacity = Number((event.target as HTMLInputElement).value))}
          />
        </label>
        <button @click=${() => this.renderRoot.querySelector('dialog')!.close()}>Close</button>
      </header>
      ${
        result
          ? html`<brushwood-viewer .image=${result.image} .layers=${layers}></brushwood-viewer>`
          : html`<p role="status" class=${this.problem ? 'error' : 'muted'}>${this.problem || 'Opening and segmenting…'}</p>`
      }
    </dialog>`;
  }

  private async open(): Promise<void> {
    try {
      this.result = await this.load?.(this.stop.signal);
    } catch (error) {
      if (!isAbortError(error)) this.problem = messageOf(error);
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'brushwood-batch-result': BatchResultElement;
  }
}
