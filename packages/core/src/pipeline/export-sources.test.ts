import { describe, expect, it } from 'vitest';
import { findById } from '../find-by-id.ts';
import { pixelExportSources, type PredictedBlock } from './export-sources.ts';

/** Probabilities given voxel by voxel. */
function block(...voxels: number[][]): PredictedBlock {
  const classCount = voxels[0]!.length;
  const probabilities = Float32Array.from({ length: classCount * voxels.length }, (_, i) => {
    return voxels[i % voxels.length]![Math.floor(i / voxels.length)]!;
  });
  return { probabilities, classCount, features: Float32Array.of(7, 8), featureCount: 1, voxels: voxels.length };
}
const compute = (id: string, input: PredictedBlock) => [...findById(pixelExportSources, id, 'source').compute!(input)];

describe('export sources', () => {
  it('come in the order of ilastik, probabilities first', () => {
    expect(pixelExportSources.map(({ displayName }) => displayName)).toEqual([
      'Probabilities',
      'Simple Segmentation',
      'Uncertainty',
      'Features',
      'Labels',
    ]);
  });

  it('segment by the most probable class, the lowest of those that tie', () => {
    const input = block([0.2, 0.7, 0.1], [0.4, 0.4, 0.2], [0.1, 0.45, 0.45], [0.1, 0.2, 0.7]);
    expect(compute('segmentation', input)).toEqual([2, 1, 2, 3]);
  });

  it('give a voxel without probabilities segmentation 1 and uncertainty 1', () => {
    const masked = block([0, 0, 0]);
    expect(compute('segmentation', masked)).toEqual([1]);
    expect(compute('uncertainty', masked)).toEqual([1]);
  });

  it('are uncertain by one minus the lead of the first over the second', () => {
    const [a, b, c, d] = compute('uncertainty', block([1, 0, 0], [0.5, 0.5, 0], [0.25, 0.5, 0.25], [0.25, 0.25, 0.5]));
    expect([a, b, c, d]).toEqual([0, 1, 0.75, 0.75]);
  });

  it('are certain if there is one class only', () => {
    expect(compute('uncertainty', block([1], [0]))).toEqual([0, 0]);
  });

  it('copy probabilities and features out of the working memory', () => {
    const input = block([0.25, 0.75], [0.5, 0.5]);
    const probabilities = findById(pixelExportSources, 'probabilities', 'source').compute!(input);
    const features = findById(pixelExportSources, 'features', 'source').compute!(input);
    expect([...probabilities]).toEqual([0.25, 0.5, 0.75, 0.5]);
    expect([...features]).toEqual([7, 8]);
    expect(probabilities.buffer).not.toBe(input.probabilities!.buffer);
    expect(features.buffer).not.toBe(input.features.buffer);
  });

  it('know their channels', () => {
    const counts = pixelExportSources.map((source) => source.channelCount({ classCount: 3, featureCount: 49 }));
    expect(counts).toEqual([3, 1, 1, 49, 1]);
  });
});
