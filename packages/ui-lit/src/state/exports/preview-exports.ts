import {
  coreAxes,
  describeFiles,
  elementCount,
  isSequence,
  itemBytes,
  planFiles,
  plannedRoi,
  usedChannelCount,
  type Catalog,
  type ExportPlan,
  type ImageSpec,
  type Lane,
  type Project,
} from '@brushwood/core';
import { appMessage } from '../advice.ts';
import { distinctPaths } from './distinct-paths.ts';

/** A file of an export before it is written, for people. */
export interface PreviewRow {
  readonly image: string;
  readonly name: string;
  /** One letter for each size of the shape; those of size 1 are left out. */
  readonly axes: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  /** Uncompressed, of all files of a sequence. */
  readonly bytes: number;
  /** Why it cannot be written. */
  readonly problem?: string;
}

/**
 * What a plan would write of images of the project: nothing is opened. An image whose files cannot be written has one row that says why.
 * @param isPage the page writes it, which keeps results of equal names apart
 */
export function previewExports(
  project: Project,
  plan: ExportPlan,
  { catalog, lanes, isPage = true }: { catalog: Catalog; lanes: readonly Lane[]; isPage?: boolean },
): readonly PreviewRow[] {
  const rows = lanes.map((lane) => {
    const image = lane.rawData.nickname;
    try {
      return rowsOf(project, plan, { catalog, lane });
    } catch (error) {
      return [{ image, name: image, axes: '', shape: [], dtype: '', bytes: 0, problem: appMessage(error) }];
    }
  });
  const all = rows.flat();
  if (!isPage) return all;
  const imagePaths = rows.flatMap((some, i) => some.map(() => lanes[i]!.rawData.location.path));
  const names = distinctPaths(all.map(({ name }, i) => ({ path: name, imagePath: imagePaths[i]! })));
  return all.map((row, i) => (row.dtype === '' ? row : { ...row, name: names[i]! }));
}

function rowsOf(
  project: Project,
  plan: ExportPlan,
  { catalog, lane }: { catalog: Catalog; lane: Lane },
): readonly PreviewRow[] {
  const { rawData } = lane;
  const [t, , z, y, x] = rawData.shape;
  const shape = [t, usedChannelCount(rawData), z, y, x] as const;
  const whole = { start: [0, 0, 0, 0, 0], stop: shape } as const;
  const values = {
    dataset_dir: '.',
    project_dir: '.',
    nickname: rawData.nickname,
    roi: plannedRoi(plan, shape) ?? whole,
  };
  const files = planFiles(project, plan, { catalog, values });
  const specs = describeFiles(project, plan, { catalog, files, info: { fileAxes: rawData.axes, shape } });
  return files.map(({ path, format }, i) => {
    const spec = specs[i]!;
    const axes = [...spec.axes].filter((axis) => 'yx'.includes(axis) || sizeOf(spec, axis) > 1).join('');
    const sizes = [...axes].map((axis) => sizeOf(spec, axis));
    const row = {
      image: rawData.nickname,
      name: path.replace(/^\.\//, ''),
      axes,
      shape: sizes,
      dtype: spec.dtype,
    };
    const bytes = elementCount(spec.shape) * itemBytes(spec.dtype);
    const isHeld = format.supports.writeDtypes.includes(spec.dtype);
    const problem = isHeld
      ? checked(() => format.check?.({ path }, spec, plan.layout))
      : noSuchType(format.displayName, spec.dtype);
    return { ...row, bytes, ...(problem === undefined ? {} : { problem }) };
  });
}

function sizeOf({ shape }: ImageSpec, axis: string): number {
  return shape[coreAxes.indexOf(axis)]!;
}

function noSuchType(format: string, dtype: string): string {
  return `${format} cannot hold values of the type ${dtype}. Choose another type or format.`;
}

function checked(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return appMessage(error);
  }
}

/** The name of a file, or of the first and the number of those of a sequence. */
export function shownName({ name }: PreviewRow): string {
  return isSequence(name) ? name.replaceAll('{slice_index}', '0…') : name;
}

/** `12.5 MB`. */
export function shownBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const step = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** step;
  return `${step === 0 || value >= 100 ? Math.round(value) : value.toPrecision(2)} ${units[step]}`;
}
