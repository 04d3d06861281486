import {
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
import { distinctPaths } from './distinct-paths.ts';
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
 * The files that a run in the page makes, image by image. Images are opened only where their size matters. No two results have one path.
 * @throws 'invalid-parameter' for a pattern that cannot be filled
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
  return distinct(planned, images);
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

/** Every result of every image has a path of its own. */
function distinct(planned: readonly PlannedImage[], images: readonly ExportImage[]): readonly PlannedImage[] {
  const wanted = planned.flatMap(({ files }, i) => {
    const imagePath = images[i]!.image.location.path;
    return files.map(({ path }) => ({ path, imagePath }));
  });
  const paths = distinctPaths(wanted);
  let count = 0;
  return planned.map((image) => ({
    ...image,
    files: image.files.map((file) => ({ ...file, path: paths[count++]! })),
  }));
}
