import { csvField } from '../csv-field.ts';
import type { AreaClass, BatchRow } from './batch.ts';

/**
 * The areas of a batch, one row an image: for each class its voxels, percent of the image, and µm² (flat images) or µm³ where the size of a
 * voxel is known.
 */
export function batchCsv(rows: readonly BatchRow[], classes: readonly AreaClass[]): string {
  const columns = classes.flatMap(({ name }) => [`${name} voxels`, `${name} percent`, `${name} um2`, `${name} um3`]);
  const header = ['image', 'state', 'voxels', ...columns, 'files', 'remarks'].map(csvField);
  const lines = rows.map((row) => {
    const areas = areasOf(row);
    const total = areas?.total;
    const cells = classes.flatMap((_, i) => cellsOf(row, areas?.classes[i]));
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
