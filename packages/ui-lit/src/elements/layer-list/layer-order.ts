import type { Layer } from '../../view/layer.ts';

/** Layers under one heading, top first. */
export interface LayerSection {
  readonly group: string | undefined;
  readonly layers: readonly Layer[];
}

/** The list as it is shown: top first, neighbours of one group under one heading. */
export function layerSections(layers: readonly Layer[]): LayerSection[] {
  const sections: { group: string | undefined; layers: Layer[] }[] = [];
  for (const layer of [...layers].reverse()) {
    const last = sections.at(-1);
    if (last && last.group === layer.group) last.layers.push(layer);
    else sections.push({ group: layer.group, layers: [layer] });
  }
  return sections;
}

/** The list with one layer at another index; both count from the bottom. The same list if nothing moves. */
export function moveLayer(layers: readonly Layer[], id: string, index: number): readonly Layer[] {
  const from = layers.findIndex((layer) => layer.id === id);
  const to = Math.min(Math.max(index, 0), layers.length - 1);
  if (from < 0 || from === to) return layers;
  const rest = layers.filter((layer) => layer.id !== id);
  return [...rest.slice(0, to), layers[from]!, ...rest.slice(to)];
}

/** The list with some properties of some layers changed. */
export function changeLayers(
  layers: readonly Layer[],
  ids: ReadonlySet<string>,
  change: Partial<Pick<Layer, 'isVisible' | 'opacity'>>,
): readonly Layer[] {
  return layers.map((layer) => (ids.has(layer.id) ? { ...layer, ...change } : layer));
}
