import type { SliceAxis } from '../../view/layer.ts';

/** What a key asks a viewer to do. */
export type ViewerCommand =
  | { readonly kind: 'pan'; readonly x: -1 | 0 | 1; readonly y: -1 | 0 | 1 }
  | { readonly kind: 'crosshair'; readonly x: number; readonly y: number }
  | { readonly kind: 'slice'; readonly step: number }
  | { readonly kind: 'slice-end'; readonly end: 'first' | 'last' }
  | { readonly kind: 'zoom'; readonly factor: number }
  | { readonly kind: 'maximize'; readonly axis: SliceAxis }
  | { readonly kind: 'fit' }
  | { readonly kind: 'actual-size' }
  | { readonly kind: 'center' }
  | { readonly kind: 'hud' }
  | { readonly kind: 'dab' }
  | { readonly kind: 'cancel' };

type Direction = -1 | 0 | 1;

/** One press of `+`. */
export const zoomStep = 1.25;

const arrows: Readonly<Record<string, readonly [Direction, Direction]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

const letters: Readonly<Record<string, ViewerCommand>> = {
  '+': { kind: 'zoom', factor: zoomStep },
  '=': { kind: 'zoom', factor: zoomStep },
  '-': { kind: 'zoom', factor: 1 / zoomStep },
  k: { kind: 'fit' },
  w: { kind: 'actual-size' },
  c: { kind: 'center' },
  h: { kind: 'hud' },
  x: { kind: 'maximize', axis: 'x' },
  y: { kind: 'maximize', axis: 'y' },
  z: { kind: 'maximize', axis: 'z' },
  Enter: { kind: 'dab' },
  Escape: { kind: 'cancel' },
};

type Key = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>;

/** The viewer's keys (as in ilastik): arrows pan, Ctrl+arrows step through slices, Alt+arrows move the crosshair, Enter uses the tool there. */
export function viewerCommand(event: Key): ViewerCommand | undefined {
  const isControl = event.ctrlKey || event.metaKey;
  const arrow = arrows[event.key];
  if (arrow) return arrowCommand(arrow, { isControl, shiftKey: event.shiftKey, altKey: event.altKey });
  if (isControl || event.altKey) return undefined;
  return letters[event.key];
}

interface Modifiers {
  readonly isControl: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

function crosshairStep(x: Direction, y: Direction, step: number): ViewerCommand {
  return { kind: 'crosshair', x: x * step, y: y * step };
}

function arrowCommand(
  [x, y]: readonly [Direction, Direction],
  { isControl, shiftKey, altKey }: Modifiers,
): ViewerCommand | undefined {
  if (altKey) return isControl ? undefined : crosshairStep(x, y, shiftKey ? 10 : 1);
  if (!isControl && !shiftKey) return { kind: 'pan', x, y };
  if (y === 0) return undefined;
  if (isControl) return { kind: 'slice', step: -y * (shiftKey ? 10 : 1) };
  return { kind: 'slice-end', end: y < 0 ? 'first' : 'last' };
}
