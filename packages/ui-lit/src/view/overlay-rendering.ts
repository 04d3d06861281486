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
  return renderPixels(layout, (at) => table[labels[at]!]!);
}

/** Probability of one class: its colour, as opaque as the probability is large. Clipped to 0…1. */
export function renderProbability(probabilities: Float32Array, layout: SliceLayout, color: RgbColor): Picture {
  const ramp = alphaRamp(color);
  return renderPixels(layout, (at) => ramp[toByte(probabilities[at]!)]!);
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
  const { strideChannel } = layout;
  const pixels = colors.map((color, i) => (onlyClass === undefined || i === onlyClass ? packPixel(color, 255) : 0));
  return renderPixels(layout, (at) => {
    let best = -1;
    let highest = 0;
    for (let i = 0; i < pixels.length; i++) {
      const value = probabilities[at + i * strideChannel]!;
      if (value > highest) {
        highest = value;
        best = i;
      }
    }
    return best < 0 ? 0 : pixels[best]!;
  });
}

/**
 * Uncertainty: 1 − (highest − second highest probability) as the opacity of cyan; 0 with one class (spec §B.5).
 * @param classCount Planes in `probabilities`, `layout.strideChannel` apart.
 */
export function renderUncertainty(probabilities: Float32Array, layout: SliceLayout, classCount: number): Picture {
  const { strideChannel } = layout;
  const ramp = alphaRamp(uncertaintyColor);
  if (classCount < 2) return createPicture(layout);
  return renderPixels(layout, (at) => {
    let highest = -Infinity;
    let second = -Infinity;
    for (let i = 0; i < classCount; i++) {
      const value = probabilities[at + i * strideChannel]!;
      if (value > highest) {
        second = highest;
        highest = value;
      } else if (value > second) second = value;
    }
    return ramp[toByte(1 - (highest - second))]!;
  });
}

function renderPixels(layout: SliceLayout, pixelAt: (index: number) => number): Picture {
  const { width, height, strideU, strideV } = layout;
  const picture = createPicture(layout);
  const pixels = new Uint32Array(picture.data.buffer);
  let out = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0, at = row * strideV; column < width; column++, at += strideU) pixels[out++] = pixelAt(at);
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
