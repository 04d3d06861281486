import type { Labeling } from '../../state/labeling.ts';
import { penSizes, tools } from '../../tools/index.ts';
import { copyDirection } from '../../state/label-edits.ts';
import type { LabelAction } from '../label-list/label-list.ts';
import { isTyping } from '../viewer/key-target.ts';
import { copyToNeighbour, fillBetween } from './slice-panel.ts';

export interface KeyTarget {
  readonly labeling: Labeling;
  act(action: LabelAction): void;
}

/** A line of the sheet of shortcuts. */
export interface Shortcut {
  readonly keys: string;
  readonly what: string;
}

/** What the labeler's keys do; those of the viewer come on top (spec §G). */
export const labelerShortcuts: readonly Shortcut[] = [
  ...tools.map(({ key, name }) => ({ keys: key.toUpperCase(), what: name })),
  { keys: '1 … 9', what: 'Choose a class' },
  { keys: 'A', what: 'Add a class' },
  { keys: '[  ]  or  ,  .', what: 'Smaller, larger brush' },
  { keys: 'Enter, Backspace, Esc', what: 'Close an outline, take its last corner, drop it' },
  { keys: 'M', what: 'Fill a class between slices' },
  { keys: 'D, Shift+D', what: 'Copy labels to the next, previous slice (or frame)' },
  { keys: 'J, Shift+J', what: 'Copy labels to the next, previous frame' },
  { keys: 'Ctrl+Z', what: 'Undo' },
  { keys: 'Ctrl+Y, Ctrl+Shift+Z', what: 'Redo' },
  { keys: 'L', what: 'Live update on and off' },
  { keys: 'P', what: 'Show or hide predictions' },
  { keys: 'S', what: 'Show or hide segmentation' },
  { keys: 'U', what: 'Show or hide uncertainty' },
  { keys: 'I', what: 'Show or hide the image' },
  { keys: '0', what: 'Show or hide labels' },
];

/** Does what a key means. False if it means nothing here. */
export function labelerKeys(event: KeyboardEvent, { labeling, act }: KeyTarget): boolean {
  if (isTyping(event)) return false; // a field has an undo of its own
  const { session } = labeling;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.ctrlKey || event.metaKey) {
    if (event.altKey) return false;
    if (key === 'z') {
      if (event.shiftKey) session.redo();
      else session.undo();
      return true;
    }
    if (key === 'y') session.redo();
    return key === 'y';
  }
  if (event.altKey) return false;
  const tool = tools.find((other) => other.key === key);
  if (tool) {
    labeling.tools.use(tool.id);
    return true;
  }
  if (/^[1-9]$/.test(key)) {
    labeling.selectLabel(Number(key));
    return true;
  }
  const actions: Readonly<Record<string, () => void>> = {
    a: () => act({ kind: 'add' }),
    l: () => labeling.setLive(!labeling.isLive),
    p: () => labeling.toggleGroup('prediction'),
    s: () => labeling.toggleGroup('segmentation'),
    u: () => labeling.toggleGroup('uncertainty'),
    i: () => labeling.toggleGroup('raw'),
    '0': () => labeling.toggleGroup('labels'),
    m: () => fillBetween(labeling),
    d: () => copyToNeighbour(labeling, { along: copyDirection(labeling), step: event.shiftKey ? -1 : 1 }),
    j: () => copyToNeighbour(labeling, { along: 'frame', step: event.shiftKey ? -1 : 1 }),
    '[': () => changeSize(labeling, -1),
    ',': () => changeSize(labeling, -1),
    ']': () => changeSize(labeling, 1),
    '.': () => changeSize(labeling, 1),
  };
  if (!Object.hasOwn(actions, key)) return false;
  actions[key]!();
  return true;
}

/** The next of ilastik's pen sizes. */
function changeSize(labeling: Labeling, step: 1 | -1): void {
  const size = labeling.tools.penDiameter;
  const next = step > 0 ? penSizes.find((other) => other > size) : penSizes.findLast((other) => other < size);
  if (next !== undefined) labeling.tools.setPenDiameter(next);
}
