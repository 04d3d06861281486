import {
  exportPresets,
  findClass,
  type Dtype,
  type ExportSource,
  type ImageLayout,
  type Project,
  type Shape5,
} from '@brushwood/core';
import { InvalidArgumentError } from 'commander';
import { blockShape } from './options.ts';

/** Options that say how a file is laid out. */
export interface LayoutOptions {
  readonly zarrVersion?: number;
  readonly chunk?: Shape5;
  readonly zarrShard?: Shape5;
  readonly compression?: ImageLayout['compression'];
  /** Of TIFF; else that of the preset. */
  readonly flavour?: ImageLayout['flavour'];
}

/** `--chunk 64` (every axis) or `--chunk 32,128,128` (z, y, x); one time point and channel. */
export function chunkShape(text: string): Shape5 {
  return [1, 1, ...blockShape(text)];
}

/** `0:1` → [0, 1]; decimals and minus allowed. */
function valueRange(text: string): readonly [number, number] {
  const [low, high, ...rest] = text.split(':').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (rest.length > 0 || !Number.isFinite(low) || !Number.isFinite(high)) {
    throw new InvalidArgumentError(`Say LOW:HIGH for the range of the values, like 0:1 or 0:200; got "${text}".`);
  }
  return [low!, high!];
}

export type RangeList = readonly (readonly [number, number])[];

/** `--renormalize 0:1 0:200`: two ranges, one word each. */
export function renormalizeRanges(text: string, previous: RangeList = []): RangeList {
  if (previous.length === 2) {
    throw new InvalidArgumentError(
      `Say two ranges, like 0:1 0:200, and name images before the option; got "${text}" too.`,
    );
  }
  return [...previous, valueRange(text)];
}

/** Options of predict that a preset touches. */
export interface PresetOptions extends LayoutOptions {
  readonly for?: keyof typeof exportPresets;
  readonly format?: string;
  readonly dtype?: Dtype;
  readonly outputAxes?: string;
}

/** How the outputs are written, all options and the preset taken together. */
export interface OutputSettings {
  readonly layout: ImageLayout | undefined;
  readonly axes: string | undefined;
  dtypeOf(source: ExportSource): Dtype | undefined;
}

export function outputSettings(options: PresetOptions): OutputSettings {
  const preset = options.for === undefined ? undefined : exportPresets[options.for];
  const layout: ImageLayout = {
    chunkShape: options.chunk,
    shardShape: options.zarrShard,
    version: options.zarrVersion,
    compression: options.compression,
    flavour: options.flavour ?? preset?.flavour,
  };
  return {
    layout: Object.values(layout).some((value) => value !== undefined) ? layout : undefined,
    axes: options.outputAxes ?? preset?.axes,
    dtypeOf: (source) => options.dtype ?? (source.range ? preset?.dtype : undefined),
  };
}

/** The channels that `--classes` asks of a source; undefined for all, and for sources without a channel for each class. */
export function findClassChannels(
  project: Project,
  source: ExportSource,
  classes: readonly string[] = [],
): readonly number[] | undefined {
  if (classes.length === 0 || source.content !== 'probabilities') return undefined;
  return classes.map((name) => findClass(project, name));
}
