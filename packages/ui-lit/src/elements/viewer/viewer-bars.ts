import type { Shape5 } from '@brushwood/core';
import { html, type TemplateResult } from 'lit';
import type { Point5, SliceAxis } from '../../view/layer.ts';
import { sliceName } from '../../view/slice-geometry.ts';
import { viewerIcons } from './viewer-icons.ts';

/** Where the crosshair is, in what, and how it is sent elsewhere. */
export interface Place {
  readonly position: Point5;
  readonly shape: Shape5;
  readonly goTo: (position: Point5) => void;
}

function lastIndex({ shape }: Place, axis: SliceAxis | 't'): number {
  return shape['tczyx'.indexOf(axis)]! - 1;
}

function numberOf(event: Event): number {
  return Number((event.target as HTMLInputElement).value);
}

/** Slider of one view through a volume, with the button that shows it alone. */
export function sliceBar(
  place: Place,
  { axis, isAlone, toggle }: { readonly axis: SliceAxis; readonly isAlone: boolean; readonly toggle: () => void },
): TemplateResult {
  const last = lastIndex(place, axis);
  const index = place.position[axis];
  const label = isAlone ? 'Show all views' : `Show the ${sliceName(axis)} view alone`;
  return html`<div class="slice-bar">
    <span class="axis axis-${axis}">${axis}</span>
    <input type="range" min="0" max=${last} .value=${String(index)} aria-label="Slice along ${axis}"
      @input=${(event: Event) => place.goTo({ ...place.position, [axis]: numberOf(event) })} />
    <span class="value">${index} / ${last}</span>
    <button class="small" title="${label} (${axis})" aria-label=${label} @click=${toggle}>
      ${isAlone ? viewerIcons.restore : viewerIcons.maximize}
    </button>
  </div>`;
}

/** Slider through the frames. */
export function timeBar(place: Place): TemplateResult {
  const { t } = place.position;
  const last = lastIndex(place, 't');
  return html`<div class="time-bar">
    <span class="axis">t</span>
    <input type="range" min="0" max=${last} .value=${String(t)} aria-label="Time"
      @input=${(event: Event) => place.goTo({ ...place.position, t: numberOf(event) })} />
    <span class="value">${t} / ${last}</span>
  </div>`;
}

/** The crosshair as numbers. */
export function positionFields(place: Place): TemplateResult {
  const axes = (['x', 'y', 'z', 't'] as const).filter((axis) => axis !== 't' || place.shape[0] > 1);
  return html`<div class="position" role="group" aria-label="Crosshair">
    ${axes.map((axis) => {
      const last = lastIndex(place, axis);
      return html`<b class="axis-${axis}">${axis}</b>
        <input type="number" min="0" max=${last} .value=${String(place.position[axis])} aria-label="Crosshair ${axis}"
          @change=${(event: Event) => place.goTo({ ...place.position, [axis]: numberOf(event) })} />
        <span class="muted">of ${last}</span>`;
    })}
  </div>`;
}
