import { axisIndex, BrushwoodError, wholeRoi, withAxis, type Axis, type ImageSpec } from '@brushwood/core';

/** Stands in the path of a sequence for the number of the file. */
export const sliceIndex = '{slice_index}';

/** How an image is cut into the files of a sequence. */
export interface SlicePlan {
  /** Index in `tczyx` of the axis along which the files lie. */
  readonly axis: 0 | 1 | 2;
  /** Names of the files without their folder, one per step of the axis. */
  readonly names: readonly string[];
  /** What the file of a step is. */
  specOf(step: number): ImageSpec;
}

/**
 * One file per step of the first axis longer than 1 that is not y or x; an image without one is a sequence of one file. Numbers
 * begin at 0 and are padded to the digits of their count (spec §D.4).
 * @param isPlanar each file holds one plane, its channels side by side
 * @throws 'invalid-parameter' for a path without place for the number; 'unsupported' for files that would not be planes
 */
export function planSlices(path: string, spec: ImageSpec, isPlanar: boolean): SlicePlan {
  const name = /[^/\\]*$/.exec(path)?.[0] ?? '';
  if (!name.includes(sliceIndex)) {
    throw new BrushwoodError(
      'invalid-parameter',
      `"${path}" names one file, but a sequence is many. Put ${sliceIndex} where their number goes, for example ` +
        `result_${sliceIndex}.tif.`,
      { path },
    );
  }
  const size = (axis: string) => spec.shape[axisIndex(axis as Axis)];
  const long = [...spec.axes].filter((axis) => !'yx'.includes(axis) && size(axis) > 1);
  const letter = (long[0] ?? 'z') as 't' | 'c' | 'z';
  const rest = long.filter((axis) => axis !== letter);
  const besides = rest.find((axis) => axis !== 'c');
  if (isPlanar && besides) {
    throw new BrushwoodError(
      'unsupported',
      `"${path}" is a sequence along ${letter} of single planes, but the image also has ${size(besides)} voxels along ${besides}. ` +
        'Choose a multipage TIFF sequence (multipage-tiff-sequence).',
      { path, axes: spec.axes, shape: [...spec.shape] },
    );
  }
  const planeAxes = [...spec.axes].filter((axis) => 'yx'.includes(axis)).join('');
  const axes = isPlanar ? planeAxes + rest.join('') : spec.axes.replace(letter, '');
  const axis = axisIndex(letter) as 0 | 1 | 2;
  const count = spec.shape[axis];
  const digits = String(count).length;
  const names = Array.from({ length: count }, (_, i) => name.replaceAll(sliceIndex, String(i).padStart(digits, '0')));
  return { axis, names, specOf: (step) => sliceSpec(spec, { axes, axis, step }) };
}

function sliceSpec(spec: ImageSpec, { axes, axis, step }: { axes: string; axis: number; step: number }): ImageSpec {
  const shape = withAxis(wholeRoi(spec.shape), axis, 0, 1).stop;
  if (axis !== 1) return { ...spec, axes, shape };
  const own = <T>(values: readonly T[] | undefined) => values && values.slice(step, step + 1);
  const { channelNames, colors, content } = spec;
  return { ...spec, axes, shape, channelNames: own(channelNames), colors: content === 'labels' ? colors : own(colors) };
}
