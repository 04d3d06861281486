import {
  BrushwoodError,
  needsShape,
  openImage,
  planFiles,
  plannedRoi,
  wholeRoi,
  type Catalog,
  type PlannedFile,
  type Project,
  type Roi,
} from '@brushwood/core';
import type { ExportImage, ExportPlan } from './export-plan.ts';

/** What is to be written of one image of a run. */
export interface PlannedImage {
  readonly files: readonly PlannedFile[];
  /** The part of it; undefined for all. */
  readonly roi?: Roi;
  /** Why it cannot be opened; then there are no files. */
  readonly problem?: unknown;
}

/**
 * The files that a run in the page makes, image by image. Images are opened only where their size matters.
 * @throws 'invalid-parameter' for a pattern that cannot be filled, and for two images in one file
 */
export async function planImages(
  { catalog }: { readonly catalog: Catalog },
  project: Project,
  { images, plan }: { images: readonly ExportImage[]; plan: ExportPlan },
): Promise<readonly PlannedImage[]> {
  const mine = pagePlan(plan);
  const planned: PlannedImage[] = [];
  for (const image of images) {
    const found = await roisOf(image, { catalog, plan });
    if ('problem' in found) {
      planned.push({ files: [], problem: found.problem });
      continue;
    }
    const values = { ...pagePlaces, nickname: image.nickname, roi: found.named };
    planned.push({ files: planFiles(project, mine, { catalog, values }), roi: found.roi });
  }
  checkDistinct(planned.flatMap(({ files }) => files.map(({ path }) => path)));
  return planned;
}

/** The part that is written, and the one that the name of the file may tell. */
async function roisOf(
  { image }: ExportImage,
  { catalog, plan }: { catalog: Catalog; plan: ExportPlan },
): Promise<{ roi?: Roi; named?: Roi } | { problem: unknown }> {
  if (plan.roi || (!plan.part && !needsShape(plan.pattern))) return { roi: plan.roi, named: plan.roi };
  try {
    const source = await openImage(catalog.formats, image);
    await source.close();
    const { shape } = source.info;
    const roi = plannedRoi(plan, shape);
    return { roi, named: roi ?? wholeRoi(shape) };
  } catch (problem) {
    return { problem };
  }
}

/** A page knows neither the folder of an image nor that of the project. */
const pagePlaces = { dataset_dir: '.', project_dir: '.' };

/** A plan as it is carried out in a page: all files go into the destination or folders of it. */
function pagePlan(plan: ExportPlan): ExportPlan {
  return { ...plan, pattern: plan.pattern.replace(/^\{(dataset|project)_dir\}\//, '') };
}

function checkDistinct(paths: readonly string[]): void {
  const twice = paths.find((path, i) => paths.indexOf(path) !== i);
  if (twice === undefined) return;
  throw new BrushwoodError(
    'invalid-parameter',
    `Two images would be written to "${twice}". Give them different names, or put {nickname} into the file name.`,
    { path: twice },
  );
}
