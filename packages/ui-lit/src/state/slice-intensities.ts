import type { Tensor } from '@brushwood/core';
import type { RawSource } from '../sources/raw-source.ts';
import type { IntensityTile } from '../tools/stroke-host.ts';
import { intensitiesOf, intensityReader } from '../view/intensities.ts';
import type { SlicePlane } from '../view/layer.ts';
import type { SliceBox } from '../view/slice-geometry.ts';
import { tileBox, tileKey, tilesInBox } from '../view/tile-grid.ts';
import type { ViewedSlice } from './tiles-in-view.ts';

/** A histogram of more tiles would look the same. */
const mostTiles = 64;

/** Intensities of an image for tools: full resolution, whatever is shown. */
export class SliceIntensities {
  readonly raw: RawSource;
  private readonly reading = new Map<string, Promise<Tensor>>();

  constructor(raw: RawSource) {
    this.raw = raw;
  }

  /** The tiles that a box of a slice touches; those that are not in memory are read when asked, once. */
  tiles(plane: SlicePlane, box: SliceBox): IntensityTile[] {
    const { raw, reading } = this;
    const { levels } = raw;
    return tilesInBox({ plane, levels, level: 0 }, box).map((address) => {
      const key = tileKey(address, levels);
      const tile = tileBox(address, levels);
      const known = (tensor: Tensor): IntensityTile => ({
        box: tile,
        valueAt: intensityReader(tensor, address, raw.display),
      });
      const values = reading.get(key) ?? raw.values(address, new AbortController().signal);
      if (!(values instanceof Promise)) return known(values);
      if (!reading.has(key)) void this.remember(key, values);
      return { box: tile, load: () => values.then(known) };
    });
  }

  /** Values of what is shown of a slice, at the level it is shown at: in memory, or soon. */
  async shown({ plane, box, level = 0 }: ViewedSlice, signal: AbortSignal): Promise<Float64Array[]> {
    const { raw } = this;
    const addresses = tilesInBox({ plane, levels: raw.levels, level }, box).slice(0, mostTiles);
    const tensors = await Promise.all(addresses.map(async (address) => raw.values(address, signal)));
    return tensors.map((tensor) => intensitiesOf(tensor, raw.display));
  }

  /** Until they are read. */
  private async remember(key: string, values: Promise<Tensor>): Promise<void> {
    this.reading.set(key, values);
    try {
      await values;
    } catch {
      // told to whoever waits for the tile
    } finally {
      this.reading.delete(key);
    }
  }
}
