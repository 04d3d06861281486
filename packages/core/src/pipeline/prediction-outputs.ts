import type { ImageSink, ImageSpec } from '../contracts/image-sink.ts';
import type { ImageInfo } from '../contracts/image-source.ts';
import { BrushwoodError } from '../errors.ts';
import { shape5 } from '../grid/axes.ts';
import { dtypeRange, type Dtype } from '../grid/dtype.ts';
import { roiShape, type Roi } from '../grid/roi.ts';
import type { LabelClass } from '../project/project.ts';
import type { ValueScaling } from './convert-values.ts';
import type { ExportSource } from './export-sources.ts';
import { placeOfPart } from './place-of-part.ts';

/** One file to write. */
export interface PredictionOutput {
  readonly sourceId: string;
  /** Default: the source's own. Floats are scaled to the full range of an integer dtype, rounded and clipped. */
  readonly dtype?: Dtype;
  /** Axes of the file; default those of the input, with c added where it is needed. */
  readonly axes?: string;
  /** Scaling instead of the default one: values at `from` become values at `to`, others in proportion, clipped to the dtype. */
  readonly renormalize?: { readonly from: readonly [number, number]; readonly to: readonly [number, number] };
  /** Channels to write, in this order; for probabilities the numbers of the classes, from 0. Default all. */
  readonly channels?: readonly number[];
  openSink(spec: ImageSpec): Promise<ImageSink>;
}

export interface OutputFacts {
  readonly info: Pick<ImageInfo, 'fileAxes' | 'voxelSize'>;
  /** The part of the image that is predicted. */
  readonly roi: Roi;
  readonly output: Omit<PredictionOutput, 'openSink'>;
  readonly source: ExportSource;
  /** Of the source, before a choice. */
  readonly channelCount: number;
  readonly featureNames: readonly string[];
}

/**
 * What the image of an output will be.
 * @param classes those of the project, after combining
 * @throws 'invalid-parameter' for channels that the source does not have
 */
export function describeOutput(classes: readonly LabelClass[], facts: OutputFacts): ImageSpec {
  const { info, roi, output, source } = facts;
  checkChannels(facts);
  const channels = output.channels?.length ?? facts.channelCount;
  const box = roiShape(roi);
  const dtype = output.dtype ?? source.dtype;
  const pick = <T>(values: readonly T[]) => output.channels?.map((channel) => values[channel]!) ?? values;
  const names = source.content === 'probabilities' ? classes.map((item) => item.name) : facts.featureNames;
  const colors = classes.map((item) => item.probabilityColor);
  const isPerChannel = source.content === 'probabilities' || source.id === 'features';
  return {
    axes: output.axes ?? defaultAxes(info, channels),
    shape: shape5((i) => (i === 1 ? channels : box[i])),
    dtype,
    content: source.content,
    voxelSize: info.voxelSize && placeOfPart(info.voxelSize, roi),
    channelNames: isPerChannel ? pick(names) : undefined,
    classNames: source.content === 'labels' ? classes.map((item) => item.name) : undefined,
    colors: source.content === 'intensity' ? undefined : source.content === 'labels' ? colors : pick(colors),
    displayRange: displayRange(classes, facts, dtype),
  };
}

/** How the values of an output are scaled to its dtype. */
export function scalingOf(output: PredictionOutput, source: ExportSource): ValueScaling | undefined {
  return output.renormalize ?? (source.range && { from: source.range });
}

function displayRange(
  classes: readonly LabelClass[],
  { output, source }: OutputFacts,
  dtype: Dtype,
): readonly [number, number] | undefined {
  if (output.renormalize) return output.renormalize.to;
  if (source.content === 'labels') return [0, Math.max(1, classes.length)];
  return source.range && (dtype === 'float32' || dtype === 'float64' ? source.range : dtypeRange(dtype));
}

function checkChannels({ output, source, channelCount }: OutputFacts): void {
  const wrong = output.channels?.find(
    (channel) => !(Number.isInteger(channel) && channel >= 0 && channel < channelCount),
  );
  if (wrong === undefined && output.channels?.length !== 0) return;
  throw new BrushwoodError(
    'invalid-parameter',
    wrong === undefined
      ? `${source.displayName}: no channel is chosen. Choose at least one.`
      : `${source.displayName} has ${channelCount} channel(s), numbered from 0; there is no channel ${wrong}.`,
    { source: source.id, channelCount },
  );
}

/** The input's axes, with a channel axis at the end where one is needed (spec §D.2). */
function defaultAxes({ fileAxes }: OutputFacts['info'], channels: number): string {
  return fileAxes.includes('c') || channels === 1 ? fileAxes : `${fileAxes}c`;
}
