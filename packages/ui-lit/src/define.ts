import { AppElement } from './elements/app/app.ts';
import { BatchStepElement } from './elements/app/batch-step.ts';
import { ExportStepElement } from './elements/app/export-step.ts';
import { FeaturesStepElement } from './elements/app/features-step.ts';
import { InputStepElement } from './elements/app/input-step.ts';
import { ShortcutsSheetElement } from './elements/app/shortcuts-sheet.ts';
import { StartElement } from './elements/app/start-page.ts';
import { ClassifierPanelElement } from './elements/classifier/classifier-panel.ts';
import { ModelCardElement } from './elements/classifier/model-card.ts';
import { BatchResultElement } from './elements/batch/result-dialog.ts';
import { BatchTableElement } from './elements/batch/batch-table.ts';
import { ContrastPanelElement } from './elements/contrast-panel/contrast-panel.ts';
import { CutFieldsElement } from './elements/export-panel/cut-fields.ts';
import { ExportPreviewElement } from './elements/export-panel/export-preview.ts';
import { FormatFieldsElement } from './elements/export-panel/format-fields.ts';
import { PatternFieldElement } from './elements/export-panel/pattern-field.ts';
import { RunListElement } from './elements/export-panel/run-list.ts';
import { ServerFilesElement } from './elements/dialog/server-files.ts';
import { ExportPanelElement } from './elements/export-panel/export-panel.ts';
import { FeatureMatrixElement } from './elements/feature-matrix/feature-matrix.ts';
import { LabelExplorerElement } from './elements/label-explorer/label-explorer.ts';
import { LabelListElement } from './elements/label-list/label-list.ts';
import { LabelerElement } from './elements/labeler/labeler.ts';
import { LivePanelElement } from './elements/labeler/live-panel.ts';
import { SlicePanelElement } from './elements/labeler/slice-panel.ts';
import { ToolPanelElement } from './elements/labeler/tool-panel.ts';
import { LaneTableElement } from './elements/lane-table/lane-table.ts';
import { LayerListElement } from './elements/layer-list/layer-list.ts';
import { NormalizationPanelElement } from './elements/processing/normalization-panel.ts';
import { PostprocessingPanelElement } from './elements/processing/postprocessing-panel.ts';
import { TourElement } from './elements/tour/tour.ts';
import { SuggestDialogElement } from './elements/suggest/suggest-dialog.ts';
import { LabelCheckElement } from './elements/quality/label-check.ts';
import { QualityPanelElement } from './elements/quality/quality-panel.ts';
import { TruthCheckElement } from './elements/quality/truth-check.ts';
import { RangePanelElement } from './elements/range-panel/range-panel.ts';
import { ViewerElement } from './elements/viewer/viewer.ts';

const elements = {
  'brushwood-app': AppElement,
  'brushwood-classifier-panel': ClassifierPanelElement,
  'brushwood-batch-result': BatchResultElement,
  'brushwood-batch-step': BatchStepElement,
  'brushwood-batch-table': BatchTableElement,
  'brushwood-contrast-panel': ContrastPanelElement,
  'brushwood-cut-fields': CutFieldsElement,
  'brushwood-export-preview': ExportPreviewElement,
  'brushwood-format-fields': FormatFieldsElement,
  'brushwood-pattern-field': PatternFieldElement,
  'brushwood-run-list': RunListElement,
  'brushwood-export-panel': ExportPanelElement,
  'brushwood-export-step': ExportStepElement,
  'brushwood-feature-matrix': FeatureMatrixElement,
  'brushwood-features-step': FeaturesStepElement,
  'brushwood-input-step': InputStepElement,
  'brushwood-label-check': LabelCheckElement,
  'brushwood-label-explorer': LabelExplorerElement,
  'brushwood-label-list': LabelListElement,
  'brushwood-labeler': LabelerElement,
  'brushwood-lane-table': LaneTableElement,
  'brushwood-layer-list': LayerListElement,
  'brushwood-live-panel': LivePanelElement,
  'brushwood-normalization-panel': NormalizationPanelElement,
  'brushwood-postprocessing-panel': PostprocessingPanelElement,
  'brushwood-model-card': ModelCardElement,
  'brushwood-quality-panel': QualityPanelElement,
  'brushwood-server-files': ServerFilesElement,
  'brushwood-range-panel': RangePanelElement,
  'brushwood-shortcuts-sheet': ShortcutsSheetElement,
  'brushwood-slice-panel': SlicePanelElement,
  'brushwood-start': StartElement,
  'brushwood-suggest-dialog': SuggestDialogElement,
  'brushwood-tool-panel': ToolPanelElement,
  'brushwood-tour': TourElement,
  'brushwood-truth-check': TruthCheckElement,
  'brushwood-viewer': ViewerElement,
} as const satisfies Record<string, CustomElementConstructor>;

/** Makes the elements known to the page. Names that are taken already are left alone. */
export function defineElements(registry: CustomElementRegistry = customElements): void {
  for (const [name, element] of Object.entries(elements)) if (!registry.get(name)) registry.define(name, element);
}
