import { describe, expect, it } from 'vitest';
import { renderLabels, renderProbability, renderSegmentation, renderUncertainty } from './overlay-rendering.ts';
import { sliceLayout, type RgbColor } from './picture.ts';

const yellow: RgbColor = [255, 225, 25];
const blue: RgbColor = [0, 130, 200];
const rowOf = (width: number, channels = 1) => sliceLayout([1, channels, 1, 1, width], 'z');
const pixels = (data: Uint8ClampedArray) =>
  Array.from({ length: data.length / 4 }, (_, i) => [...data.subarray(4 * i, 4 * i + 4)]);

describe('overlay rendering', () => {
  it('shows labels in the colours of their classes, no label transparent', () => {
    expect(pixels(renderLabels(Uint8Array.of(0, 1, 2, 3), rowOf(4), [yellow, blue]).data)).toEqual([
      [0, 0, 0, 0],
      [255, 225, 25, 255],
      [0, 130, 200, 255],
      [255, 255, 255, 255], // a class that has no colour yet
    ]);
  });

  it('shows a probability as opacity', () => {
    const { data } = renderProbability(Float32Array.of(0, 0.5, 1, 1.2, NaN), rowOf(5), blue);
    expect(pixels(data)).toEqual([
      [0, 130, 200, 0],
      [0, 130, 200, 128],
      [0, 130, 200, 255],
      [0, 130, 200, 255],
      [0, 130, 200, 0],
    ]);
  });

  it('shows the most probable class, the lower of equal ones, and nothing where nothing was predicted', () => {
    const probabilities = Float32Array.of(0.7, 0.5, 0.1, 0, 0.3, 0.5, 0.9, 0); // two planes of four pixels
    expect(pixels(renderSegmentation(probabilities, rowOf(4, 2), [yellow, blue]).data)).toEqual([
      [...yellow, 255],
      [...yellow, 255],
      [...blue, 255],
      [0, 0, 0, 0],
    ]);
    expect(pixels(renderSegmentation(probabilities, rowOf(4, 2), [yellow, blue], 1).data).map((p) => p[3])).toEqual([
      0, 0, 255, 0,
    ]);
  });

  it('shows uncertainty, one minus the lead of the best class, in cyan', () => {
    const probabilities = Float32Array.of(1, 0.5, 0.2, 0, 0.5, 0.4, 0, 0, 0.4); // three planes of three pixels
    expect(pixels(renderUncertainty(probabilities, rowOf(3, 3), 3).data)).toEqual([
      [0, 255, 255, 0],
      [0, 255, 255, 255], // 1 − (0.5 − 0.5)
      [0, 255, 255, 255], // 1 − (0.4 − 0.4), the lead counts, not the level
    ]);
    expect(pixels(renderUncertainty(Float32Array.of(0.75, 0.25), rowOf(1, 2), 2).data)).toEqual([[0, 255, 255, 128]]);
    expect(pixels(renderUncertainty(Float32Array.of(1), rowOf(1), 1).data)).toEqual([[0, 0, 0, 0]]);
  });

  it('reads slices along x through their strides', () => {
    const labels = Uint8Array.of(1, 0, 2, 0); // z = 2, y = 2
    const { data } = renderLabels(labels, sliceLayout([1, 1, 2, 2, 1], 'x'), [yellow, blue]);
    expect(pixels(data).map((p) => p[3])).toEqual([255, 255, 0, 0]);
    expect(pixels(data)[1]).toEqual([...blue, 255]);
  });
});
