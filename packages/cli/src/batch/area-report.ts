import { voxelMeasureUm, type ImageSpec, type LabelClass, type RunPart } from '@brushwood/core';
import { appendFileSync, writeFileSync } from 'node:fs';
import { extname } from 'node:path';
import { makeFolderOf } from '../output-file.ts';

/** What each class covers of one image. */
export interface CountedAreas {
  /** Voxels by label; index 0 are those without one. */
  readonly counts: readonly number[];
  /** µm² a pixel, µm³ a voxel; undefined if unknown. */
  readonly measureUm?: number;
  readonly isFlat: boolean;
}

export type ImageAreas = CountedAreas & { readonly image: string };

const columns = ['image', 'label', 'class', 'voxels', 'percent', 'area_um2', 'volume_um3'];

/** `--report CSV`: a line for each class of each image, written as images are done. */
export class AreaReport {
  private readonly path: string;
  private readonly classes: readonly LabelClass[];
  private readonly waiting = new Map<number, ImageAreas | undefined>();
  private next = 0;

  /** Begins the file anew. */
  constructor(path: string, classes: readonly LabelClass[]) {
    this.path = path;
    this.classes = classes;
    makeFolderOf(path);
    writeFileSync(path, `${columns.join(',')}\n`);
  }

  /** In the order of the images, whichever is done first. @param areas  undefined for an image that failed */
  add(index: number, areas: ImageAreas | undefined): void {
    this.waiting.set(index, areas);
    for (; this.waiting.has(this.next); this.next++) {
      const ready = this.waiting.get(this.next);
      this.waiting.delete(this.next);
      if (ready) this.write(ready);
    }
  }

  private write({ image, counts, measureUm, isFlat }: ImageAreas): void {
    const total = counts.reduce((sum, count) => sum + count, 0);
    const lines = this.classes.map(({ name }, i) => {
      const voxels = counts[i + 1] ?? 0;
      const measure = measureUm === undefined ? '' : decimal(voxels * measureUm);
      const percent = total === 0 ? '' : ((100 * voxels) / total).toFixed(4);
      const cells = [image, String(i + 1), name, String(voxels), percent, isFlat ? measure : '', isFlat ? '' : measure];
      return cells.map(csvCell).join(',');
    });
    appendFileSync(this.path, `${lines.join('\n')}\n`);
  }
}

/** The report of one part of a run: `areas.csv` → `areas.3-of-8.csv`, so that parts do not write into each other's. */
export function reportPathOf(path: string, part: RunPart | undefined): string {
  if (!part) return path;
  const ending = extname(path);
  return `${path.slice(0, path.length - ending.length)}.${part.index + 1}-of-${part.count}${ending}`;
}

/** What a segmentation says of sizes. */
export function measureOf(spec: Pick<ImageSpec, 'shape' | 'voxelSize'>): Pick<CountedAreas, 'measureUm' | 'isFlat'> {
  const isFlat = spec.shape[2] === 1;
  return { isFlat, measureUm: voxelMeasureUm(spec.voxelSize, isFlat) };
}

/** Six digits, without an exponent that spreadsheets take for text. */
function decimal(value: number): string {
  const digits = value === 0 ? 0 : Math.max(0, 6 - Math.ceil(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(20, digits));
}

/** RFC 4180. */
function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
