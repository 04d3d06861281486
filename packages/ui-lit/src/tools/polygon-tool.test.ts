import { describe, expect, it } from 'vitest';
import { flat, pointerAt, StrokeHostDouble } from '../testing/stroke-host-double.ts';
import type { CanvasTool } from '../view/layer.ts';
import { createPolygonTool } from './polygon-tool.ts';

type Place = readonly [u: number, v: number];
const square: Place[] = [
  [1, 1],
  [4, 1],
  [4, 3],
  [1, 3],
]; // prettier-ignore
const ofSquare = ['00000', '01110', '01110', '00000'];

function start() {
  const host = new StrokeHostDouble([1, 1, 1, 4, 5]);
  return { host, tool: createPolygonTool(host) };
}
function click(tool: CanvasTool, ...places: readonly Place[]): void {
  for (const place of places) {
    tool.down(pointerAt([place]));
    tool.up(pointerAt([place]));
  }
}
function drag(tool: CanvasTool, places: readonly Place[], more: Parameters<typeof pointerAt>[1] = {}): void {
  tool.down(pointerAt([places[0]!], more));
  for (const place of places.slice(1)) tool.move(pointerAt([place], more));
  tool.up(pointerAt([places.at(-1)!], more));
}

describe('the outline tool', () => {
  it('fills what was drawn around in one drag, as one stroke', () => {
    const { host, tool } = start();
    drag(tool, square);
    expect(host.rows).toEqual(ofSquare);
    expect(host.ended).toBe(1);
    expect(tool.preview).toBeUndefined();
  });

  it('shows the line while it is drawn', () => {
    const { tool } = start();
    tool.down(pointerAt([[1, 1]]));
    tool.move(
      pointerAt([
        [2, 1],
        [4, 1],
      ]),
    ); // prettier-ignore
    expect(tool.preview).toEqual({
      plane: flat,
      path: [
        { u: 1, v: 1 },
        { u: 2, v: 1 },
        { u: 4, v: 1 },
      ], // prettier-ignore
      handle: undefined,
    });
  });

  it('closes clicked corners by Enter, by a click on the first and by a double click', () => {
    for (const close of [
      (tool: CanvasTool) => expect(tool.key!('Enter')).toBe(true),
      (tool: CanvasTool) => click(tool, [1.3, 1.3]), // 4 CSS pixels beside it
      (tool: CanvasTool) => (click(tool, [1, 3]), expect(tool.doubleClick!()).toBe(true)),
    ]) {
      const { host, tool } = start();
      click(tool, ...square);
      expect(host.rows.join('')).not.toContain('1');
      expect(tool.preview!.handle).toEqual({ u: 1, v: 1 });
      close(tool);
      expect(host.rows).toEqual(ofSquare);
      expect(host.ended).toBe(1);
    }
  });

  it('follows the pointer from the last corner, on its own slice', () => {
    const { tool } = start();
    click(tool, [1, 1]);
    tool.hover!(flat, { u: 3, v: 2 });
    expect(tool.preview!.path).toEqual([
      { u: 1, v: 1 },
      { u: 3, v: 2 },
    ]); // prettier-ignore
    tool.hover!({ ...flat, index: 1 }, { u: 3, v: 2 });
    expect(tool.preview!.path).toEqual([{ u: 1, v: 1 }]);
  });

  it('takes the last corner back by Backspace and all by Escape, and leaves the keys alone without an outline', () => {
    const { host, tool } = start();
    expect(['Enter', 'Backspace', 'Escape'].map((key) => tool.key!(key))).toEqual([false, false, false]);
    click(tool, ...square, [0, 4]);
    tool.key!('Backspace');
    expect(tool.key!('x')).toBe(false);
    tool.key!('Enter');
    expect(host.rows).toEqual(ofSquare);
    click(tool, ...square);
    tool.key!('Escape');
    expect(tool.preview).toBeUndefined();
    expect(host.ended).toBe(1);
  });

  it('needs three corners', () => {
    const { host, tool } = start();
    click(tool, [1, 1], [3, 1], [3, 1]);
    tool.key!('Enter');
    expect(host.ended).toBe(0);
    expect(tool.preview!.path).toHaveLength(2);
  });

  it('takes back a gesture that was interrupted, and keeps the corners before it', () => {
    const { host, tool } = start();
    click(tool, ...square);
    tool.down(pointerAt([[0, 0]]));
    tool.cancel();
    tool.key!('Enter');
    expect(host.rows).toEqual(ofSquare);
    tool.down(pointerAt([[0, 0]]));
    tool.cancel();
    expect(tool.preview).toBeUndefined();
  });

  it('mixes clicked corners and drawn parts', () => {
    const { host, tool } = start();
    click(tool, [1, 1]);
    drag(tool, [
      [4, 1],
      [4, 2],
      [4, 3],
    ]); // prettier-ignore
    click(tool, [1, 3]);
    tool.key!('Enter');
    expect(host.rows).toEqual(ofSquare);
  });

  it('erases with the eraser end, but not what is protected', () => {
    const { host, tool } = start();
    drag(tool, square);
    host.activeLabel = 2;
    drag(tool, [
      [1, 1],
      [2, 1],
      [2, 3],
      [1, 3],
    ]); // prettier-ignore
    host.lockedLabels = new Set([2]);
    drag(tool, square, { isEraser: true });
    expect(host.rows).toEqual(['00000', '02000', '02000', '00000']);
  });

  it('begins anew on another slice', () => {
    const { tool } = start();
    click(tool, [1, 1], [2, 2]);
    tool.down(pointerAt([[4, 4]], { plane: { ...flat, index: 1 } }));
    expect(tool.preview!.path).toEqual([{ u: 4, v: 4 }]);
  });
});
