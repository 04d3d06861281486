import { describe, expect, it } from 'vitest';
import { pointerAt, StrokeHostDouble } from '../testing/stroke-host-double.ts';
import type { ChannelDisplay } from '../view/raw-rendering.ts';
import { createContrastTool, draggedRange } from './contrast-tool.ts';

describe('draggedRange', () => {
  it('widens the window around its middle to the right and narrows it to the left', () => {
    expect(draggedRange([100, 200], { x: 150, y: 0 })).toEqual([50, 250]);
    expect(draggedRange([100, 200], { x: -150, y: 0 })).toEqual([125, 175]);
  });

  it('makes the image brighter upwards: the level falls by the width of the window in 300 pixels', () => {
    expect(draggedRange([100, 200], { x: 0, y: -300 })).toEqual([0, 100]);
    expect(draggedRange([100, 200], { x: 0, y: 150 })).toEqual([150, 250]);
  });
});

describe('the window level tool', () => {
  const gray = (low: number, high: number, isVisible = true): ChannelDisplay => ({
    range: [low, high],
    color: 'gray',
    isVisible,
  }); // prettier-ignore

  it('changes the shown channels from where the drag began, and takes it back', () => {
    const host = new StrokeHostDouble([1, 1, 1, 4, 4]);
    host.channels = [gray(100, 200), gray(0, 1, false)];
    const tool = createContrastTool(host);
    tool.down(pointerAt([[10, 10]]));
    tool.move(pointerAt([[12, 40]]));
    tool.move(pointerAt([[25, 10]])); // 150 CSS pixels to the right
    expect(host.channels).toEqual([gray(50, 250), gray(0, 1, false)]);
    tool.cancel();
    expect(host.channels[0]).toEqual(gray(100, 200));
  });
});
