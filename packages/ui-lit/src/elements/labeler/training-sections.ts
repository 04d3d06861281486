import { html, type nothing, type TemplateResult } from 'lit';
import type { Labeling } from '../../state/labeling.ts';

/** The sections below classes and live update, in their order: `details.section` each, closed at first. */
export function trainingSections(labeling: Labeling): readonly (TemplateResult | typeof nothing)[] {
  return [
    html`<brushwood-classifier-panel .labeling=${labeling}></brushwood-classifier-panel>`,
    html`<brushwood-model-card .labeling=${labeling}></brushwood-model-card>`,
    html`<brushwood-quality-panel .labeling=${labeling}></brushwood-quality-panel>`,
    strokesSection(labeling),
  ];
}

/** Strokes are looked for while it is open. */
function strokesSection(labeling: Labeling): TemplateResult {
  const toggle = ({ currentTarget }: Event) => {
    const section = currentTarget as HTMLDetailsElement;
    section.querySelector('brushwood-label-explorer')!.isOpen = section.open;
  };
  return html`<details class="section" @toggle=${toggle}>
    <summary>Strokes</summary>
    <brushwood-label-explorer .labeling=${labeling}></brushwood-label-explorer>
  </details>`;
}
