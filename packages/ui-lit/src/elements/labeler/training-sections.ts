import type { nothing, TemplateResult } from 'lit';
import type { Labeling } from '../../state/labeling.ts';

/** The sections below classes and live update, in their order: `details.section` each, closed at first. */
export function trainingSections(_labeling: Labeling): readonly (TemplateResult | typeof nothing)[] {
  return [];
}
