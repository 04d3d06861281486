import type { Lane } from '@brushwood/core';
import { displayKey } from '../state/project-facts.ts';
import type { RgbColor } from '../view/picture.ts';
import { PredictionStore } from './prediction-store.ts';

/** Predictions of images, kept by what an image is, as the number of a lane may become another's. */
export class PredictionStores {
  private readonly stores = new Map<string, PredictionStore>();

  of(lane: Lane | undefined, colors: readonly RgbColor[]): PredictionStore {
    const key = lane ? displayKey(lane) : '';
    let store = this.stores.get(key);
    if (!store) this.stores.set(key, (store = new PredictionStore(colors)));
    return store;
  }

  /** Takes what was predicted out of layers that stay. */
  clear(): void {
    for (const store of this.stores.values()) store.clear();
  }

  recolor(colors: readonly RgbColor[]): void {
    for (const store of this.stores.values()) store.recolor(colors);
  }

  forget(): void {
    this.stores.clear();
  }
}
