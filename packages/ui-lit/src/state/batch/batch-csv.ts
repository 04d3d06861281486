import { csvField } from '../csv-field.ts';
import type { BatchRow } from './batch.ts';

/** The classes of all rows: rows may have been made with different ones. Of equal names the first of each row is one column, and so on. */
export function areaColumns(rows: readonly BatchRow[]): readonly AreaColumn[] {
  const columns = new Map<string, AreaColumn>();
  for (const { classNames = [], classVoxels } of rows) {
    if (!classVoxels) continue;
    for (const [i, name] of classNames.entries()) {
      const nth = classNames.slice(0, i).filter((other) => other === name).length;
      columns.set(JSON.stringify([name, nth]), { name, nth });
    }
  }
  return [...columns.values()];
}

/** The area of a class in a row; undefined if the row has no such class. */
export function areaOf(row: BatchRow, { name, nth }: AreaColumn): ClassArea | undefined {
  const places = (row.classNames ?? []).flatMap((other, i) => (other === name ? [i] : []));
  const place = places[nth];
  return place === undefined ? undefined : areasOf(row)?.classes[place];
}

/** A class that areas are shown of. */
export interface AreaColumn {
  readonly name: string;
  /** Of the classes with that name, from 0. */
  readonly nth: number;
}

/**
 * The areas of a batch, one row an image: for each class its voxels, percent of the image, and µm² (flat images) or µm³ where the size of a
 * voxel is known.
 */
export function batchCsv(rows: readonly BatchRow[]): string {
  const classes = areaColumns(rows);
  const columns = classes.flatMap(({ name }) => [`${name} voxels`, `${name} percent`, `${name} um2`, `${name} um3`]);
  const header = ['image', 'state', 'voxels', ...columns, 'files', 'remarks'].map(csvField);
  const lines = rows.map((row) => {
    const total = areasOf(row)?.total;
    const cells = classes.flatMap((column) => cellsOf(row, areaOf(row, column)));
    const remarks = [...(row.error === undefined ? [] : [row.error]), ...row.warnings].join(' ');
    return [
      csvField(row.name),
      csvField(row.state),
      total ?? '',
      ...cells,
      csvField(row.files.join('; ')),
      csvField(remarks),
    ];
  });
  return [header, ...lines, []].map((cells) => cells.join(',')).join('\r\n');
}

/** What a class covers of an image. */
export interface ClassArea {
  readonly voxels: number;
  /** 0…1. */
  readonly share: number;
  /** µm² or µm³; undefined if unknown. */
  readonly measure?: number;
}

/** What the classes cover; undefined where it was not counted. */
export function areasOf({
  classVoxels,
  voxelMeasureUm,
  voxels: all,
}: BatchRow): { readonly total: number; readonly classes: readonly ClassArea[] } | undefined {
  if (!classVoxels) return undefined;
  const total = all ?? classVoxels.reduce((sum, voxels) => sum + voxels, 0);
  const classes = classVoxels.map((voxels) => ({
    voxels,
    share: total > 0 ? voxels / total : 0,
    ...(voxelMeasureUm === undefined ? {} : { measure: voxels * voxelMeasureUm }),
  }));
  return { total, classes };
}

function cellsOf({ isFlat = true }: BatchRow, area: ClassArea | undefined): (string | number)[] {
  if (!area) return ['', '', '', ''];
  const measure = area.measure === undefined ? '' : plainNumber(area.measure);
  return [area.voxels, (100 * area.share).toFixed(4), isFlat ? measure : '', isFlat ? '' : measure];
}

/** Six digits, without an exponent that spreadsheets take for text. */
function plainNumber(value: number): string {
  const digits = value === 0 ? 0 : Math.max(0, 6 - Math.ceil(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(20, digits));
}
