import { AxisOrder, BrushwoodError, checkAxes, type ImageSpec } from '@brushwood/core';
import { fileLayout, isForImageJ, type FileLayout, type TiffFlavour } from './describe-image.ts';

const flavours: readonly TiffFlavour[] = ['imagej', 'ome', 'shaped'];

/** `.ome.tif` asks for OME-XML; other names leave the choice to the image. */
export function flavourOfName(path: string): TiffFlavour | undefined {
  return /\.ome\.(tiff?|btf|tf[28])$/i.test(path) ? 'ome' : undefined;
}

/**
 * How an image lies in its file.
 * @param flavour `ome` and `imagej` have planes in the order t, z, c, whatever the axes asked for (ImageJ's 8-bit colours
 * are interleaved); `shaped` keeps the axes. Without one the axes are kept too, and ImageJ is told of them if it can hold them.
 * @throws 'axes-mismatch'; 'unsupported' for an unknown flavour; 'unsupported-dtype' for a dtype ImageJ does not have
 */
export function chooseLayout(path: string, spec: ImageSpec, flavour: string | undefined): FileLayout {
  checkSpecAxes(path, spec);
  switch (flavour) {
    case undefined:
      return keptLayout(spec);
    case 'shaped':
      return { ...layoutOf(spec, spec.axes), flavour };
    case 'ome':
      return { ...layoutOf(spec, 'tzcyx'), flavour };
    case 'imagej':
      return imageJLayoutOf(path, spec);
    default:
      throw new BrushwoodError(
        'unsupported',
        `${path}: TIFF files are written in the flavours ${flavours.join(', ')}, not "${flavour}". Choose one of them.`,
        { file: path, flavour },
      );
  }
}

function checkSpecAxes(path: string, spec: ImageSpec): void {
  checkAxes(spec.axes, new AxisOrder(spec.axes).toFileShape(spec.shape), path);
  const left = [...'tczyx'].find((axis, i) => !spec.axes.includes(axis) && spec.shape[i]! > 1);
  if (left) {
    throw new BrushwoodError(
      'axes-mismatch',
      `${path}: the image has more than one voxel along ${left}, but the axes "${spec.axes}" leave ${left} out.`,
      { file: path, axes: spec.axes, shape: [...spec.shape] },
    );
  }
}

/** The axes as asked for, or without those of size 1 if that makes it an ImageJ file. */
function keptLayout(spec: ImageSpec): FileLayout {
  const squeezed = layoutOf(spec, longAxes(spec, spec.axes));
  return squeezed.flavour === 'imagej' ? squeezed : layoutOf(spec, spec.axes);
}

function imageJLayoutOf(path: string, spec: ImageSpec): FileLayout {
  const colors = layoutOf(spec, longAxes(spec, 'tzyxc'));
  if (colors.isRgb && isForImageJ(spec, colors) && spec.axes.endsWith('c')) return colors;
  const planes = layoutOf(spec, longAxes(spec, 'tzcyx'));
  if (planes.flavour === 'imagej') return planes;
  throw new BrushwoodError(
    'unsupported-dtype',
    `${path}: ImageJ has uint8, uint16 and float32 only, not ${spec.dtype}. Choose one of them, for example uint8.`,
    { file: path, dtype: spec.dtype },
  );
}

function layoutOf(spec: ImageSpec, axes: string): FileLayout {
  return fileLayout(spec, axes, new AxisOrder(axes).toFileShape(spec.shape));
}

/** The axes without those of size 1, x and y kept. */
function longAxes({ shape }: ImageSpec, axes: string): string {
  return [...axes].filter((axis) => axis === 'y' || axis === 'x' || shape['tczyx'.indexOf(axis)]! > 1).join('');
}
