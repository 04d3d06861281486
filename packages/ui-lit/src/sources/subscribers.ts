import type { LayerSource, TileAddress } from '../view/layer.ts';

type Listener = Parameters<LayerSource['onChange']>[0];

/** Who wants to hear that tiles are out of date. */
export class TileSubscribers {
  private readonly listeners = new Set<Listener>();

  readonly onChange = (listener: Listener): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  notify(isStale: (address: TileAddress) => boolean = () => true): void {
    for (const listener of this.listeners) listener(isStale);
  }
}
