import { filterEngineChecks } from '@brushwood/core/testing';
import { describe, it } from 'vitest';
import { wasmSimdEngine } from './wasm-simd-engine.ts';

describe('wasm-simd engine', () => {
  for (const check of filterEngineChecks(wasmSimdEngine)) it(check.name, check.run);
});
