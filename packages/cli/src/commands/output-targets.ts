import {
  BrushwoodError,
  checkSmallestObject,
  createCountingSink,
  objectFilterSink,
  type CountingSink,
  type ImageSink,
  type ImageSpec,
  type PipelineServices,
  type PredictionOutput,
  type Project,
  type RunPart,
} from '@brushwood/core';
import { labelScratch } from '../batch/label-scratch.ts';
import { makeFolderOf, namingForce, outputLocation } from '../output-file.ts';
import { findClassChannels, outputSettings } from '../output-options.ts';
import { planPostprocessing } from '../postprocess-options.ts';
import { renormalization, type PredictRunOptions } from './predict-facts.ts';
import type { JobOutput } from './predict-jobs.ts';

export interface TargetParts {
  readonly services: PipelineServices;
  readonly project: Project;
  readonly options: PredictRunOptions;
  /** The share of a single image's units to do. */
  readonly part?: RunPart;
}

/** An output with what its values depend on. */
export interface MarkedOutput extends JobOutput {
  readonly fingerprint: string;
}

export interface TargetEvents {
  /** What the file will be. */
  onSpec?(spec: ImageSpec): void;
  /** The file is finished, though perhaps others of the run are not. */
  onClosed?(): void;
}

/** What the outputs of a run are, and the sinks they are written to. */
export class OutputTargets {
  readonly settings;
  /** What becomes of the probabilities, and of which classes they are then. */
  readonly result;
  private readonly parts: TargetParts;

  constructor(parts: TargetParts) {
    this.parts = parts;
    this.settings = outputSettings(parts.options);
    this.result = planPostprocessing(parts.project, parts.options);
  }

  /** An output without a sink: what a run that writes nothing needs to know. */
  describe({ source, values }: JobOutput): Omit<PredictionOutput, 'openSink'> {
    const { project, options } = this.parts;
    if (values) return { sourceId: source.id, axes: this.settings.axes, ...values };
    return {
      sourceId: source.id,
      dtype: this.settings.dtypeOf(source),
      axes: this.settings.axes,
      channels: findClassChannels({ ...project, classes: this.result.classes }, source, options.classes),
      renormalize: source.range && renormalization(options),
    };
  }

  target(output: MarkedOutput, { onSpec, onClosed }: TargetEvents = {}): PredictionOutput {
    const openSink = async (spec: ImageSpec) => {
      onSpec?.(spec);
      const sink = await this.create(output, spec);
      if (onClosed) tellClosed(sink, onClosed);
      return output.source.id === 'segmentation' ? this.filtered(sink, output.path) : sink;
    };
    return { ...this.describe(output), openSink };
  }

  /** A segmentation that is only counted. @param near  where scratch files may lie */
  counting(near: string, onSink: (sink: CountingSink) => void): PredictionOutput {
    const openSink = async (spec: ImageSpec) => {
      const sink = createCountingSink(spec, this.result.classes.length);
      onSink(sink);
      return this.filtered(sink, near, 'counted');
    };
    return { sourceId: 'segmentation', openSink };
  }

  private async create({ format, path, source, fingerprint }: MarkedOutput, spec: ImageSpec): Promise<ImageSink> {
    const { services, options, part } = this.parts;
    if (options.finish && this.smallestOf(source) !== undefined) throw notThere(path);
    const location = outputLocation(services.catalog, path);
    makeFolderOf(location.path);
    const wishes = {
      overwrite: options.force,
      signal: options.signal,
      layout: this.settings.layout,
      resume: { fingerprint, part },
      onProgress: options.report.onProgress,
    };
    const sink = await format.create!(location, spec, wishes).catch((error: unknown) => {
      throw namingForce(error);
    });
    if (!options.finish || sink.unitShape) return sink;
    await sink.abort();
    throw notThere(path);
  }

  /** Voxels an object needs to stay; undefined where all stay. */
  private smallestOf({ id }: JobOutput['source']): number | undefined {
    return id === 'segmentation' ? this.parts.options.minObject : undefined;
  }

  /** Small objects can only be told when all labels are there. */
  private async filtered(sink: ImageSink, near: string, use = ''): Promise<ImageSink> {
    const { services, options } = this.parts;
    const { minObject: smallest, signal, report } = options;
    if (smallest === undefined) return sink;
    try {
      checkSmallestObject(sink, smallest);
      const { path, innerPath } = outputLocation(services.catalog, near);
      const name = [path, innerPath?.replaceAll('/', '-'), use].filter(Boolean).join('.');
      const scratch = await labelScratch(services.catalog, name, { spec: sink.spec, signal });
      return objectFilterSink(sink, { smallest, scratch, signal, onProgress: report.onProgress });
    } catch (error) {
      await sink.abort();
      throw error;
    }
  }
}

function tellClosed(sink: ImageSink, onClosed: () => void): void {
  const close = sink.close.bind(sink);
  sink.close = async () => {
    await close();
    onClosed();
  };
}

function notThere(path: string): BrushwoodError {
  return new BrushwoodError(
    'incomplete',
    `"${path}" is not there yet: the part that makes it has not finished. Repeat that part, or predict without --finish.`,
    { path },
  );
}
