import { describe, expect, it } from 'vitest';
import { clampCamera, fitCamera, panBy, toScreen, toSlice, visibleBox, zoomAt } from './camera.ts';

const viewport = { width: 800, height: 600 };
const extent = { width: 400, height: 200, depth: 1 };

describe('camera', () => {
  it('fits the whole slice, in the middle', () => {
    const camera = fitCamera(extent, viewport);
    expect(camera).toEqual({ u: 200, v: 100, scale: 2 });
    expect(toScreen(camera, viewport, { u: 0, v: 0 })).toEqual({ x: 0, y: 100 });
    expect(toScreen(camera, viewport, { u: 400, v: 200 })).toEqual({ x: 800, y: 500 });
  });

  it('goes back and forth between screen and slice', () => {
    const camera = { u: 12.5, v: 80, scale: 3 };
    const point = toSlice(camera, viewport, { x: 130, y: 71 });
    expect(toScreen(camera, viewport, point).x).toBeCloseTo(130, 9);
    expect(toScreen(camera, viewport, point).y).toBeCloseTo(71, 9);
  });

  it('keeps the place under the pointer where it is while zooming', () => {
    const camera = { u: 50, v: 60, scale: 1.5 };
    const at = { x: 123, y: 456 };
    const before = toSlice(camera, viewport, at);
    for (const scale of [0.1, 1, 7.3, 64]) {
      const after = toSlice(zoomAt(camera, viewport, at, scale), viewport, at);
      expect(after.u).toBeCloseTo(before.u, 9);
      expect(after.v).toBeCloseTo(before.v, 9);
    }
  });

  it('moves the picture with the hand', () => {
    const camera = { u: 50, v: 60, scale: 2 };
    expect(toScreen(panBy(camera, 10, -4), viewport, { u: 0, v: 0 })).toEqual({
      x: toScreen(camera, viewport, { u: 0, v: 0 }).x + 10,
      y: toScreen(camera, viewport, { u: 0, v: 0 }).y - 4,
    });
  });

  it('does not lose the image or the scale', () => {
    expect(clampCamera({ u: -5, v: 900, scale: 1 }, extent, viewport)).toEqual({ u: 0, v: 200, scale: 1 });
    expect(clampCamera({ u: 1, v: 1, scale: 1e9 }, extent, viewport).scale).toBe(128);
    expect(clampCamera({ u: 1, v: 1, scale: 1e-9 }, extent, viewport).scale).toBe(0.5); // a quarter of the fitting 2
  });

  it('sees whole voxels of the image only', () => {
    expect(visibleBox({ u: 200, v: 100, scale: 2 }, viewport, extent)).toEqual({
      left: 0,
      top: 0,
      right: 400,
      bottom: 200,
    });
    expect(visibleBox({ u: 100.2, v: 100, scale: 8 }, viewport, extent)).toEqual({
      left: 50, // 100.2 − 400 / 8 = 50.2
      top: 62, // 100 − 300 / 8 = 62.5
      right: 151, // 150.2
      bottom: 138, // 137.5
    });
  });
});
