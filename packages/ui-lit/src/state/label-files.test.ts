import { BrushwoodError, addLane, createContainer, newProject, type Catalog, type ImageSink } from '@brushwood/core';
import { afterEach, expect, it, vi } from 'vitest';
import { plugins } from '../plugins.ts';
import { ExportStage } from './exports/export-stage.ts';
import { exportLabelImage } from './label-files.ts';
import type { Labeling } from './labeling.ts';

const { catalog } = createContainer(plugins);
const project = addLane(newProject(catalog, ['ground']), {
  nickname: 'cells',
  location: { path: 'cells.tif' },
  storage: 'absolute',
  axes: 'yx',
  shape: [1, 1, 1, 4, 5],
  dtype: 'uint8',
  channels: 'all',
});

afterEach(() => vi.restoreAllMocks());

it('a label image that cannot be written leaves neither its file nor its stage', async () => {
  const calls: string[] = [];
  const end = async ({ keepsFiles }: { keepsFiles: boolean }) => void calls.push(`end, keeps ${keepsFiles}`);
  vi.spyOn(ExportStage, 'begin').mockResolvedValue({ path: 'stage', end } as unknown as ExportStage);
  const sink: Partial<ImageSink> = {
    write: () => Promise.reject(new BrushwoodError('write-failed', 'No.')),
    abort: async () => void calls.push('abort'),
  };
  const formats = catalog.formats.map((format) => ({
    ...format,
    id: format.id,
    create: async () => sink as ImageSink,
  }));
  const labeling = { project, laneIndex: 0, services: { catalog: { ...catalog, formats } as Catalog } };
  await expect(exportLabelImage(labeling as unknown as Labeling)).rejects.toThrow('No.');
  expect(calls).toEqual(['abort', 'end, keeps false']);
});
