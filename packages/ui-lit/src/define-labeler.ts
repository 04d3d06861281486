import { defineElementsOf } from './define-elements-of.ts';
import { viewerElements } from './define-viewer.ts';
import { ClassifierPanelElement } from './elements/classifier/classifier-panel.ts';
import { ModelCardElement } from './elements/classifier/model-card.ts';
import { ContrastPanelElement } from './elements/contrast-panel/contrast-panel.ts';
import { LabelExplorerElement } from './elements/label-explorer/label-explorer.ts';
import { LabelListElement } from './elements/label-list/label-list.ts';
import { LabelerElement } from './elements/labeler/labeler.ts';
import { LivePanelElement } from './elements/labeler/live-panel.ts';
import { SlicePanelElement } from './elements/labeler/slice-panel.ts';
import { ToolPanelElement } from './elements/labeler/tool-panel.ts';
import { LayerListElement } from './elements/layer-list/layer-list.ts';
import { LabelCheckElement } from './elements/quality/label-check.ts';
import { QualityPanelElement } from './elements/quality/quality-panel.ts';
import { TruthCheckElement } from './elements/quality/truth-check.ts';
import { RangePanelElement } from './elements/range-panel/range-panel.ts';

export const labelerElements = {
  ...viewerElements,
  'brushwood-classifier-panel': ClassifierPanelElement,
  'brushwood-contrast-panel': ContrastPanelElement,
  'brushwood-label-check': LabelCheckElement,
  'brushwood-label-explorer': LabelExplorerElement,
  'brushwood-label-list': LabelListElement,
  'brushwood-labeler': LabelerElement,
  'brushwood-layer-list': LayerListElement,
  'brushwood-live-panel': LivePanelElement,
  'brushwood-model-card': ModelCardElement,
  'brushwood-quality-panel': QualityPanelElement,
  'brushwood-range-panel': RangePanelElement,
  'brushwood-slice-panel': SlicePanelElement,
  'brushwood-tool-panel': ToolPanelElement,
  'brushwood-truth-check': TruthCheckElement,
} as const satisfies Record<string, CustomElementConstructor>;

/** Makes `<brushwood-labeler>` known to the page, and what it consists of. */
export function defineLabeler(registry: CustomElementRegistry = customElements): void {
  defineElementsOf(labelerElements, registry);
}
