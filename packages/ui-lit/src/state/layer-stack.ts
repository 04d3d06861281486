import type { LabelClass } from '@brushwood/core';
import type { LabelSource } from '../sources/label-source.ts';
import type { PredictionStore } from '../sources/prediction-store.ts';
import type { RawSource } from '../sources/raw-source.ts';
import type { Layer, LayerSource } from '../view/layer.ts';

export interface LayerSettings {
  readonly opacity: number;
  readonly isVisible: boolean;
}

export interface LayerParts {
  readonly raw: RawSource;
  readonly labels: LabelSource;
  readonly predictions: PredictionStore;
}

/** A further layer: a feature that is looked at, a suggestion, errors. */
export interface Overlay {
  readonly name: string;
  readonly source: LayerSource;
  /** At first; the user may change it. Default 1. */
  readonly opacity?: number;
  /** At first. Default true. */
  readonly isVisible?: boolean;
  /** Swatch in the list of layers, CSS colour. */
  readonly color?: string;
  readonly group?: string;
}

/**
 * The layers of a lane, bottom first, as spec §G orders them: image, probabilities at 25 %, segmentations, uncertainty,
 * overlays, labels.
 * @param chosen what the user has set: opacity and visibility by layer id, and an order; overlays by id
 */
export function buildLayers(
  { raw, labels, predictions }: LayerParts,
  classes: readonly LabelClass[],
  chosen: {
    readonly overlays: ReadonlyMap<string, Overlay>;
    readonly settings: ReadonlyMap<string, LayerSettings>;
    readonly order: readonly string[];
  },
): readonly Layer[] {
  const layer = (init: Omit<Layer, keyof LayerSettings>, initial: LayerSettings): Layer => ({
    ...init,
    ...(chosen.settings.get(init.id) ?? initial),
  });
  const perClass = (view: 'probability' | 'segmentation') =>
    classes.map(({ name, probabilityColor }, classIndex) => {
      const isProbability = view === 'probability';
      // A class that is added is shown if the first one is.
      const first = chosen.settings.get(`${isProbability ? 'prediction' : 'segmentation'} 0`);
      return layer(
        {
          id: `${isProbability ? 'prediction' : 'segmentation'} ${classIndex}`,
          name,
          group: isProbability ? 'Prediction' : 'Segmentation',
          color: cssColor(probabilityColor),
          source: predictions.layer({ kind: view, classIndex }),
        },
        { opacity: isProbability ? 0.25 : 0.6, isVisible: first?.isVisible ?? isProbability },
      );
    });
  const layers = [
    layer({ id: 'raw', name: 'Image', source: raw }, { opacity: 1, isVisible: true }),
    ...perClass('probability'),
    ...perClass('segmentation'),
    layer(
      { id: 'uncertainty', name: 'Uncertainty', color: 'cyan', source: predictions.layer({ kind: 'uncertainty' }) },
      { opacity: 1, isVisible: false },
    ),
    ...[...chosen.overlays].map(([id, { opacity = 1, isVisible = true, ...overlay }]) =>
      layer({ id: `overlay ${id}`, ...overlay }, { opacity, isVisible }),
    ),
    layer({ id: 'labels', name: 'Labels', source: labels }, { opacity: 1, isVisible: true }),
  ];
  const place = (id: string) => {
    const at = chosen.order.indexOf(id);
    return at < 0 ? layers.findIndex((other) => other.id === id) : at;
  };
  return chosen.order.length === 0 ? layers : layers.sort((a, b) => place(a.id) - place(b.id));
}

export function cssColor([red, green, blue]: readonly [number, number, number]): string {
  return `rgb(${red} ${green} ${blue})`;
}
