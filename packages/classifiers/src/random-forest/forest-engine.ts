import type { BlockArena, VigraTree } from '@brushwood/core';
import { compactForest } from './compact-forest.ts';
import { createReferenceEngine, type ForestEngine } from './predict.reference.ts';
import { createWasmEngine, hasWasmEngine } from './predict.wasm.ts';

/**
 * The fastest engine this platform runs; all give the same bits.
 * @param trees checked, in vigra's layout, in the order of summation
 * @param arena the memory of this worker, if it has one
 */
export function createForestEngine(trees: readonly VigraTree[], arena?: BlockArena): ForestEngine {
  return hasWasmEngine() ? createWasmEngine(compactForest(trees), arena) : createReferenceEngine(trees);
}
