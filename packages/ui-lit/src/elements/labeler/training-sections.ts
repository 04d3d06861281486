import { html, type nothing, type TemplateResult } from 'lit';
import type { Labeling } from '../../state/labeling.ts';

/** The sections below classes and live update, in their order: `details.section` each, closed at first. */
export function trainingSections(labeling: Labeling): readonly (TemplateResult | typeof nothing)[] {
  return [
    html`<brushwood-classifier-panel .labeling=${labeling}></brushwood-classifier-panel>`,
    html`<brushwood-model-card .labeling=${labeling}></brushwood-model-card>`,
    html`<brushwood-quality-panel .labeling=${labeling}></brushwood-quality-panel>`,
  ];
}
