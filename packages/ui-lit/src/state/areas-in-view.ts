import type { PredictionStore } from '../sources/prediction-store.ts';
import type { LiveTile } from '@brushwood/core';

/** Share of every class in those of the tiles that are predicted, 0…1; undefined without any. */
export function areasOf(
  predictions: PredictionStore,
  { tiles, classCount }: { tiles: readonly LiveTile[]; classCount: number },
): readonly number[] | undefined {
  const visible = new Set(tiles.map(({ roi }) => roi.start.join(' ')));
  const counts = Array<number>(classCount).fill(0);
  for (const { roi, voxelsPerClass } of predictions.all()) {
    if (!visible.has(roi.start.join(' '))) continue;
    voxelsPerClass.forEach((count, i) => i < counts.length && (counts[i]! += count));
  }
  const total = counts.reduce((sum, count) => sum + count, 0);
  return total > 0 ? counts.map((count) => count / total) : undefined;
}
