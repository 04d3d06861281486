export {
  BrushwoodError,
  abortError,
  isAbortError,
  messageOf,
  throwIfAborted,
  type ErrorCode,
  type ErrorDetails,
} from './errors.ts';
export {
  allocateArray,
  arrayFromBytes,
  dtypeOf,
  dtypeRange,
  dtypes,
  isDtype,
  itemBytes,
  type Dtype,
  type NumberArray,
  type TypedArray,
} from './grid/dtype.ts';
export {
  AxisOrder,
  axisIndex,
  checkAxes,
  coreAxes,
  elementCount,
  guessAxes,
  shape5,
  stridesOf,
  type Axis,
  type Shape3,
  type Shape5,
} from './grid/axes.ts';
export {
  checkRoi,
  hullOfRois,
  intersectRois,
  roiShape,
  translateRoi,
  wholeRoi,
  withAxis,
  type Roi,
} from './grid/roi.ts';
export { allocateTensor, copyBox, createTensor, cropTensor, tensorDtype, type Tensor } from './grid/tensor.ts';
export { padRoi, type Halo, type ImageEdges } from './grid/halo.ts';
export { BlockGrid } from './grid/block-grid.ts';
export type { Progress, RunOptions } from './contracts/progress.ts';
export { findTreeFile, treeFolders, type FileTree } from './contracts/file-tree.ts';
export { describeLocation, type ImageLocation, type SliceStack } from './contracts/image-location.ts';
export {
  singleLevelInfo,
  type ImageInfo,
  type ImageLevel,
  type ImageSource,
  type ReadOptions,
  type VoxelSize,
} from './contracts/image-source.ts';
export type { BoxWriter, ImageSink, ImageSpec, SinkTicket } from './contracts/image-sink.ts';
export type {
  CreateImageOptions,
  DatasetEntry,
  ImageLayout,
  OpenImageOptions,
  ResumeOptions,
  RunPart,
  StorageFormat,
} from './contracts/storage-format.ts';
export type {
  CoreBox,
  CorrelationPass,
  FilterEngine,
  FilterKernels,
  HalfTaps,
  Volume,
} from './contracts/filter-engine.ts';
export type { DerivativeOrders, FilterInput, PixelFilter } from './contracts/pixel-filter.ts';
export type {
  Classifier,
  ClassifierModel,
  ClassifierOption,
  FeatureBlock,
  OptionValues,
  Samples,
  StoredModel,
  TrainContext,
  TrainingReport,
  VigraForest,
  VigraTree,
} from './contracts/classifier.ts';
export {
  defineTask,
  type AnyTaskHandler,
  type PoolRunOptions,
  type Task,
  type TaskContext,
  type TaskHandler,
  type WorkerPool,
} from './contracts/worker-pool.ts';
export type { BlockExecutor, BlockRun } from './contracts/block-executor.ts';
export type { ProjectLocation, ProjectStore, SavedProject, SaveOptions } from './contracts/project-store.ts';
export type { Workflow } from './contracts/workflow.ts';
export type { SuggestionContext, SuggestionMethod } from './contracts/suggestion-method.ts';
export type { Catalog, Plugin } from './contracts/plugin.ts';
export { BlockArena } from './pipeline/block-arena.ts';
export {
  dropModel,
  type CarriedAttributes,
  type CarriedNode,
  type ClassifierState,
  type Color,
  type ExportSettings,
  type LabelClass,
  type Project,
} from './project/project.ts';
export { usedChannelCount, type ChannelSelection, type ImageReference, type Lane } from './project/lane.ts';
export {
  addLane,
  embedLane,
  findLane,
  relinkLane,
  removeLane,
  replaceLane,
  setPredictionMask,
  withLane,
} from './project/lanes.ts';
export {
  countLabels,
  emptyLabels,
  hasLabels,
  labelBlocks,
  mapLabels,
  maxLabel,
  readLabels,
  writeLabels,
  type LabelBlock,
  type Labels,
} from './project/labels.ts';
export { interpolateLabels, labelGaps, type LabelGap } from './project/interpolate-labels.ts';
export {
  copyLabelSlice,
  labelledSlices,
  type EditedLabels,
  type LabelSlice,
  type WriteRule,
} from './project/label-slices.ts';
export { eraseLabelStroke, findLabelStrokes, LabelStrokeFinder, type LabelStroke } from './project/label-strokes.ts';
export {
  addClass,
  classPalette,
  clearClass,
  deleteClass,
  findClass,
  mergeClasses,
  newClass,
  recolorClass,
  renameClass,
} from './project/classes.ts';
export {
  addSigma,
  defaultSigmas,
  emptySelection,
  hasSelectedFeatures,
  selectAllFeatures,
  selectFeature,
  type FeatureSelection,
} from './project/feature-selection.ts';
export { packError, unpackError, type TransferredError } from './workers/error-transfer.ts';
export {
  blockExecutorToken,
  catalogToken,
  createContainer,
  createToken,
  pluginKinds,
  workerPoolToken,
  type Container,
  type Token,
} from './container.ts';
export { plainEngine } from './kernels/plain-engine.ts';
export {
  gaussianRadius,
  gaussianTaps,
  presmoothingRadius,
  presmoothingSigma,
  presmoothingWindow,
  stageTwoWindow,
} from './pipeline/gaussian-taps.ts';
export type { PaddedBlock } from './pipeline/padded-block.ts';
export { BlockFilterInput, type FilterInputOptions } from './pipeline/filter-input.ts';
export {
  checkImageSize,
  planFeatures,
  type FeatureCell,
  type FeatureGroup,
  type FeaturePlan,
} from './pipeline/feature-plan.ts';
export { computeFeatures, featureScratchBytes, type FeatureContext } from './pipeline/compute-features.ts';
export { detectFormat, openImage, parseImagePath, requestOf, type ImageRequest } from './pipeline/open-image.ts';
export { hasEqualChannels, sampleRows, selectChannels } from './pipeline/select-channels.ts';
export { fingerprintImage } from './pipeline/fingerprint-image.ts';
export { readPaddedBlock } from './pipeline/read-padded-block.ts';
export { pixelExportSources, type ExportSource, type PredictedBlock } from './pipeline/export-sources.ts';
export type { Normalization } from './project/normalization.ts';
export { placeOfPart } from './pipeline/place-of-part.ts';
export { objectFilterSink, type Scratch } from './pipeline/object-filter-sink.ts';
export { checkSmallestObject, mostObjectVoxels, withoutSmallObjects } from './pipeline/small-objects.ts';
export { combinedClasses, type Postprocessing } from './pipeline/postprocess.ts';
export { completeGroups, hasSteps, setResultSteps, type ResultSteps } from './project/result-steps.ts';
export { checkNormalization, setNormalization } from './project/normalization.ts';
export type { IntensityMap } from './pipeline/map-intensities.ts';
export { measureIntensities, normalizeRequest } from './pipeline/normalize-image.ts';
export { convertValues, roundHalfEven, type ValueScaling } from './pipeline/convert-values.ts';
export { runTraining, type TrainOptions, type TrainResult } from './pipeline/run-training.ts';
export type { PredictionOutput } from './pipeline/prediction-outputs.ts';
export { runPrediction, type PredictOptions, type PredictResult } from './pipeline/run-prediction.ts';
export { completeOptions, joinSamples, noLabelsError, trainClassifier } from './pipeline/train-classifier.ts';
export {
  collectProjectSamples,
  type CollectProjectOptions,
  type ProjectSamples,
} from './pipeline/collect-project-samples.ts';
export {
  crossValidate,
  type CrossValidateOptions,
  type CrossValidation,
  type Spread,
} from './evaluation/cross-validate.ts';
export { placeOf, samplePlaces, type SamplePlace, type SamplePlaces } from './evaluation/sample-places.ts';
export { evaluateImage, type ErrorMap, type EvaluateImageOptions } from './evaluation/evaluate-image.ts';
export {
  describeLabelWarning,
  labelWarnings,
  type LabelWarning,
} from './evaluation/label-warnings.ts';
export { collectLabelledRows, type LabelledRows } from './evaluation/labelled-rows.ts';
export { modelCard, modelCardRows, modelCardText, type ModelCard } from './evaluation/model-card.ts';
export { chooseClassifier } from './project/choose-classifier.ts';
export { strokeGroups } from './evaluation/stroke-groups.ts';
export { pipelineServices, registerWorkers, type PipelineServices } from './pipeline/services.ts';
export { TaskRunner } from './workers/task-runner.ts';
export { createInlinePool } from './workers/inline-pool.ts';
export { createPoolExecutor } from './workers/pool-executor.ts';
export {
  createPageFile,
  enterPageFolder,
  findPageFile,
  hasEntry,
  pagePathParts,
  writingPage,
  type PageFile,
  type PageFolder,
} from './files/page-file.ts';
export { openPageStorage } from './files/page-storage.ts';
export {
  claimPartial,
  fileLockHolder,
  takeFileLock,
  type LockHolder,
  type LockResult,
  type LockSystem,
} from './files/file-lock.ts';
export {
  vigraDefaultOptions,
  vigraDefaultParameters,
  vigraNodes,
  vigraTreeProblem,
} from './forest/vigra-layout.ts';
export { randomUuid } from './random-uuid.ts';
export { findById } from './find-by-id.ts';
export { describeImage, type DescribeOptions, type DescribedImage } from './pipeline/describe-image.ts';
export { importLabels, type ImportLabelsOptions } from './pipeline/import-labels.ts';
export {
  createEvaluationSink,
  emptyConfusion,
  errorKind,
  scoresOf,
  type ClassScore,
  type ConfusionMatrix,
  type EvaluationOptions,
  type Scores,
  type TruthMeaning,
} from './pipeline/evaluate-segmentation.ts';
export { createMemorySink, type MemorySink } from './pipeline/memory-sink.ts';
export { countClasses, createCountingSink, voxelMeasureUm, type CountingSink } from './pipeline/class-areas.ts';
export { compareImage, rangeDifference, type ComparedImage } from './pipeline/compare-image.ts';
export { copyImage, type CopyOptions } from './pipeline/copy-image.ts';
export { packProject, unpackProject } from './project/pack-project.ts';
export { newProject } from './project/new-project.ts';
export { formatByExtension, outputFormat, writableFormats } from './pipeline/output-format.ts';
export { createPipeline, type ImageInput, type Pipeline } from './pipeline/pipeline.ts';
export { createPortPool, type PortPoolOptions } from './workers/port-pool.ts';
export type { WorkerLine } from './workers/worker-slot.ts';
export { serveTasks, type FromWorker, type TaskPort, type ToWorker } from './workers/serve-tasks.ts';
export { createLiveClassification } from './live/live-classification.ts';
export type {
  LiveClassification,
  LiveOptions,
  LiveState,
  LiveTile,
  LiveTileResult,
} from './live/live-contract.ts';
export { measureImage } from './live/measure-image.ts';
export {
  forgetPreviews,
  previewResults,
  unknownResult,
  type ResultPreview,
  type ResultView,
} from './live/preview-results.ts';
export { readBox, type BoxRequest } from './live/read-box.ts';
export { pauseForMessages } from './workers/pause-for-messages.ts';
export { naturalOrder } from './files/natural-order.ts';
export { nicknameFor, stackName } from './project/image-names.ts';
export type { ExportPlan, PlannedOutput, PlannedPart, PlannedSpan } from './exports/export-plan.ts';
export { exportPresets, type ExportPreset } from './exports/export-presets.ts';
export {
  defaultFileName,
  fileNameOf,
  fillPattern,
  isSequence,
  isSequenceFormat,
  needsShape,
  outputName,
  placeholderNames,
  slicePlace,
  withExtension,
  type PatternValues,
} from './exports/file-pattern.ts';
export { describeFiles, planFiles, type PlannedFile } from './exports/plan-files.ts';
export { plannedRoi } from './exports/planned-roi.ts';
export {
  openSuggestions,
  type FeatureSet,
  type FeatureSuggestions,
  type SuggestOptions,
  type SuggestRun,
} from './suggest/feature-suggestions.ts';
