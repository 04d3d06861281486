import { describeLocation, type Lane } from '@brushwood/core';
import { css, html, LitElement, nothing } from 'lit';
import { icon } from '../../styles/icons.ts';
import { controls, theme } from '../../styles/theme.ts';

/** What a user wants of an image of the project. */
export type LaneAction =
  | {
      readonly kind: 'show' | 'remove' | 'replace' | 'relink' | 'embed' | 'mask' | 'remove-mask';
      readonly index: number;
    }
  | { readonly kind: 'rename'; readonly index: number; readonly nickname: string }
  | { readonly kind: 'channels'; readonly index: number; readonly channels: 'all' | 'gray' | readonly number[] }
  | { readonly kind: 'axes'; readonly index: number; readonly axes: string };

/**
 * The images of a project and their properties.
 *
 * @element brushwood-lane-table
 * @fires lane-action - {@link LaneAction}
 */
export class LaneTableElement extends LitElement {
  static override styles = [
    theme,
    controls,
    css`
      :host {
        display: block;
      }
      ul {
        list-style: none;
        margin: 0;
        padding: 0;
        display: grid;
        gap: 3px;
      }
      li {
        border: 1px solid var(--_bw-border);
        border-radius: var(--_bw-radius);
        padding: 4px 6px;
      }
      li[aria-current='true'] {
        border-color: var(--_bw-accent);
      }
      .head {
        display: flex;
        align-items: center;
        gap: 4px;
      }
      .head button.name {
        flex: 1;
        justify-content: flex-start;
        border: 0;
        background: none;
        overflow: hidden;
        text-overflow: ellipsis;
        font-weight: 600;
        padding-left: 2px;
      }
      dl {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: 2px 8px;
        margin: 4px 0;
        font-size: 12px;
        align-items: center;
      }
      dt {
        color: var(--_bw-text-muted);
      }
      dd {
        margin: 0;
        overflow: hidden;
        text-overflow: ellipsis;
      }
      dd input {
        width: 100%;
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: 4px;
      }
      .actions button {
        font-size: 12px;
        min-height: 24px;
      }
      small {
        color: var(--_bw-text-muted);
      }
    `,
  ];
  static override properties = {
    lanes: { attribute: false },
    shown: { type: Number },
    missing: { attribute: false },
    openIndex: { state: true },
  };

  declare lanes: readonly Lane[];
  /** Index of the image in the viewer. */
  declare shown: number;
  /** Indices of images that could not be opened. */
  declare missing: ReadonlySet<number>;
  declare openIndex: number | undefined;

  constructor() {
    super();
    this.lanes = [];
    this.shown = 0;
    this.missing = new Set();
  }

  override render() {
    return html`<ul aria-label="Images">
      ${this.lanes.map((lane, index) => this.renderLane(lane, index))}
    </ul>`;
  }

  private renderLane({ rawData, predictionMask }: Lane, index: number) {
    const isOpen = this.openIndex === index;
    const isMissing = this.missing.has(index);
    return html`<li aria-current=${index === this.shown}>
      <div class="head">
        ${isMissing ? html`<span class="error" title="Not found">${icon('warning')}</span>` : nothing}
        <button class="name" @click=${() => this.act({ kind: 'show', index })} title=${describeLocation(rawData.location)}>
          ${rawData.nickname}
        </button>
        <small>${shownShape(rawData)}</small>
        <button
          class="icon"
          aria-expanded=${isOpen}
          aria-label=${`Properties of ${rawData.nickname}`}
          @click=${() => (this.openIndex = isOpen ? undefined : index)}
        >
          ${icon('menu', 14)}
        </button>
      </div>
      ${isMissing ? html`<button @click=${() => this.act({ kind: 'relink', index })}>${icon('link')} Find it…</button>` : nothing}
      ${isOpen ? this.renderProperties(index, rawData, predictionMask?.nickname) : nothing}
    </li>`;
  }

  private renderProperties(index: number, reference: Lane['rawData'], mask: string | undefined) {
    const valueOf = (event: Event) => (event.target as HTMLInputElement).value.trim();
    return html`<dl>
        <dt>Name</dt>
        <dd>
          <input
            aria-label="Name"
            .value=${reference.nickname}
            @change=${(event: Event) => this.act({ kind: 'rename', index, nickname: valueOf(event) })}
          />
        </dd>
        <dt>Axes</dt>
        <dd>
          <input
            aria-label="Axes, slowest first"
            .value=${reference.axes}
            title="Slowest first, of t, c, z, y, x"
            @change=${(event: Event) => this.act({ kind: 'axes', index, axes: valueOf(event) })}
          />
        </dd>
        <dt>Channels</dt>
        <dd>
          <input
            aria-label="Channels: all, gray, or numbers from 0"
            .value=${channelText(reference.channels)}
            title="all, gray, or numbers from 0: 0,2"
            @change=${(event: Event) => this.act({ kind: 'channels', index, channels: parseChannels(valueOf(event)) })}
          />
        </dd>
        <dt>Type</dt>
        <dd>${reference.dtype ?? 'unknown'}</dd>
        <dt>Kept</dt>
        <dd>${reference.storage === 'embedded' ? 'in the project file' : 'as a link'}</dd>
        <dt>Mask</dt>
        <dd>${mask ?? 'none'}</dd>
      </dl>
      <div class="actions">
        ${
          reference.storage === 'embedded'
            ? nothing
            : html`<button @click=${() => this.act({ kind: 'embed', index })}>Copy into project</button>`
        }
        <button @click=${() => this.act({ kind: 'replace', index })}>Replace…</button>
        <button @click=${() => this.act({ kind: 'mask', index })}>Set mask…</button>
        ${mask ? html`<button @click=${() => this.act({ kind: 'remove-mask', index })}>Remove mask</button>` : nothing}
        <button @click=${() => this.act({ kind: 'remove', index })}>${icon('trash', 14)} Remove</button>
      </div>`;
  }

  private act(detail: LaneAction): void {
    this.dispatchEvent(new CustomEvent<LaneAction>('lane-action', { detail, bubbles: true, composed: true }));
  }
}

/** `1024 × 768, 3 ch` with what is not 1. */
function shownShape({ shape: [t, c, z, y, x] }: Lane['rawData']): string {
  const space = (z > 1 ? [x, y, z] : [x, y]).join(' × ');
  return [space, c > 1 ? `${c} ch` : '', t > 1 ? `${t} t` : ''].filter(Boolean).join(', ');
}

function channelText(channels: Lane['rawData']['channels']): string {
  return typeof channels === 'string' ? channels : channels.join(', ');
}

function parseChannels(text: string): 'all' | 'gray' | readonly number[] {
  if (text === 'all' || text === '') return 'all';
  return text === 'gray' ? 'gray' : text.split(/[\s,]+/).map(Number);
}

declare global {
  interface HTMLElementTagNameMap {
    'brushwood-lane-table': LaneTableElement;
  }
}
