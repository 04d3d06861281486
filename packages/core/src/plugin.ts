import type { Plugin } from './contracts/plugin.ts';
import { plainEngine } from './kernels/plain-engine.ts';
import { liveCloseHandler, liveIntensitiesHandler, liveTileHandler } from './live/live-tile.worker.ts';
import { forgetPreviewsHandler, previewResultsHandler } from './live/preview-results.worker.ts';
import { readBoxHandler } from './live/read-box.worker.ts';
import { collectSamplesHandler } from './pipeline/collect-samples.ts';
import { predictBlockHandler } from './pipeline/predict-block.ts';
import { trainModelHandler } from './pipeline/train-model.worker.ts';
import { filterMethod } from './suggest/filter-method.ts';
import { giniMethod } from './suggest/gini-method.ts';
import { icapOrderHandler } from './suggest/icap-order.ts';
import { scoreColumnsHandler } from './suggest/score-columns.ts';
import { wrapperMethod } from './suggest/wrapper-method.ts';
import { pixelClassification } from './workflows/pixel-classification.ts';

/** What core brings itself. */
export const corePlugin = {
  name: '@brushwood/core',
  filterEngines: [plainEngine],
  workflows: [pixelClassification],
  suggestionMethods: [giniMethod, filterMethod, wrapperMethod],
  tasks: [
    collectSamplesHandler,
    predictBlockHandler,
    trainModelHandler,
    liveTileHandler,
    liveCloseHandler,
    liveIntensitiesHandler,
    readBoxHandler,
    icapOrderHandler,
    scoreColumnsHandler,
    previewResultsHandler,
    forgetPreviewsHandler,
  ],
} satisfies Plugin;
