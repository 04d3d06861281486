import { ContrastPanelElement } from './elements/contrast-panel/contrast-panel.ts';
import { FeatureMatrixElement } from './elements/feature-matrix/feature-matrix.ts';
import { LabelListElement } from './elements/label-list/label-list.ts';
import { LabelerElement } from './elements/labeler/labeler.ts';
import { LaneTableElement } from './elements/lane-table/lane-table.ts';

const elements = {
  'brushwood-contrast-panel': ContrastPanelElement,
  'brushwood-feature-matrix': FeatureMatrixElement,
  'brushwood-label-list': LabelListElement,
  'brushwood-labeler': LabelerElement,
  'brushwood-lane-table': LaneTableElement,
} as const satisfies Record<string, CustomElementConstructor>;

/** Makes the elements known to the page. Names that are taken already are left alone. */
export function defineElements(registry: CustomElementRegistry = customElements): void {
  for (const [name, element] of Object.entries(elements)) if (!registry.get(name)) registry.define(name, element);
}
