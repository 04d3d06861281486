import type { ImageSink, ImageSpec } from '../contracts/image-sink.ts';
import type { Progress } from '../contracts/progress.ts';
import type { Workflow } from '../contracts/workflow.ts';
import { BrushwoodError, type ErrorCode } from '../errors.ts';
import { roiShape } from '../grid/roi.ts';
import type { Tensor } from '../grid/tensor.ts';
import type { ExportSource } from '../pipeline/export-sources.ts';
import { requestOf } from '../pipeline/open-image.ts';
import type { PredictOptions } from '../pipeline/run-prediction.ts';
import type { PipelineServices } from '../pipeline/services.ts';
import { countLabels, emptyLabels, mapLabels } from '../project/labels.ts';
import { dropModel, type Project } from '../project/project.ts';
import {
  CheckFailure,
  expectError,
  expectSameValues,
  expectThat,
  withExpectedFailures,
  type Check,
  type CheckKitOptions,
} from './check.ts';
import { findDifference } from './find-difference.ts';
import { MemoryStore } from './memory-store.ts';

export interface WorkflowSubject extends CheckKitOptions {
  readonly workflow: Workflow;
  readonly services: PipelineServices;
  /** With labels of two classes or more, features, and images that open; at least 20 voxels wide and high. */
  readonly project: Project;
}

/** Checks of a `Workflow`: what it trains, predicts and refuses. */
export function workflowChecks(subject: WorkflowSubject): Check[] {
  const { workflow, services } = subject;
  // Every check gets its own copy, so that one that is changed does not reach the others.
  const fresh = () => dropModel(structuredClone(subject.project));
  const train = (given = fresh()) => workflow.train(given, { services });
  const trained = async () => (await train()).project;
  const check = (name: string, run: () => Promise<void>): Check => ({ name, run });
  const refuses = (name: string, code: ErrorCode, given: () => Project) =>
    check(name, () => expectError(code, () => train(given()), 'train'));
  const checks = [
    check('id, name and export sources are set', () => checkNames(workflow)),
    check('there is a name for every feature', async () => checkFeatureNames(subject, await trained())),
    check('training gives a model for all classes', async () => checkModel(await trained())),
    check('training again with the same seed gives the same model', () => checkSeed(trained)),
    check('training reports how many voxels were labelled', () => checkReport(subject)),
    check('training leaves the project it was given untouched', () => checkUntouched(fresh(), train)),
    refuses('training without labels is refused', 'no-labels', () => relabelled(fresh(), () => 0)),
    refuses('training on one class is refused', 'one-class', () => relabelled(fresh(), () => 1)),
    refuses('training without features is refused', 'no-features', () => withoutFeatures(fresh())),
    check('a signal that has fired rejects training', () =>
      expectError('aborted', () => workflow.train(fresh(), { services, signal: AbortSignal.abort() }), 'train'),
    ),
    ...workflow.exportSources.map((source) =>
      check(`predicts "${source.id}" as declared`, async () => checkSource(subject, await trained(), source)),
    ),
    check('predicting in small blocks gives the same', async () => checkBlocks(subject, await trained())),
    check('predicting reports progress to the end', async () => checkProgress(subject, await trained())),
    check('predicting without a model is refused', () => checkWithoutModel(subject, fresh())),
    check('a signal that has fired rejects predicting and leaves nothing finished', async () =>
      checkAbort(subject, await trained()),
    ),
    check('a sink that fails leaves nothing finished', async () => checkFailingSink(subject, await trained())),
  ];
  return withExpectedFailures(checks, subject);
}

async function checkNames({ id, displayName, exportSources }: Workflow): Promise<void> {
  expectThat(id.trim() !== '' && displayName.trim() !== '', `id "${id}", displayName "${displayName}".`);
  const ids = exportSources.map((source) => source.id);
  expectThat(ids.length > 0 && new Set(ids).size === ids.length, `The export sources are ${ids.join(', ') || 'none'}.`);
}

async function checkFeatureNames({ workflow, services }: WorkflowSubject, trained: Project): Promise<void> {
  const names = workflow.featureNames(trained, services.catalog);
  const count = trained.classifier.model?.featureCount;
  expectThat(names.length === count, `featureNames gives ${names.length} names, the model needs ${count} features.`);
  expectThat(new Set(names).size === names.length, `featureNames repeats a name: ${names.join(', ')}.`);
}

async function checkModel({ classifier, classes }: Project): Promise<void> {
  const { model } = classifier;
  expectThat(model, 'The project that train gives back has no model.');
  const expected = classes.length;
  expectThat(model.classCount === expected, `The model has ${model.classCount} classes, the project ${expected}.`);
}

async function checkSeed(trained: () => Promise<Project>): Promise<void> {
  const [first, second] = [await trained(), await trained()];
  const difference = findDifference(second.classifier.model, first.classifier.model, 'the model');
  if (difference) throw new CheckFailure(`Training twice differs: ${difference}.`);
}

async function checkReport({ workflow, services, project }: WorkflowSubject): Promise<void> {
  const { report } = await workflow.train(dropModel(structuredClone(project)), { services });
  const expected = project.classes.map((_, k) =>
    project.lanes.reduce((sum, lane) => sum + (countLabels(lane.labels, project.classes.length)[k] ?? 0), 0),
  );
  const isRight = `${report.classCounts}` === `${expected}`;
  expectThat(isRight, `The report counts (${report.classCounts}) labelled voxels, the project has (${expected}).`);
}

async function checkUntouched(project: Project, train: (project: Project) => Promise<unknown>): Promise<void> {
  const before = structuredClone(project);
  await train(project);
  const difference = findDifference(project, before, 'project');
  if (difference) throw new CheckFailure(`Training changed the project it was given: ${difference}.`);
}

function relabelled(project: Project, map: (value: number) => number): Project {
  const lanes = project.lanes.map((lane) => {
    const labels = mapLabels(lane.labels, map);
    return { ...lane, labels: labels.chunks.size > 0 ? labels : emptyLabels(lane.rawData.shape) };
  });
  return { ...project, lanes };
}

function withoutFeatures(project: Project): Project {
  const selected = project.features.selected.map((cells) => cells.map(() => false));
  return { ...project, features: { ...project.features, selected } };
}

/** What a prediction wrote. */
interface Written {
  readonly spec: ImageSpec;
  readonly tensor: Tensor;
}

async function predict(
  { workflow, services }: WorkflowSubject,
  project: Project,
  {
    sourceIds,
    store = new MemoryStore(),
    ...more
  }: { sourceIds: readonly string[]; store?: MemoryStore } & Partial<PredictOptions>,
): Promise<readonly (Written | undefined)[]> {
  const [lane] = project.lanes;
  expectThat(lane, 'The project has no image.');
  const outputs = sourceIds.map((sourceId) => ({
    sourceId,
    openSink: async (spec: ImageSpec) => store.createSink(sourceId, spec),
  }));
  await workflow.predict(project, { services, image: requestOf(lane.rawData), labels: lane.labels, outputs, ...more });
  return sourceIds.map((sourceId) => store.images.get(sourceId));
}

async function checkSource(subject: WorkflowSubject, trained: Project, source: ExportSource): Promise<void> {
  const [written] = await predict(subject, trained, { sourceIds: [source.id] });
  if (!written) throw new CheckFailure(`After predict no image of "${source.id}" is finished.`);
  const { spec } = written;
  const [t, , z, y, x] = trained.lanes[0]!.rawData.shape;
  const { classCount = 0, featureCount = 0 } = trained.classifier.model ?? {};
  const expected = [t, source.channelCount({ classCount, featureCount }), z, y, x];
  expectThat(`${spec.shape}` === `${expected}`, `"${source.id}" has shape (${spec.shape}), expected (${expected}).`);
  expectThat(spec.dtype === source.dtype, `"${source.id}" is ${spec.dtype}, declared is ${source.dtype}.`);
  expectThat(spec.content === source.content, `"${source.id}" holds ${spec.content}, declared is ${source.content}.`);
}

async function checkBlocks(subject: WorkflowSubject, trained: Project): Promise<void> {
  const sourceIds = subject.workflow.exportSources.map((source) => source.id);
  const whole = await predict(subject, trained, { sourceIds });
  const blocks = await predict(subject, trained, { sourceIds, blockShape: [4, 13, 11] });
  sourceIds.forEach((id, i) => {
    const [found, expected] = [blocks[i]?.tensor, whole[i]?.tensor];
    expectThat(found && expected, `After predict no image of "${id}" is finished.`);
    expectSameValues(found.data, expected.data, `"${id}" in blocks of 4 × 13 × 11 voxels`);
  });
}

async function checkProgress(subject: WorkflowSubject, trained: Project): Promise<void> {
  const seen: Progress[] = [];
  await predict(subject, trained, {
    sourceIds: [subject.workflow.exportSources[0]!.id],
    blockShape: [8, 16, 16],
    onProgress: (progress) => seen.push(progress),
  });
  const last = seen.at(-1);
  expectThat(last && last.total > 0 && last.done === last.total, `Progress ends at ${last?.done} of ${last?.total}.`);
}

async function checkWithoutModel(subject: WorkflowSubject, project: Project): Promise<void> {
  for (const source of subject.workflow.exportSources.filter(({ needsModel }) => needsModel)) {
    await expectError('no-classifier', () => predict(subject, project, { sourceIds: [source.id] }), `"${source.id}"`);
  }
}

async function checkAbort(subject: WorkflowSubject, trained: Project): Promise<void> {
  const store = new MemoryStore();
  const sourceIds = subject.workflow.exportSources.map((source) => source.id);
  const signal = AbortSignal.abort();
  await expectError('aborted', () => predict(subject, trained, { sourceIds, store, signal }), 'predict');
  expectThat(store.images.size === 0, `Finished although aborted: ${[...store.images.keys()].join(', ')}.`);
}

/** Two files are written; the disk is full for the second. */
async function checkFailingSink(subject: WorkflowSubject, trained: Project): Promise<void> {
  const store = new MemoryStore();
  const sourceId = subject.workflow.exportSources[0]!.id;
  const open =
    (name: string, isFull: boolean) =>
    async (spec: ImageSpec): Promise<ImageSink> => {
      const sink = store.createSink(name, spec);
      const refuse: ImageSink['write'] = (roi) =>
        Promise.reject(new BrushwoodError('write-failed', `The disk is full at a box of (${roiShape(roi)}).`));
      const write: ImageSink['write'] = isFull ? refuse : (roi, tensor) => sink.write(roi, tensor);
      return { spec, writeShape: sink.writeShape, write, close: () => sink.close(), abort: () => sink.abort() };
    };
  const outputs = [
    { sourceId, openSink: open('first', false) },
    { sourceId, openSink: open('second', true) },
  ];
  await expectError('write-failed', () => predict(subject, trained, { sourceIds: [], store, outputs }), 'predict');
  expectThat(store.images.size === 0, `Finished although writing failed: ${[...store.images.keys()].join(', ')}.`);
}
