import {
  BrushwoodError,
  describeLocation,
  elementCount,
  type CountingSink,
  type ImageSink,
  type ImageSpec,
  type PipelineServices,
  type PredictResult,
} from '@brushwood/core';
import { measureOf, type CountedAreas } from '../batch/area-report.ts';
import { imageIdentity, projectDigest, digest } from '../batch/fingerprint.ts';
import { isFinished, placeOf } from '../batch/output-state.ts';
import { RunJournal } from '../batch/run-journal.ts';
import { RunMeter } from '../batch/run-meter.ts';
import { partName } from '../batch/run-part.ts';
import { workflowOf } from '../project-file.ts';
import { checkInput, warnOfRange } from './check-input.ts';
import { OutputTargets, type MarkedOutput, type TargetParts } from './output-targets.ts';
import { describeStats, jobFacts } from './predict-facts.ts';
import type { BatchItem, PredictJob } from './predict-jobs.ts';

/** What became of one image. */
export interface ItemResult {
  /** Its files, written now or earlier. */
  readonly paths: readonly string[];
  readonly skipped: readonly string[];
  /** What each class covers, if it was asked for. */
  readonly areas?: CountedAreas;
  /** For `--json`; undefined if nothing was to be done. */
  readonly facts?: object;
}

export interface BatchParts extends TargetParts {
  /** Are the areas of the classes asked for? */
  readonly isReported?: boolean;
  readonly imageCount: number;
  /** What is known of finished outputs; default what is found beside them. */
  readonly journal?: RunJournal;
}

/** Predicts the images of a run one after the other, remembers what is finished and skips it. */
export class PredictBatch {
  readonly meter: RunMeter;
  /** So many that all workers have a block to compute, judged by the last image. */
  imagesAtOnce = 1;
  private readonly parts: BatchParts;
  private readonly targets: OutputTargets;
  private readonly journal: RunJournal;
  private readonly projectDigest: string;

  constructor(parts: BatchParts) {
    this.parts = parts;
    this.meter = new RunMeter(parts.imageCount, parts.options.report);
    this.targets = new OutputTargets(parts);
    this.journal = parts.journal ?? new RunJournal();
    this.projectDigest = projectDigest(parts.project);
  }

  async run(item: BatchItem): Promise<ItemResult> {
    const { options } = this.parts;
    let voxels = 0;
    try {
      if (!item.job) throw item.problem;
      const { job } = item;
      const outputs = await this.mark(job);
      const open: MarkedOutput[] = [];
      for (const output of outputs) if (!(await this.isFinished(output))) open.push(output);
      const skipped = outputs.filter((output) => !open.includes(output)).map(({ path }) => path);
      const paths = job.outputs.map(({ path }) => path);
      const known = open.length === 0 ? this.areasOf(outputs) : undefined;
      if (open.length === 0 && (known || !this.parts.isReported)) return { paths, skipped, areas: known };
      if (open.length === 0 && options.finish) this.checkAreas(item.name, known);
      const { result, areas } = await this.predict(job, open, (size) => (voxels = size));
      this.record(item.name, outputs, areas);
      this.checkAreas(item.name, areas);
      return { paths, skipped, areas, facts: jobFacts({ ...job, outputs: open }, result, options) };
    } finally {
      this.meter.add(voxels, item.job ?? item);
    }
  }

  /** The outputs of an image with their fingerprints. @throws what opening the image throws */
  async mark(job: PredictJob): Promise<readonly MarkedOutput[]> {
    const { services, options } = this.parts;
    const identity = await identityOf(services, job);
    const mask = job.mask && (await imageIdentity(services.catalog, job.mask));
    const { roi, classes, renormalize, minObject } = options;
    const { settings, result } = this.targets;
    return job.outputs.map((output) => {
      const { source, format } = output;
      const labels = source.id === 'labels' ? job.lane?.labels : undefined;
      const { postprocessing } = result;
      const dtype = settings.dtypeOf(source);
      const values = { roi, classes, renormalize, postprocessing, minObject, dtype, labels, ...output.values };
      const form = { format: format.id, axes: settings.axes, layout: settings.layout };
      return { ...output, fingerprint: digest([this.projectDigest, identity, mask, source.id, values, form]) };
    });
  }

  /**
   * Opens an unfinished output as a run would that goes on with it, looks at it, and leaves it as it was.
   * @throws what the format throws: 'other-settings', 'locked'
   */
  async inspect<T>(
    job: PredictJob,
    output: MarkedOutput,
    look: (sink: ImageSink) => Promise<T>,
  ): Promise<T | undefined> {
    const { services, project, options } = this.parts;
    let seen: T | undefined;
    const { image } = job;
    const check = { image, isOwn: true, roi: options.roi, report: options.report };
    const roi = await checkInput(services.catalog, project, check);
    const target = new OutputTargets({ ...this.parts, options: { ...options, force: false } }).target(output);
    const openSink = async (spec: ImageSpec) => {
      const sink = await target.openSink(spec);
      try {
        seen = await look(sink);
      } finally {
        await (sink.suspend ? sink.suspend() : sink.abort());
      }
      return lookedAt(sink);
    };
    const { normalization: _, ...plain } = project;
    const outputs = [{ ...target, openSink }];
    await workflowOf(services.catalog, project).predict(plain, {
      services,
      image,
      roi,
      outputs,
      postprocessing: this.targets.result.postprocessing,
      finishOnly: true,
    });
    return seen;
  }

  private async isFinished(output: MarkedOutput): Promise<boolean> {
    const { options, services } = this.parts;
    if (options.force) return false;
    const known = { journal: this.journal, fingerprint: output.fingerprint };
    return isFinished(services.catalog, placeOf(services.catalog, output), known);
  }

  /** @throws 'incomplete' for areas that are asked for, where the labels were not all seen in this run */
  private checkAreas(image: string, areas: CountedAreas | undefined): void {
    if (!this.parts.isReported || areas) return;
    throw new BrushwoodError(
      'incomplete',
      `The areas of ${image} were not counted when it was predicted, and --finish computes no voxel. Predict it once without --finish for --report.`,
    );
  }

  /** The areas of a finished image, if they were counted then. */
  private areasOf(outputs: readonly MarkedOutput[]): CountedAreas | undefined {
    const { catalog } = this.parts.services;
    return outputs.map((output) => this.journal.recordOf(placeOf(catalog, output))?.areas).find(Boolean);
  }

  private async predict(
    job: PredictJob,
    outputs: readonly MarkedOutput[],
    onVoxels: (voxels: number) => void,
  ): Promise<{ result: PredictResult; areas: CountedAreas | undefined }> {
    const { services, project, options, part } = this.parts;
    const { report } = options;
    const { image } = job;
    const roi = await checkInput(services.catalog, project, {
      image,
      isOwn: job.lane !== undefined,
      roi: options.roi,
      report,
    });
    let voxels = 0;
    const onSpec = ({ shape }: ImageSpec) => (voxels = elementCount(shape) / shape[1] / (part?.count ?? 1));
    let counting: CountingSink | undefined;
    const written = outputs.map((output) => this.targets.target(output, { onSpec, onClosed: () => this.note(output) }));
    const near = job.outputs[0]?.path ?? describeLocation(image.location);
    const counted = this.targets.counting(near, (sink) => {
      counting = sink;
      onSpec(sink.spec);
    });
    const result = await workflowOf(services.catalog, project).predict(project, {
      services,
      image,
      mask: job.mask,
      labels: job.lane?.labels,
      roi,
      part,
      finishOnly: options.finish,
      postprocessing: this.targets.result.postprocessing,
      blockShape: options.block,
      memoryBytes: options.memory,
      engineId: options.engine,
      signal: options.signal,
      onProgress: this.meter.onProgress(job, () => voxels),
      outputs: this.parts.isReported && !options.finish ? [...written, counted] : written,
    });
    onVoxels(result.voxels);
    this.imagesAtOnce = Math.ceil(options.threads / Math.max(1, result.blocks));
    if (!job.lane) warnOfRange(project, { image: job.image, range: result.valueRange, report });
    if (options.stats) report.note(describeStats(result, options.threads));
    return { result, areas: counting && { counts: counting.counts, ...measureOf(counting.spec) } };
  }

  /** Notes that an output is finished as soon as it is, so that a run that ends before the next one need not make it again. */
  private note(output: MarkedOutput, areas?: CountedAreas): void {
    this.journal.add(placeOf(this.parts.services.catalog, output), { fingerprint: output.fingerprint, areas });
  }

  /** The areas are known when all outputs are closed. */
  private record(image: string, outputs: readonly MarkedOutput[], areas: CountedAreas | undefined): void {
    const { options, part } = this.parts;
    if (areas) for (const output of outputs) this.note(output, areas);
    const paths = outputs.map(({ path }) => path);
    options.report.event('done', { file: image, outputs: paths, part: part && partName(part) });
  }
}

/** Stands for a sink that is closed already. */
function lookedAt({ spec }: ImageSink): ImageSink {
  const nothing = async () => undefined;
  return { spec, writeShape: [1, 1, 1, 1, 1], write: nothing, close: nothing, abort: nothing };
}

/** An embedded image lies in the project file, which changes with every save: what is known of the image itself counts. One in memory is known. */
function identityOf({ catalog }: PipelineServices, { lane, image }: PredictJob): Promise<unknown> {
  if (image.location.tensor) return Promise.resolve(image);
  const { storage, fingerprint } = lane?.rawData ?? {};
  if (storage === 'embedded' && fingerprint !== undefined) return Promise.resolve({ ...image, fingerprint });
  return imageIdentity(catalog, image);
}
