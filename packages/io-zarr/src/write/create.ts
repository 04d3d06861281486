import {
  BrushwoodError,
  type CreateImageOptions,
  describeLocation,
  type ImageLocation,
  type ImageSink,
  type ImageSpec,
  throwIfAborted,
} from '@brushwood/core';
import { claimImage, versionOfParents } from '#partial-image';
import { isUrl, splitLocation } from '../store.ts';
import { denseMark } from '../zarr-image.ts';
import { arrayObjects, groupObjects } from './array-metadata.ts';
import { planLayout, type ZarrLayout } from './layout.ts';
import type { ParentGroup } from './object-folder.ts';
import { omeAttributes } from './ome-attributes.ts';
import { ZarrSink } from './zarr-sink.ts';

/** As `StorageFormat.create`. */
export async function createZarr(
  location: ImageLocation,
  spec: ImageSpec,
  options: CreateImageOptions = {},
): Promise<ImageSink> {
  throwIfAborted(options.signal);
  const who = describeLocation(location);
  const { target, parents } = placeOf(location);
  const layout = await planIn(parents, spec, { ...options.layout, who });
  const { resume } = options;
  const image = await claimImage({
    target,
    version: layout.version,
    parents,
    objects: metadataOf(spec, layout, { parents, fingerprint: resume?.fingerprint }),
    settings: { fingerprint: resume?.fingerprint, layout: JSON.stringify({ layout, content: spec.content }) },
    overwrite: options.overwrite ?? false,
    part: resume?.part,
  });
  try {
    return await ZarrSink.start(image, { ...options, spec, layout, who });
  } catch (error) {
    await image.release();
    throw error;
  }
}

interface Place {
  /** Of the image's own folder. */
  readonly target: string;
  readonly parents: readonly ParentGroup[];
}

/** @throws 'unsupported' for places that are no folders */
function placeOf(location: ImageLocation): Place {
  if (location.blob || location.tensor || isUrl(location.path)) {
    throw new BrushwoodError('unsupported', `${location.path}: Zarr images are written to local folders only.`, {
      path: location.path,
    });
  }
  const { root: given, innerPath } = splitLocation(location);
  const root = given.replace(/(?<=.)\/+$/, '');
  const names = innerPath === '' ? [] : innerPath.split('/');
  const parents = names.map((_, depth) => ({
    path: [root, ...names.slice(0, depth)].join('/'),
    label: names[depth - 1] === 'labels' && depth === names.length - 1 ? names[depth] : undefined,
  }));
  return { target: [root, ...names].join('/'), parents };
}

/** An image inside a hierarchy has its version. */
async function planIn(
  parents: readonly ParentGroup[],
  spec: ImageSpec,
  { who, ...wishes }: NonNullable<CreateImageOptions['layout']> & { who: string },
): Promise<ZarrLayout> {
  const version = parents.length > 0 ? await versionOfParents(parents.map(({ path }) => path)) : undefined;
  if (version !== undefined && wishes.version !== undefined && version !== wishes.version) {
    throw new BrushwoodError(
      'unsupported',
      `${who}: the image around it is Zarr version ${version}, so that version ${wishes.version} cannot be written into it. ` +
        `Ask for version ${version}, or write to a place of its own.`,
      { found: version, wanted: wishes.version },
    );
  }
  return planLayout(spec, { ...wishes, version: wishes.version ?? version }, who);
}

function metadataOf(
  spec: ImageSpec,
  layout: ZarrLayout,
  { parents, fingerprint }: Pick<Place, 'parents'> & { fingerprint?: string },
): Record<string, object> {
  const labelSource = parents.some(({ label }) => label !== undefined) ? '../../' : undefined;
  const own = { brushwood: { [denseMark]: true, ...(fingerprint === undefined ? {} : { fingerprint }) } };
  const objects: Record<string, object> = {
    ...groupObjects(layout.version, { ...omeAttributes({ spec, layout, labelSource }), ...own }),
  };
  for (const level of layout.levels) {
    for (const [file, content] of Object.entries(arrayObjects(layout, level)))
      objects[`${level.path}/${file}`] = content;
  }
  return objects;
}
