import { describe, expect, it } from 'vitest';
import { viewerCommand } from './viewer-keys.ts';

const press = (key: string, modifiers = '') =>
  viewerCommand({
    key,
    ctrlKey: modifiers.includes('c'),
    shiftKey: modifiers.includes('s'),
    altKey: modifiers.includes('a'),
    metaKey: modifiers.includes('m'),
  });

describe('keys of the viewer', () => {
  it('pans with the arrows', () => {
    expect(press('ArrowLeft')).toEqual({ kind: 'pan', x: -1, y: 0 });
    expect(press('ArrowDown')).toEqual({ kind: 'pan', x: 0, y: 1 });
  });

  it('steps through slices with Control, ten at a time with Shift, to the ends with Shift alone', () => {
    expect(press('ArrowUp', 'c')).toEqual({ kind: 'slice', step: 1 });
    expect(press('ArrowDown', 'm')).toEqual({ kind: 'slice', step: -1 });
    expect(press('ArrowUp', 'cs')).toEqual({ kind: 'slice', step: 10 });
    expect(press('ArrowUp', 's')).toEqual({ kind: 'slice-end', end: 'first' });
    expect(press('ArrowDown', 's')).toEqual({ kind: 'slice-end', end: 'last' });
  });

  it('moves the crosshair with Alt', () => {
    expect(press('ArrowRight', 'a')).toEqual({ kind: 'crosshair', x: 1, y: 0 });
    expect(press('ArrowUp', 'as')).toEqual({ kind: 'crosshair', x: 0, y: -10 });
    expect(press('Enter')).toEqual({ kind: 'dab' });
  });

  it('zooms, fits, centres and maximises', () => {
    expect(press('+')).toEqual({ kind: 'zoom', factor: 1.25 });
    expect(press('-')).toEqual({ kind: 'zoom', factor: 0.8 });
    expect(['k', 'w', 'c', 'h'].map((key) => press(key)?.kind)).toEqual(['fit', 'actual-size', 'center', 'hud']);
    expect(press('x')).toEqual({ kind: 'maximize', axis: 'x' });
  });

  it("leaves the browser's and the app's keys alone", () => {
    expect(press('+', 'c')).toBeUndefined();
    expect(press('z', 'c')).toBeUndefined();
    expect(press('c', 'm')).toBeUndefined();
    expect(press('b')).toBeUndefined();
    expect(press('ArrowLeft', 's')).toBeUndefined();
  });
});
