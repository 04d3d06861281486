import { css, html, LitElement, nothing } from 'lit';
import type { Labeling } from '../../state/labeling.ts';
import { micrometersOf } from '../../view/scale-bar.ts';
import { icon } from '../../styles/icons.ts';
import { sections } from '../../styles/sections.ts';
import { controls, theme } from '../../styles/theme.ts';
import { penSizes, tools } from '../../tools/index.ts';
import { LabelingFollower } from '../labeling-follower.ts';

/**
 * The tools, their settings, undo and redo.
 *
 * @element brushwood-tool-panel
 */
export class ToolPanelElement extends LitElement {
  static override styles = [
    theme,
    controls,
    sections,
    css`
      :host {
        display: block;
      }
      .tools {
        display: flex;
        flex-wrap: wrap;
        gap: 3px;
        margin-bottom: 6px;
      }
      .tools button.icon {
        width: 31px;
        height: 30px;
      }
      .size {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr) 54px 20px;
        gap: 6px;
        align-items: center;
      }
      .size input[type='number'] {
        width: 100%;
      }
      .size .um {
        grid-column: 3;
      }
    `,
  ];
  static override properties = { labeling: { attribute: false } };

  declare labeling: Labeling | undefined;

  constructor() {
    super();
    new LabelingFollower(this);
  }

  override render() {
    const { labeling } = this;
    if (!labeling) return nothing;
    const { session } = labeling;
    return html`<section>
      <h2>
        Tools
        <span class="row">
          <button class="icon" title="Undo (Ctrl+Z)" aria-label="Undo" ?disabled=${!session.canUndo}
            @click=${() => session.undo()}>${icon('undo')}</button>
          <button class="icon" title="Redo (Ctrl+Y)" aria-label="Redo" ?disabled=${!session.canRedo}
            @click=${() => session.redo()}>${icon('redo')}</button>
        </span>
      </h2>
      <div class="tools" role="toolbar" aria-label="Tools">
        ${tools.map(
          ({ id, name, key, icon: picture }) => html`<button
            class="icon"
            aria-pressed=${labeling.tools.id === id}
            aria-label=${name}
            title="${name} (${key.toUpperCase()})"
            @click=${() => labeling.tools.use(id)}
          >
            ${icon(picture, 18)}
          </button>`,
        )}
      </div>
      ${this.renderSize(labeling)}
      ${
        labeling.tools.id === 'range'
          ? html`<brushwood-range-panel .labeling=${labeling}></brushwood-range-panel>`
          : nothing
      }
    </section>`;
  }

  private renderSize({ tools: toolbox, image }: Labeling) {
    const size = toolbox.penDiameter;
    const voxelUm = micrometersOf(image?.voxelSize);
    const name = toolbox.id === 'eraser' ? 'Eraser' : 'Brush';
    return html`<div class="size">
      <span id="size-label">${name} size</span>
      <input
        type="range"
        aria-labelledby="size-label"
        min="0"
        max=${penSizes.length - 1}
        .value=${String(nearestSize(size))}
        @input=${(event: Event) => toolbox.setPenDiameter(penSizes[Number((event.target as HTMLInputElement).value)]!)}
      />
      <input
        type="number"
        aria-label="${name} size in pixels"
        min="1"
        max="61"
        .value=${String(size)}
        @change=${(event: Event) => setSize(toolbox, event, 1)}
      />
      <span class="muted">px</span>
      ${
        voxelUm === undefined
          ? nothing
          : html`<input
                class="um"
                type="number"
                aria-label="${name} size in micrometres"
                title="A pixel of this image is ${rounded(voxelUm)} µm wide. The size is kept in whole pixels, 1 to 61, so what you type is rounded to the nearest."
                min="0"
                step="any"
                .value=${rounded(size * voxelUm)}
                @change=${(event: Event) => setSize(toolbox, event, voxelUm)}
              />
              <span class="muted">µm</span>`
      }
    </div>`;
  }
}

/** Takes over a size that was typed in a unit of so many pixels; the field then says what it became. */
function setSize(toolbox: Labeling['tools'], event: Event, voxelSize: number): void {
  const input = event.target as HTMLInputElement;
  if (input.valueAsNumber > 0) toolbox.setPenDiameter(input.valueAsNumber / voxelSize);
  input.value = rounded(toolbox.penDiameter * voxelSize);
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function nearestSize(size: number): number {
  const far = penSizes.map((other) => Math.abs(other - size));
  return far.indexOf(Math.min(...far));
}

declare global {
  interface HTMLElementTagNameMap {
    'brushwood-tool-panel': ToolPanelElement;
  }
}
