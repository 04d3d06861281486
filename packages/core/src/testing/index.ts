export {
  CheckFailure,
  expectCloseValues,
  expectError,
  expectSameValues,
  expectThat,
  runChecks,
  withExpectedFailures,
  within,
  type Check,
  type CheckKitOptions,
  type CheckResult,
  type ExpectedFailures,
} from './check.ts';
export { kitChecks, type KitSubject } from './kit-checks.ts';
export { randomArray, randomInteger, randomTensor, seededRandom } from './random.ts';
export { memoryImageSource, type MemoryImageOptions } from './memory-image.ts';
export { imageSourceChecks, type ImageSourceSubject } from './image-source-checks.ts';
export { MemoryStore, type StoredImage } from './memory-store.ts';
export { imageSinkChecks, type ImageSinkSubject, type OpenedSink } from './image-sink-checks.ts';
export { resumableSinkChecks, type ResumableSinkSubject } from './resumable-sink-checks.ts';
export {
  applyFilter,
  cutBox,
  filterInput,
  padBlock,
  type CutBlock,
  type CutOptions,
  type FilterRunOptions,
} from './apply-filter.ts';
export { pixelFilterChecks, type PixelFilterOptions } from './pixel-filter-checks.ts';
export {
  eigenvalueTolerance3d,
  featureTolerance,
  predictionTolerance2d,
  predictionTolerance3d,
  twinTolerance,
  type PredictionTolerance,
  type Tolerance,
} from './tolerances.ts';
export { classifierChecks, type ClassifierCheckOptions } from './classifier-checks.ts';
export { blockOfSamples, clusterSamples, predictBlock, trainOn } from './cluster-samples.ts';
export { findDifference } from './find-difference.ts';
export { memoryFormat } from './memory-format.ts';
export { storageFormatChecks, type StorageFormatSubject } from './storage-format-checks.ts';
export { EngineBench } from './engine-bench.ts';
export { filterEngineChecks } from './filter-engine-checks.ts';
export {
  crashTask,
  failTask,
  pauseTask,
  poolCheckPlugin,
  sessionTask,
  squareTask,
  stepsTask,
  sumTask,
} from './pool-check-tasks.ts';
export { workerPoolChecks, type WorkerPoolSubject } from './worker-pool-checks.ts';
export { blockExecutorChecks, type BlockExecutorSubject } from './block-executor-checks.ts';
export {
  blobsPhantom,
  noisePhantom,
  stripesPhantom,
  strokesOn,
  type Phantom,
  type PhantomOptions,
} from './phantoms.ts';
export { memoryReference, phantomProject, type PhantomProjectOptions } from './phantom-project.ts';
export { memoryProjectStore, type MemoryFiles } from './memory-project-store.ts';
export { projectStoreChecks, type ProjectStoreSubject } from './project-store-checks.ts';
export { centroidClassifier } from './centroid-classifier.ts';
export { smoothingFilter } from './smoothing-filter.ts';
export { workflowChecks, type WorkflowSubject } from './workflow-checks.ts';
