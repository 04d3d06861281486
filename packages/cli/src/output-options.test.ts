import { pixelExportSources } from '@brushwood/core';
import { describe, expect, it } from 'vitest';
import { chunkShape, outputSettings, renormalizeRanges } from './output-options.ts';

const [probabilities, segmentation] = pixelExportSources;

describe('outputSettings', () => {
  it('asks for nothing by default', () => {
    const settings = outputSettings({});
    expect(settings).toMatchObject({ layout: undefined, axes: undefined });
    expect(settings.dtypeOf(probabilities!)).toBeUndefined();
  });

  it('gives Fiji 8-bit hyperstacks, labels as they are', () => {
    const settings = outputSettings({ for: 'fiji' });
    expect(settings).toMatchObject({ layout: { flavour: 'imagej' }, axes: 'tzcyx' });
    expect([settings.dtypeOf(probabilities!), settings.dtypeOf(segmentation!)]).toEqual(['uint8', undefined]);
  });

  it('lets options win over the preset', () => {
    const settings = outputSettings({ for: 'fiji', dtype: 'uint16', outputAxes: 'tczyx', zarrVersion: 2 });
    expect(settings).toMatchObject({ layout: { flavour: 'imagej', version: 2 }, axes: 'tczyx' });
    expect(settings.dtypeOf(probabilities!)).toBe('uint16');
  });
});

describe('option values', () => {
  it('are chunks of one channel and time point', () => {
    expect([chunkShape('64'), chunkShape('1,512,256')]).toEqual([
      [1, 1, 64, 64, 64],
      [1, 1, 1, 512, 256],
    ]);
  });

  it('are two ranges to renormalise', () => {
    expect(renormalizeRanges('0:200', renormalizeRanges('-0.5:1'))).toEqual([
      [-0.5, 1],
      [0, 200],
    ]);
    for (const wrong of ['0-1', '0:1:2', ':1', 'a:b']) expect(() => renormalizeRanges(wrong)).toThrow(/LOW:HIGH/);
    const two = renormalizeRanges('0:1', renormalizeRanges('0:1'));
    expect(() => renormalizeRanges('cells.tif', two)).toThrow(/images before the option/);
  });
});
