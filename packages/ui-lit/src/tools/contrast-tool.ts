import type { CanvasTool } from '../view/layer.ts';
import type { ChannelDisplay } from '../view/raw-rendering.ts';
import type { StrokeHost } from './stroke-host.ts';

/** CSS pixels of a drag that double the width of the window, and that move its level by the width. */
const pixelsPerDoubling = 150;
const pixelsPerWidth = 300;

/**
 * A range of values after a drag: to the right makes it wider (less contrast), upwards lowers its middle (brighter).
 * @param range values shown as black and white
 * @param drag CSS pixels to the right and down
 */
export function draggedRange(
  [black, white]: readonly [number, number],
  drag: { readonly x: number; readonly y: number },
): readonly [number, number] {
  const width = white - black;
  const middle = (black + white) / 2 + (drag.y / pixelsPerWidth) * width;
  const half = (width * 2 ** (drag.x / pixelsPerDoubling)) / 2;
  return [middle - half, middle + half];
}

/** Window level: dragging changes contrast (sideways) and brightness (up and down) of all channels that are shown. */
export function createContrastTool(host: StrokeHost): CanvasTool {
  let start: { readonly x: number; readonly y: number; readonly channels: readonly ChannelDisplay[] } | undefined;
  return {
    id: 'contrast',
    cursor: 'move',
    down({ event }) {
      if (host.channels.length === 0) return false;
      start = { x: event.clientX, y: event.clientY, channels: host.channels };
      return true;
    },
    move({ event }) {
      if (!start) return;
      const drag = { x: event.clientX - start.x, y: event.clientY - start.y };
      host.setChannels(
        start.channels.map((channel) =>
          channel.isVisible ? { ...channel, range: draggedRange(channel.range, drag) } : channel,
        ),
      );
    },
    up() {
      start = undefined;
    },
    cancel() {
      if (start) host.setChannels(start.channels);
      start = undefined;
    },
  };
}
