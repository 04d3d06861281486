import { css, html, LitElement, nothing } from 'lit';
import { controls, theme } from '../../styles/theme.ts';
import type { ChannelDisplay } from '../../view/raw-rendering.ts';

/**
 * Brightness and contrast of every channel.
 *
 * @element brushwood-contrast-panel
 * @fires channels-change - `ChannelDisplay[]`
 * @fires auto-contrast - Ranges after the values of the image are asked for.
 * @fires reset-contrast - The full ranges are asked for.
 */
export class ContrastPanelElement extends LitElement {
  static override styles = [
    theme,
    controls,
    css`
      :host {
        display: grid;
        gap: 4px;
      }
      .channel {
        display: grid;
        grid-template-columns: auto auto 1fr 1fr;
        gap: 4px 6px;
        align-items: center;
      }
      input[type='number'] {
        width: 100%;
      }
      .swatch {
        width: 10px;
        height: 10px;
        border-radius: 2px;
        border: 1px solid var(--_bw-border);
      }
    `,
  ];
  static override properties = {
    channels: { attribute: false },
    names: { attribute: false },
  };

  declare channels: readonly ChannelDisplay[];
  declare names: readonly string[] | undefined;

  constructor() {
    super();
    this.channels = [];
  }

  override render() {
    if (this.channels.length === 0) return nothing;
    return html`
      ${this.channels.map((channel, i) => this.renderChannel(channel, i))}
      <div class="row">
        <button @click=${() => this.ask('auto-contrast')}>Auto</button>
        <button title="The whole range of the image" @click=${() => this.ask('reset-contrast')}>Reset</button>
      </div>
    `;
  }

  private renderChannel({ range, color, isVisible }: ChannelDisplay, index: number) {
    const name = this.names?.[index] ?? `Channel ${index}`;
    const css = color === 'gray' ? '#999' : `rgb(${color.join(' ')})`;
    const set = (change: Partial<ChannelDisplay>) =>
      this.emit(this.channels.map((channel, i) => (i === index ? { ...channel, ...change } : channel)));
    const numberOf = (event: Event) => Number((event.target as HTMLInputElement).value);
    const bound = (at: 0 | 1, label: string) => html`<input
      type="number"
      aria-label="${label} of ${name}"
      step="any"
      .value=${String(Number(range[at].toPrecision(6)))}
      @change=${(event: Event) =>
        Number.isFinite(numberOf(event)) &&
        set({ range: at === 0 ? [numberOf(event), range[1]] : [range[0], numberOf(event)] })}
    />`;
    return html`<div class="channel">
      ${
        this.channels.length > 1
          ? html`<input
            type="checkbox"
            aria-label="Show ${name}"
            .checked=${isVisible}
            @change=${() => set({ isVisible: !isVisible })}
          />`
          : html`<span></span>`
      }
      <span class="swatch" style="background: ${css}" title=${name}></span>
      ${bound(0, 'Black')} ${bound(1, 'White')}
    </div>`;
  }

  private ask(type: 'auto-contrast' | 'reset-contrast'): void {
    this.dispatchEvent(new CustomEvent(type, { bubbles: true, composed: true }));
  }

  private emit(channels: readonly ChannelDisplay[]): void {
    this.dispatchEvent(new CustomEvent('channels-change', { detail: channels, bubbles: true, composed: true }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'brushwood-contrast-panel': ContrastPanelElement;
  }
}
