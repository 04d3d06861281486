import type { Point5, SliceAxis } from '../../view/layer.ts';
import { voxelAt, voxelCenter } from '../../view/slice-geometry.ts';
import type { SlicePane } from './slice-pane.ts';
import type { ViewerCommand } from './viewer-keys.ts';

/** Part of the view that an arrow key pans. */
const panPart = 1 / 8;

/** What a viewer can be told by keys. */
export interface ViewerActions {
  readonly position: Point5;
  readonly isVolume: boolean;
  readonly maximized: SliceAxis | null;
  goTo(position: Point5): void;
  /** Moves the crosshair as a pointer of the keyboard. */
  goByKeys(position: Point5): void;
  fit(): void;
  resetZoom(): void;
  center(): void;
  maximize(axis: SliceAxis | null): void;
  toggleHud(): void;
  /** Uses the tool on the crosshair; false if there is none or the view has no focus. */
  dab(pane: SlicePane): boolean;
  /** False if there was no stroke. */
  cancelStroke(): boolean;
}

/** Runs a command in the view worked in. False if it means nothing here, so that the key is left to others. */
export function runCommand(command: ViewerCommand, pane: SlicePane, viewer: ViewerActions): boolean {
  switch (command.kind) {
    case 'slice':
    case 'slice-end':
      return stepSlice(command, pane, viewer);
    case 'crosshair': {
      const { u, v } = voxelCenter(pane.axis, viewer.position);
      viewer.goByKeys(voxelAt(pane.plane, { u: u + command.x, v: v + command.y }));
      return true;
    }
    case 'maximize':
      viewer.maximize(viewer.maximized === command.axis ? null : command.axis);
      return viewer.isVolume;
    case 'dab':
      return viewer.dab(pane);
    case 'cancel':
      return viewer.cancelStroke();
    default:
      look(command, pane, viewer);
      return true;
  }
}

function stepSlice(
  command: Extract<ViewerCommand, { kind: 'slice' | 'slice-end' }>,
  { axis, extent }: SlicePane,
  { isVolume, position, goTo }: ViewerActions,
): boolean {
  if (!isVolume) return false;
  const ends = { first: 0, last: extent.depth - 1 };
  goTo({ ...position, [axis]: command.kind === 'slice' ? position[axis] + command.step : ends[command.end] });
  return true;
}

function look(
  command: Extract<ViewerCommand, { kind: 'pan' | 'zoom' | 'fit' | 'actual-size' | 'center' | 'hud' }>,
  pane: SlicePane,
  viewer: ViewerActions,
): void {
  const { width, height } = pane.viewport;
  if (command.kind === 'pan') pane.panBy(-command.x * width * panPart, -command.y * height * panPart);
  else if (command.kind === 'zoom') pane.zoomBy(command.factor);
  else if (command.kind === 'fit') viewer.fit();
  else if (command.kind === 'actual-size') viewer.resetZoom();
  else if (command.kind === 'center') viewer.center();
  else viewer.toggleHud();
}
