import { describe, expect, it } from 'vitest';
import type { Layer } from '../../view/layer.ts';
import { changeLayers, layerSections, moveLayer } from './layer-order.ts';

const source = { levelCount: 1, tile: () => undefined, onChange: () => () => undefined };
const layer = (id: string, group?: string): Layer => ({ id, name: id, source, opacity: 1, isVisible: true, group });
const stack = [layer('raw'), layer('p1', 'Prediction'), layer('p2', 'Prediction'), layer('labels')];
const ids = (layers: readonly Layer[]) => layers.map(({ id }) => id).join(' ');

describe('order of layers', () => {
  it('is shown top first, with neighbours of a group together', () => {
    expect(layerSections(stack).map(({ group, layers }) => [group, ids(layers)])).toEqual([
      [undefined, 'labels'],
      ['Prediction', 'p2 p1'],
      [undefined, 'raw'],
    ]);
  });

  it('moves a layer up and down, and not beyond the ends', () => {
    expect(ids(moveLayer(stack, 'raw', 1))).toBe('p1 raw p2 labels');
    expect(ids(moveLayer(stack, 'labels', 0))).toBe('labels raw p1 p2');
    expect(moveLayer(stack, 'labels', 9)).toBe(stack);
    expect(moveLayer(stack, 'gone', 0)).toBe(stack);
  });

  it('changes the chosen layers and keeps the others as they are', () => {
    const changed = changeLayers(stack, new Set(['p1', 'p2']), { isVisible: false });
    expect(changed.map(({ isVisible }) => isVisible)).toEqual([true, false, false, true]);
    expect(changed[0]).toBe(stack[0]);
  });
});
