import { describe, it } from 'vitest';
import type { Workflow } from '../contracts/workflow.ts';
import { createContainer } from '../container.ts';
import type { BrushwoodError, ErrorCode } from '../errors.ts';
import type { PredictionOutput } from '../pipeline/prediction-outputs.ts';
import type { PredictOptions } from '../pipeline/run-prediction.ts';
import { pipelineServices, registerWorkers } from '../pipeline/services.ts';
import { pixelClassification } from '../workflows/pixel-classification.ts';
import { centroidClassifier } from './centroid-classifier.ts';
import { kitChecks } from './kit-checks.ts';
import { phantomProject } from './phantom-project.ts';
import { blobsPhantom, strokesOn } from './phantoms.ts';
import { smoothingFilter } from './smoothing-filter.ts';
import { workflowChecks, type WorkflowSubject } from './workflow-checks.ts';

const container = createContainer([{ name: 'doubles', filters: [smoothingFilter], classifiers: [centroidClassifier] }]);
registerWorkers(container);
const services = pipelineServices(container);
const { image, truth } = blobsPhantom({ shape: [1, 1, 1, 22, 24], count: 3, radius: 4 });
const project = phantomProject({
  filters: [smoothingFilter],
  sigmas: [0.7],
  classifierId: centroidClassifier.id,
  lanes: [{ image, labels: strokesOn(truth) }],
});

function broken(fault: (workflow: Workflow) => Partial<Workflow>): WorkflowSubject {
  return { services, project, workflow: { ...pixelClassification, ...fault(pixelClassification) } };
}

/** Trains on the whole project where training should be refused. */
const trainingInSpiteOf = (code: ErrorCode) =>
  broken((workflow) => ({
    train: (given, options) =>
      workflow.train(given, options).catch((error: BrushwoodError) => {
        if (error.code !== code) throw error;
        return workflow.train(project, { services });
      }),
  }));

/** Does something to the outputs of a prediction. */
const brokenOutputs = (change: (output: PredictionOutput, options: PredictOptions) => PredictionOutput) =>
  broken((workflow) => ({
    predict: (given, options) =>
      workflow.predict(given, { ...options, outputs: options.outputs.map((output) => change(output, options)) }),
  }));

/** Says of a source's image that it holds something else. */
const withWrongContent = (sourceId: string) =>
  brokenOutputs((output) => ({
    ...output,
    openSink: (spec) => {
      const content = spec.content === 'labels' ? 'intensity' : 'labels';
      return output.openSink(output.sourceId === sourceId ? { ...spec, content } : spec);
    },
  }));

/** Spoils a voxel of every block of this height. */
const spoilingBlocks = (height: number) =>
  brokenOutputs((output, { blockShape }) => ({
    ...output,
    openSink: async (spec) => {
      const sink = await output.openSink(spec);
      const write: typeof sink.write = (roi, tensor) => {
        if (blockShape?.[1] === height) tensor.data[0] = tensor.data[0] === 0 ? 1 : 0;
        return sink.write(roi, tensor);
      };
      return { spec, writeShape: sink.writeShape, write, close: () => sink.close(), abort: () => sink.abort() };
    },
  }));

/** Finishes the files it should give up. */
const finishing = (isMeant: (options: PredictOptions) => boolean) =>
  brokenOutputs((output, options) => ({
    ...output,
    openSink: async (spec) => {
      const sink = await output.openSink(spec);
      const write: typeof sink.write = (roi, tensor) => sink.write(roi, tensor);
      const close = () => sink.close();
      return { spec, writeShape: sink.writeShape, write, close, abort: isMeant(options) ? close : () => sink.abort() };
    },
  }));

async function finishEmpty({ openSink }: PredictionOutput): Promise<void> {
  const sink = await openSink({ axes: 'yx', shape: [1, 1, 1, 1, 1], dtype: 'uint8', content: 'labels' });
  await sink.close();
}

function brokenSeed(): WorkflowSubject {
  let calls = 0;
  return broken((workflow) => ({ train: (given, options) => workflow.train(given, { ...options, seed: calls++ }) }));
}

describe('workflowChecks', () => {
  const checks = kitChecks<WorkflowSubject>({
    kit: workflowChecks,
    correct: broken(() => ({})),
    broken: {
      'id, name and export sources are set': broken(() => ({ id: '' })),
      'there is a name for every feature': broken((workflow) => ({
        featureNames: (given, catalog) => workflow.featureNames(given, catalog).slice(1),
      })),
      'training gives a model for all classes': broken((workflow) => ({
        train: async (given, options) => {
          const result = await workflow.train(given, options);
          const classes = [...result.project.classes, ...result.project.classes];
          return { ...result, project: { ...result.project, classes } };
        },
      })),
      'training again with the same seed gives the same model': brokenSeed(),
      'training reports how many voxels were labelled': broken((workflow) => ({
        train: async (given, options) => {
          const result = await workflow.train(given, options);
          return { ...result, report: { ...result.report, classCounts: [1, 2] } };
        },
      })),
      'training leaves the project it was given untouched': broken((workflow) => ({
        train: async (given, options) => {
          const result = await workflow.train(given, options);
          return Object.assign(given, { origin: 'trained' }) && result;
        },
      })),
      'training without labels is refused': trainingInSpiteOf('no-labels'),
      'training on one class is refused': trainingInSpiteOf('one-class'),
      'training without features is refused': trainingInSpiteOf('no-features'),
      'a signal that has fired rejects training': trainingInSpiteOf('aborted'),
      ...Object.fromEntries(
        pixelClassification.exportSources.map(({ id }) => [`predicts "${id}" as declared`, withWrongContent(id)]),
      ),
      'predicting in small blocks gives the same': spoilingBlocks(13),
      'predicting reports progress to the end': broken((workflow) => ({
        predict: (given, options) => workflow.predict(given, { ...options, onProgress: undefined }),
      })),
      'predicting without a model is refused': broken((workflow) => ({
        predict: (given, options) =>
          workflow.predict(given, options).catch((error: BrushwoodError) => {
            if (error.code !== 'no-classifier') throw error;
            return workflow.predict(given, { ...options, outputs: [] });
          }),
      })),
      'a signal that has fired rejects predicting and leaves nothing finished': broken((workflow) => ({
        predict: (given, options) =>
          workflow.predict(given, options).catch(async (error: BrushwoodError) => {
            if (error.code === 'aborted') for (const output of options.outputs) await finishEmpty(output);
            throw error;
          }),
      })),
      'a sink that fails leaves nothing finished': finishing(({ outputs }) => outputs.length === 2),
    },
  });
  for (const check of checks) it(check.name, check.run);
});
