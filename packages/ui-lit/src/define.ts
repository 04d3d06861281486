import { defineElementsOf } from './define-elements-of.ts';
import { labelerElements } from './define-labeler.ts';
import { AppElement } from './elements/app/app.ts';
import { BatchStepElement } from './elements/app/batch-step.ts';
import { ExportStepElement } from './elements/app/export-step.ts';
import { FeaturesStepElement } from './elements/app/features-step.ts';
import { InputStepElement } from './elements/app/input-step.ts';
import { ShortcutsSheetElement } from './elements/app/shortcuts-sheet.ts';
import { StartElement } from './elements/app/start-page.ts';
import { BatchTableElement } from './elements/batch/batch-table.ts';
import { BatchResultElement } from './elements/batch/result-dialog.ts';
import { ServerFilesElement } from './elements/dialog/server-files.ts';
import { CutFieldsElement } from './elements/export-panel/cut-fields.ts';
import { ExportPanelElement } from './elements/export-panel/export-panel.ts';
import { ExportPreviewElement } from './elements/export-panel/export-preview.ts';
import { FormatFieldsElement } from './elements/export-panel/format-fields.ts';
import { PatternFieldElement } from './elements/export-panel/pattern-field.ts';
import { RunListElement } from './elements/export-panel/run-list.ts';
import { FeatureMatrixElement } from './elements/feature-matrix/feature-matrix.ts';
import { LaneTableElement } from './elements/lane-table/lane-table.ts';
import { NormalizationPanelElement } from './elements/processing/normalization-panel.ts';
import { PostprocessingPanelElement } from './elements/processing/postprocessing-panel.ts';
import { SuggestDialogElement } from './elements/suggest/suggest-dialog.ts';
import { TourElement } from './elements/tour/tour.ts';

const elements = {
  ...labelerElements,
  'brushwood-app': AppElement,
  'brushwood-batch-result': BatchResultElement,
  'brushwood-batch-step': BatchStepElement,
  'brushwood-batch-table': BatchTableElement,
  'brushwood-cut-fields': CutFieldsElement,
  'brushwood-export-panel': ExportPanelElement,
  'brushwood-export-preview': ExportPreviewElement,
  'brushwood-export-step': ExportStepElement,
  'brushwood-feature-matrix': FeatureMatrixElement,
  'brushwood-features-step': FeaturesStepElement,
  'brushwood-format-fields': FormatFieldsElement,
  'brushwood-input-step': InputStepElement,
  'brushwood-lane-table': LaneTableElement,
  'brushwood-normalization-panel': NormalizationPanelElement,
  'brushwood-pattern-field': PatternFieldElement,
  'brushwood-postprocessing-panel': PostprocessingPanelElement,
  'brushwood-run-list': RunListElement,
  'brushwood-server-files': ServerFilesElement,
  'brushwood-shortcuts-sheet': ShortcutsSheetElement,
  'brushwood-start': StartElement,
  'brushwood-suggest-dialog': SuggestDialogElement,
  'brushwood-tour': TourElement,
} as const satisfies Record<string, CustomElementConstructor>;

/** Makes the elements known to the page. Names that are taken already are left alone. */
export function defineElements(registry: CustomElementRegistry = customElements): void {
  defineElementsOf(elements, registry);
}
