import { createPicture, packPixel, type Picture, type RgbColor, type SliceLayout } from './picture.ts';

/** Colour of the uncertainty. */
export const uncertaintyColor: RgbColor = [0, 255, 255];

/**
 * Labels in the colours of their classes.
 * @param labels 0 = not labelled, shown transparent; label n has `colors[n − 1]`; labels without a colour are white.
 */
export function renderLabels(labels: Uint8Array, layout: SliceLayout, colors: readonly RgbColor[]): Picture {
  const table = new Uint32Array(256).fill(packPixel([255, 255, 255], 255));
  table[0] = 0;
  colors.slice(0, 255).forEach((color, classIndex) => (table[classIndex + 1] = packPixel(color, 255)));
  const { width, height, strideU, strideV } = layout;
  const picture = createPicture(layout);
  const pixels = new Uint32Array(picture.data.buffer);
  let out = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0, at = row * strideV; column < width; column++, at += strideU) {
      const label = labels[at]!;
      if (label !== 0) pixels[out] = table[label]!; // most are 0, and the picture is
      out++;
    }
  }
  return picture;
}

/** Probability of one class: its colour, as opaque as the probability is large. Clipped to 0…1. */
export function renderProbability(probabilities: Float32Array, layout: SliceLayout, color: RgbColor): Picture {
  const { width, height, strideU, strideV } = layout;
  const ramp = alphaRamp(color);
  const picture = createPicture(layout);
  const pixels = new Uint32Array(picture.data.buffer);
  let out = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0, at = row * strideV; column < width; column++, at += strideU) {
      pixels[out++] = ramp[toByte(probabilities[at]!)]!;
    }
  }
  return picture;
}

/**
 * The most probable class of every pixel, the lower one if two are equal; transparent where all classes are 0.
 * @param probabilities One plane per class, `layout.strideChannel` apart; as many classes as colours.
 * @param onlyClass     Shows this class alone, the others transparent.
 */
export function renderSegmentation(
  probabilities: Float32Array,
  layout: SliceLayout,
  colors: readonly RgbColor[],
  onlyClass?: number,
): Picture {
  const { width, height, strideU, strideV, strideChannel } = layout;
  const shown = colors.map((color, i) => (onlyClass === undefined || i === onlyClass ? packPixel(color, 255) : 0));
  const classes = Uint32Array.of(0, ...shown);
  const picture = createPicture(layout);
  const pixels = new Uint32Array(picture.data.buffer);
  let out = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0, at = row * strideV; column < width; column++, at += strideU) {
      let best = 0;
      let highest = 0;
      for (let i = 1, place = at; i < classes.length; i++, place += strideChannel) {
        const value = probabilities[place]!;
        if (value > highest) {
          highest = value;
          best = i;
        }
      }
      pixels[out++] = classes[best]!;
    }
  }
  return picture;
}

/**
 * Uncertainty: 1 − (highest − second highest probability) as the opacity of cyan; 0 with one class (spec §B.5).
 * @param classCount Planes in `probabilities`, `layout.strideChannel` apart.
 */
export function renderUncertainty(probabilities: Float32Array, layout: SliceLayout, classCount: number): Picture {
  const { width, height, strideU, strideV, strideChannel } = layout;
  const ramp = alphaRamp(uncertaintyColor);
  const picture = createPicture(layout);
  if (classCount < 2) return picture;
  const pixels = new Uint32Array(picture.data.buffer);
  let out = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0, at = row * strideV; column < width; column++, at += strideU) {
      let highest = -Infinity;
      let second = -Infinity;
      for (let i = 0, place = at; i < classCount; i++, place += strideChannel) {
        const value = probabilities[place]!;
        if (value > highest) {
          second = highest;
          highest = value;
        } else if (value > second) second = value;
      }
      pixels[out++] = ramp[toByte(1 - (highest - second))]!;
    }
  }
  return picture;
}

/** A colour at every opacity. */
function alphaRamp(color: RgbColor): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, alpha) => packPixel(color, alpha));
}

/** 0…1 → 0…255, rounded; not a number → 0. */
function toByte(value: number): number {
  const level = value * 255 + 0.5;
  return level >= 255 ? 255 : level > 0 ? level | 0 : 0;
}
