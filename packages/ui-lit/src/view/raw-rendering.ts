import type { Tensor, TypedArray } from '@brushwood/core';
import type { SliceAxis } from './layer.ts';
import { createPicture, packPixel, sliceLayout, type Picture, type RgbColor, type SliceLayout } from './picture.ts';

/** How one channel is shown. */
export interface ChannelDisplay {
  /** Values shown as black and as the full colour. */
  readonly range: readonly [number, number];
  readonly color: RgbColor | 'gray';
  readonly isVisible: boolean;
}

/**
 * Pixels of one slice of an image. One gray channel is shown as it is; colours of several channels are added and clipped. Three
 * uint8 channels in pure red, green and blue over 0…255 are an RGB image and are copied.
 * @param tensor   `tczyx`, one frame, one voxel thick along `axis`.
 * @param channels One entry per channel of the tensor; channels without an entry are not shown.
 * @returns Opaque RGBA: black where no channel is visible, and for values that are not numbers.
 */
export function renderIntensity(tensor: Tensor, axis: SliceAxis, channels: readonly ChannelDisplay[]): Picture {
  const layout = sliceLayout(tensor.shape, axis);
  const picture = createPicture(layout);
  const shown = channels
    .slice(0, tensor.shape[1])
    .map((display, channel) => ({ display, offset: channel * layout.strideChannel }))
    .filter(({ display }) => display.isVisible);
  if (isRgb(tensor, channels)) copyRgb(tensor.data, layout, picture);
  else if (shown.length === 1) paintChannel(tensor.data, layout, picture, shown[0]!);
  else addChannels(tensor.data, layout, picture, shown);
  return picture;
}

/** The settings with which an RGB image is shown as it is. */
export const rgbDisplay: readonly ChannelDisplay[] = [
  { range: [0, 255], color: [255, 0, 0], isVisible: true },
  { range: [0, 255], color: [0, 255, 0], isVisible: true },
  { range: [0, 255], color: [0, 0, 255], isVisible: true },
];

function isRgb(tensor: Tensor, channels: readonly ChannelDisplay[]): boolean {
  return (
    tensor.data instanceof Uint8Array &&
    tensor.shape[1] === 3 &&
    channels.length === 3 &&
    channels.every(
      ({ range, color, isVisible }, channel) =>
        isVisible && range[0] === 0 && range[1] === 255 && String(color) === String(rgbDisplay[channel]!.color),
    )
  );
}

function copyRgb(values: TypedArray, layout: SliceLayout, picture: Picture): void {
  const { width, height, strideU, strideV, strideChannel } = layout;
  const { data } = picture;
  const input = values as Uint8Array;
  let out = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0, at = row * strideV; column < width; column++, at += strideU, out += 4) {
      data[out] = input[at]!;
      data[out + 1] = input[at + strideChannel]!;
      data[out + 2] = input[at + 2 * strideChannel]!;
      data[out + 3] = 255;
    }
  }
}

interface ShownChannel {
  readonly display: ChannelDisplay;
  readonly offset: number;
}

/** A channel's brightness, 0…255, for every step of its range. */
function channelColor(color: RgbColor | 'gray'): RgbColor {
  return color === 'gray' ? [255, 255, 255] : color;
}

/**
 * 0…255 of a value: `round(255 · (value − min) / (max − min))`, clipped. An empty range shows what lies above it as white. BigInts are
 * rounded to doubles.
 */
function brightness([min, max]: readonly [number, number]): (value: number | bigint) => number {
  if (!(max > min)) return (value) => (Number(value) > min ? 255 : 0);
  const span = max - min;
  return (value) => {
    const level = ((Number(value) - min) * 255) / span + 0.5; // multiplied first: halves stay exact
    return level >= 255 ? 255 : level > 0 ? level | 0 : 0;
  };
}

function paintChannel(values: TypedArray, layout: SliceLayout, picture: Picture, shown: ShownChannel): void {
  const { width, height, strideU, strideV } = layout;
  const pixels = new Uint32Array(picture.data.buffer);
  const levelOf = brightness(shown.display.range);
  const ramp = colorRamp(channelColor(shown.display.color));
  const table =
    values instanceof Uint8Array ? Uint32Array.from({ length: 256 }, (_, v) => ramp[levelOf(v)]!) : undefined;
  let out = 0;
  for (let row = 0; row < height; row++) {
    let at = shown.offset + row * strideV;
    if (table)
      for (let column = 0; column < width; column++, at += strideU) pixels[out++] = table[values[at] as number]!;
    else for (let column = 0; column < width; column++, at += strideU) pixels[out++] = ramp[levelOf(values[at]!)]!;
  }
}

/** Opaque pixels of a colour from black to full. */
function colorRamp(color: RgbColor): Uint32Array {
  const [red, green, blue] = color.map(shades) as [Uint8Array, Uint8Array, Uint8Array];
  return Uint32Array.from({ length: 256 }, (_, level) => packPixel([red[level]!, green[level]!, blue[level]!], 255));
}

/** Sums of at most 256 channels of at most 255 fit into 16 bits. */
function addChannels(values: TypedArray, layout: SliceLayout, picture: Picture, shown: readonly ShownChannel[]): void {
  const { width, height, strideU, strideV } = layout;
  const sums = new Uint16Array(3 * width * height);
  for (const { display, offset } of shown) {
    const levelOf = brightness(display.range);
    const [red, green, blue] = channelColor(display.color).map(shades) as [Uint8Array, Uint8Array, Uint8Array];
    let out = 0;
    for (let row = 0; row < height; row++) {
      for (let column = 0, at = offset + row * strideV; column < width; column++, at += strideU, out += 3) {
        const level = levelOf(values[at]!);
        sums[out]! += red[level]!;
        sums[out + 1]! += green[level]!;
        sums[out + 2]! += blue[level]!;
      }
    }
  }
  const { data } = picture; // clamped: sums above 255 become 255
  for (let i = 0, out = 0; out < data.length; i += 3, out += 4) {
    data[out] = sums[i]!;
    data[out + 1] = sums[i + 1]!;
    data[out + 2] = sums[i + 2]!;
    data[out + 3] = 255;
  }
}

/** A part of a colour from black to full. */
function shades(full: number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, level) => Math.round((full * level) / 255));
}

const mostSamples = 1 << 16;

/**
 * The range that leaves 0.35 % of the values darker and 0.35 % brighter. Long arrays are sampled at even steps.
 * Values that are not finite don't count; a constant image gets a range of one above its value; nothing at all gives 0…1.
 */
export function autoRange(values: TypedArray, saturated = 0.0035): readonly [number, number] {
  const step = Math.max(1, Math.floor(values.length / mostSamples));
  const samples = new Float64Array(Math.ceil(values.length / step));
  let count = 0;
  for (let i = 0; i < values.length; i += step) {
    const value = Number(values[i]);
    if (Number.isFinite(value)) samples[count++] = value;
  }
  if (count === 0) return [0, 1];
  const sorted = samples.subarray(0, count).sort();
  const low = sorted[Math.floor(saturated * (count - 1))]!;
  const high = sorted[Math.ceil((1 - saturated) * (count - 1))]!;
  return high > low ? [low, high] : [low, low + 1];
}
