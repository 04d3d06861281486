import { distinctNames } from '../exports/distinct-paths.ts';
import type { ExportImage, ExportPlan } from '../exports/export-plan.ts';

/** Images with names under which no two results are put into one place by a server, which writes beside the images or into one folder. */
export function namedApart(images: readonly ExportImage[], { pattern }: Pick<ExportPlan, 'pattern'>): ExportImage[] {
  const isBeside = pattern.startsWith('{dataset_dir}/');
  const groups = new Map<string, ExportImage[]>();
  for (const image of images) {
    const { path, blob, files } = image.image.location;
    // What was given to the page lies nowhere on the server: its results go into one folder.
    const place = isBeside && !blob && !files ? path.slice(0, path.lastIndexOf('/') + 1) : '';
    groups.set(place, [...(groups.get(place) ?? []), image]);
  }
  const names = new Map<ExportImage, string>();
  for (const group of groups.values()) {
    const wanted = group.map(({ nickname, image }) => ({ name: nickname, imagePath: image.location.path }));
    for (const [i, name] of distinctNames(wanted).entries()) names.set(group[i]!, name);
  }
  return images.map((image) => ({ ...image, nickname: names.get(image)! }));
}
