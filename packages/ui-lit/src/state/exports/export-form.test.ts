import { createContainer, type ExportSettings } from '@brushwood/core';
import { describe, expect, it } from 'vitest';
import { plugins } from '../../plugins.ts';
import { cutRoi, formatFields, initialForm, planOfForm, presetFields, type ExportForm } from './export-form.ts';
import { formOfSettings, settingsOfForm } from './export-settings.ts';

const { catalog } = createContainer(plugins);
const shape = [1, 2, 10, 20, 30] as const;
const context = { catalog, workflowId: 'Pixel Classification', steps: {}, classCount: 2 };
const form = (change: Partial<ExportForm>): ExportForm => ({ ...initialForm, ...change });

describe('a form of exports', () => {
  it('gives types, scaling and classes to the results they are about, in the order of the sources', () => {
    const chosen = form({
      sourceIds: ['features', 'segmentation', 'probabilities'],
      scaling: { from: [0, 1], to: [0, 200] },
      classes: [1],
    });
    expect(planOfForm(chosen, context).outputs).toEqual([
      { sourceId: 'probabilities', dtype: 'uint8', renormalize: { from: [0, 1], to: [0, 200] }, channels: [1] },
      { sourceId: 'segmentation' },
      { sourceId: 'features' },
    ]);
  });

  it('means by its presets what the command means by them', () => {
    expect(planOfForm(initialForm, context)).toMatchObject({
      formatId: 'tiff',
      axes: 'tzcyx',
      layout: { flavour: 'imagej' },
      outputs: [{ sourceId: 'segmentation' }],
    });
    const python = planOfForm(form({ ...presetFields('python'), sourceIds: ['uncertainty'] }), context);
    expect(python).toMatchObject({ formatId: 'npy', layout: undefined, outputs: [{ dtype: 'float32' }] });
    expect(python.axes).toBeUndefined();
    expect(planOfForm(form(formatFields('hdf5')), context)).toMatchObject({ formatId: 'hdf5', layout: undefined });
  });

  it('forgets classes that were combined away', () => {
    const channels = (classes: readonly number[]) =>
      planOfForm(form({ sourceIds: ['probabilities'], classes }), context).outputs[0]!.channels;
    expect(channels([1, 2])).toEqual([1]);
    expect([channels([2]), channels([0, 1])]).toEqual([undefined, undefined]);
  });

  it('leaves open ends of a cut-out to each image', () => {
    const part = (cut: ExportForm['cut']) => planOfForm(form({ cut }), context).part;
    expect(part({ y: [3, 9], z: [2, undefined], x: [undefined, undefined] })).toEqual({
      y: { start: 3, stop: 9 },
      z: { start: 2, stop: undefined },
    });
    expect([part({}), part({ x: [undefined, undefined] })]).toEqual([undefined, undefined]);
  });

  it('cuts out of all channels, to the end where none is said', () => {
    expect(cutRoi({}, shape)).toBeUndefined();
    expect(cutRoi({ z: [2, undefined], x: [undefined, 12] }, shape)).toEqual({
      start: [0, 0, 2, 0, 0],
      stop: [1, 2, 10, 20, 12],
    });
  });
});

describe('export settings of a project', () => {
  const remember = (chosen: ExportForm, before: ExportSettings = {}) => settingsOfForm(chosen, before, shape);
  const recall = (settings: ExportSettings) => formOfSettings(settings, { catalog, shape });

  it('say for ilastik that probabilities are scaled, as it would make zeros of them', () => {
    expect(remember(initialForm)).toMatchObject({
      dtype: 'uint8',
      inputRange: [0, 1],
      exportRange: [0, 255],
      axisOrder: 'tzcyx',
      outputFormat: 'tiff',
      filenameFormat: '{dataset_dir}/{nickname}_{result_type}',
    });
  });

  it('name a cut-out along the axes ilastik works with, channels last, −1 and all being null', () => {
    expect(remember(form({ cut: { z: [2, undefined], x: [undefined, 12] } }))).toMatchObject({
      regionStart: [2, null, null, null],
      regionStop: [null, null, 12, null],
    });
  });

  it.each<[string, ExportForm]>([
    ['for Fiji', initialForm],
    ['for Python', form({ ...presetFields('python'), preset: 'custom' })],
    [
      'with everything said',
      form({
        ...formatFields('tif-sequence'),
        dtype: 'uint16',
        scaling: { from: [0, 1], to: [0, 1000] },
        axes: 'zyxc',
        pattern: 'out/{nickname}',
        cut: { y: [3, 9] },
      }),
    ],
  ])('give a form back: %s', (_, chosen) => {
    expect(recall(remember(chosen, { internalPath: 'exported_data' }))).toEqual(chosen);
  });

  it('have no field that says nothing, as files and the server know none', () => {
    const { regionStart: _, ...rest } = remember(form({ cut: { y: [3, 9] } }));
    expect(Object.keys(remember(form({ axes: undefined }), rest)).sort()).toEqual([
      'dtype',
      'exportRange',
      'filenameFormat',
      'inputRange',
      'outputFormat',
    ]);
  });

  it('are those of a new project of ilastik: then the form is as at first', () => {
    expect(recall({ outputFormat: 'compressed hdf5', internalPath: 'exported_data' })).toEqual(initialForm);
  });

  it('keep what the app has no field for, and forget a region of other axes', () => {
    const settings = { internalPath: 'volume/data', regionStart: [1, null], regionStop: [2, null], axisOrder: 'yx' };
    expect(recall(settings).cut).toEqual({});
    expect(remember(recall(settings), settings).internalPath).toBe('volume/data');
  });
});
