import {
  dtypeRange,
  isDtype,
  writableFormats,
  type Catalog,
  type Dtype,
  type ExportSettings,
  type Shape5,
} from '@brushwood/core';
import { cutAxes, initialForm, type CutAxis, type CutSpan, type ExportForm, type Scaling } from './export-form.ts';

/** What ilastik calls formats (spec §D.4); the first name of one is written. */
const ilastikNames: readonly (readonly [ilastik: string, ours: string])[] = [
  ['compressed hdf5', 'compressed-hdf5'],
  ['hdf5', 'hdf5'],
  ['numpy', 'npy'],
  ['multipage tiff', 'multipage-tiff'],
  ['multipage tiff sequence', 'multipage-tiff-sequence'],
  ['tif sequence', 'tif-sequence'],
  ['tiff sequence', 'tif-sequence'],
  ['tiff', 'tiff'],
  ['tif', 'tiff'],
  ['png sequence', 'png-sequence'],
  ['png', 'png'],
  ['multi-scale OME-Zarr', 'ome-zarr'],
  ['single-scale OME-Zarr', 'ome-zarr'],
];

const besideImage = /^\{dataset_dir\}\//;

/**
 * A form as a project remembers it (spec §C.7): what ilastik has a place for. Its scaling is said in full, as ilastik casts where nothing is
 * said, which makes zeros of probabilities.
 * @param shape of the image that the cut-out is about
 */
export function settingsOfForm(form: ExportForm, before: ExportSettings, shape: Shape5 | undefined): ExportSettings {
  const scaling = form.scaling ?? wholeScaling(form.dtype);
  const axes = shape ? cutAxes(shape) : [];
  const bound = (end: 0 | 1) => axes.map((axis) => form.cut[axis]?.[end] ?? null);
  const isCut = axes.some((axis) => form.cut[axis]?.some((value) => value !== undefined));
  const isRelative = !/^([/{]|[a-z]:)/i.test(form.pattern) || form.pattern.startsWith('{nickname}');
  const settings: ExportSettings = {
    ...before,
    filenameFormat: isRelative ? `{dataset_dir}/${form.pattern}` : form.pattern,
    outputFormat: ilastikNames.find(([, ours]) => ours === form.formatId)?.[0] ?? before.outputFormat,
    axisOrder: form.axes,
    dtype: form.dtype,
    inputRange: scaling?.from,
    exportRange: scaling?.to,
    // The channels come last in ilastik's working order, and all are written.
    regionStart: isCut ? [...bound(0), null] : undefined,
    regionStop: isCut ? [...bound(1), null] : undefined,
  };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

/** The form that a project remembers; what it does not say is as at first. */
export function formOfSettings(
  settings: ExportSettings,
  { catalog, shape }: { catalog: Catalog; shape: Shape5 | undefined },
): ExportForm {
  if (!hasSettings(settings)) return initialForm;
  const { filenameFormat, outputFormat, axisOrder, dtype, inputRange, exportRange } = settings;
  const formatId = ilastikNames.find(([ilastik]) => ilastik === outputFormat)?.[1];
  const isThere = writableFormats(catalog.formats).some(({ id }) => id === formatId);
  const known: Dtype | undefined = dtype !== undefined && isDtype(dtype) ? dtype : undefined;
  const scaling = inputRange && exportRange && { from: inputRange, to: exportRange };
  const form: ExportForm = {
    ...initialForm,
    preset: 'custom',
    formatId: isThere ? formatId! : initialForm.formatId,
    flavour: undefined,
    dtype: known,
    scaling: scaling && !isSame(scaling, wholeScaling(known)) ? scaling : undefined,
    axes: axisOrder,
    pattern: filenameFormat?.replace(besideImage, '') ?? initialForm.pattern,
    cut: cutOfSettings(settings, shape),
  };
  return isSamePreset(form) ? { ...form, preset: 'fiji', flavour: initialForm.flavour } : form;
}

/** More than what every new project of ilastik has. */
function hasSettings({ filenameFormat, internalPath: _, outputFormat: _format, ...rest }: ExportSettings): boolean {
  const isNamed = filenameFormat !== undefined && filenameFormat.replace(besideImage, '') !== initialForm.pattern;
  return isNamed || Object.values(rest).some((value) => value !== undefined);
}

function isSamePreset({ formatId, dtype, axes, scaling }: ExportForm): boolean {
  const { formatId: format, dtype: type, axes: order } = initialForm;
  return formatId === format && dtype === type && axes === order && !scaling;
}

function cutOfSettings({ regionStart, regionStop }: ExportSettings, shape: Shape5 | undefined): ExportForm['cut'] {
  const axes = shape ? cutAxes(shape) : [];
  // A region of other axes is of an image that is not this one.
  if (regionStart?.length !== axes.length + 1 || regionStop?.length !== axes.length + 1) return {};
  const cut: Partial<Record<CutAxis, CutSpan>> = {};
  for (const [i, axis] of axes.entries()) {
    const [start, stop] = [regionStart[i] ?? undefined, regionStop[i] ?? undefined];
    if (start !== undefined || stop !== undefined) cut[axis] = [start, stop];
  }
  return cut;
}

/** Probabilities over all values of an integer type. */
function wholeScaling(dtype: Dtype | undefined): Scaling | undefined {
  if (dtype === undefined || dtype === 'float32' || dtype === 'float64') return undefined;
  return { from: [0, 1], to: dtypeRange(dtype) };
}

function isSame(a: Scaling, b: Scaling | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
