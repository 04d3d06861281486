import { css, html, LitElement, nothing } from 'lit';
import type { Labeling } from '../../state/labeling.ts';
import { Tour, tourFacts, tourStops, type TourMemory } from '../../state/tour.ts';
import { icon } from '../../styles/icons.ts';
import { controls, theme } from '../../styles/theme.ts';
import { LabelingFollower } from '../labeling-follower.ts';

/**
 * A guided tour beside the work: says what to do next, and goes on when it was done. It blocks nothing and comes up once.
 *
 * @element brushwood-tour
 */
export class TourElement extends LitElement {
  static override styles = [
    theme,
    controls,
    css`
      :host {
        position: fixed;
        right: 8px;
        bottom: 44px;
        z-index: 12;
        width: min(300px, calc(100vw - 16px));
      }
      @media (min-width: 1100px) {
        :host {
          width: 246px; /* over the panel of layers */
        }
      }
      section {
        padding: 10px 12px;
        background: var(--_bw-surface);
        border: 1px solid var(--_bw-accent);
        border-radius: 8px;
        box-shadow: 0 6px 26px rgb(0 0 0 / 35%);
        max-height: calc(100vh - 100px);
        overflow: auto;
      }
      header,
      footer {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 8px;
      }
      h2 {
        font-size: 14px;
      }
      p {
        margin: 4px 0 10px;
      }
    `,
  ];
  static override properties = {
    labeling: { attribute: false },
    stepId: { attribute: 'step-id' },
    index: { state: true },
  };

  declare labeling: Labeling | undefined;
  /** Step of the app that is open. */
  declare stepId: string;
  declare index: number | undefined;
  private readonly tour = new Tour(memoryOfPage());

  constructor() {
    super();
    this.stepId = '';
    new LabelingFollower(this);
  }

  /** Starts it, unless it was taken before or `isWanted`. It takes the focus, as what started it may be gone. */
  async start({ isWanted = false } = {}): Promise<void> {
    if (!isWanted && this.tour.isTaken) return;
    this.tour.start(isWanted && this.labeling ? tourFacts(this.labeling, this.stepId) : undefined);
    this.index = this.tour.index;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('section')?.focus();
  }

  protected override willUpdate(): void {
    const { labeling, tour } = this;
    if (labeling && tour.stop) tour.observe(tourFacts(labeling, this.stepId));
    this.index = tour.index;
  }

  override render() {
    const { index } = this;
    if (index === undefined) return nothing;
    const stop = tourStops[index];
    return html`<section
      aria-label="Guided tour"
      tabindex="-1"
      @keydown=${(event: KeyboardEvent) => this.onKey(event)}
    >
      <header>
        <span class="muted">${stop ? `Guided tour, ${index + 1} of ${tourStops.length}` : 'Guided tour'}</span>
        <button class="icon" title="Close the tour" aria-label="Close the tour" @click=${() => this.close()}>
          ${icon('close')}
        </button>
      </header>
      <div role="status">
        <h2>${stop?.title ?? 'That is the whole way'}</h2>
        <p>
          ${stop?.text ?? 'Now with images of your own: New project, above on the left. The tour is in the help, if you want it again.'}
        </p>
      </div>
      <footer>
        ${
          stop
            ? html`<button @click=${() => this.skip()}>${this.tour.isWaiting ? 'Next' : 'Skip this'}</button>`
            : html`<button class="primary" @click=${() => this.close()}>Done</button>`
        }
      </footer>
    </section>`;
  }

  private skip(): void {
    this.tour.next();
    this.requestUpdate();
  }

  private close(): void {
    this.tour.close();
    this.requestUpdate();
    this.dispatchEvent(new CustomEvent('tour-close'));
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    this.close();
  }
}

/** Undefined where a page is not allowed to keep anything. */
function memoryOfPage(): TourMemory | undefined {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'brushwood-tour': TourElement;
  }
}
