export { defineElements } from './define.ts';
export { Labeling, type LabelingOptions } from './state/labeling.ts';
export { addImages, type NewImage } from './state/add-images.ts';
export { composeServices } from './composition-root.ts';
export { createWebWorkerPool, type WebPoolOptions } from './web-worker-pool.ts';
export { plugins } from './plugins.ts';
export { adoptImages } from './storage/adopt-images.ts';
export { BrowserHome, type BrowserHomeOptions, type ProjectFile } from './storage/browser-home.ts';
export type { ProjectHome } from './storage/project-home.ts';
export { RecentProjects, type RecentProject, type RecentProjectsOptions } from './storage/recent-projects.ts';
export {
  createServerHome,
  type ServerFile,
  type ServerHome,
  type ServerHomeOptions,
  type ServerImage,
} from './storage/server-home.ts';
export {
  StrokeJournal,
  type JournalState,
  type RecoverableWork,
  type StrokeJournalOptions,
} from './storage/stroke-journal.ts';
export type { Layer, LayerSource, Point2, Point5, SlicePlane, TileAddress } from './view/layer.ts';
export { ViewerElement } from './elements/viewer/viewer.ts';
export type { ViewerEvents } from './elements/viewer/viewer-events.ts';
export { LabelerElement } from './elements/labeler/labeler.ts';
export { LayerListElement, type LayersChangeDetail } from './elements/layer-list/layer-list.ts';
export { LabelListElement, type LabelAction } from './elements/label-list/label-list.ts';
export { FeatureMatrixElement } from './elements/feature-matrix/feature-matrix.ts';
export { LaneTableElement, type LaneAction } from './elements/lane-table/lane-table.ts';
