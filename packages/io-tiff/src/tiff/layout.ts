import { BrushwoodError, type VoxelSize } from '@brushwood/core';
import { imageJLayout, isImageJ } from './imagej-description.ts';
import { isOme, omeLayout } from './ome-xml.ts';
import { pageBytes } from './page.ts';
import { axesOfPage, type LayoutInput, type PageOrder } from './page-order.ts';
import { isShaped, shapedLayout } from './shaped-description.ts';
import type { TiffStructure } from './directory.ts';

export interface TiffLayout {
  /** Axes of the file, slowest first: those of the pages, then those inside a page. */
  readonly axes: string;
  readonly shape: readonly number[];
  /** How many of the axes count pages. */
  readonly pageAxes: number;
  /** Page at each place. */
  readonly pages: readonly number[];
  /** The file lists one page only, and all pages lie one behind the other from its data on, as ImageJ writes > 4 GB. */
  readonly isContiguous: boolean;
  readonly voxelSize?: VoxelSize;
  readonly channelNames?: readonly string[];
  readonly displayRange?: readonly [number, number];
}

/**
 * Axes of the file by OME-XML, ImageJ's description, tifffile's shape, else by the pages alone, which are time points
 * then, as ilastik takes them (spec §F).
 * @throws 'unsupported', 'broken-file' (fewer pages than the description says), 'axes-mismatch'
 */
export async function readLayout(input: LayoutInput): Promise<TiffLayout> {
  const { description } = input;
  if (isOme(description)) return complete(input, omeLayout(input));
  if (isImageJ(description)) return complete(input, await imageJLayout(input));
  if (isShaped(description)) return complete(input, await shapedLayout(input));
  return complete(input, { axes: input.pages.length > 1 ? 't' : '', sizes: plainSizes(input) });
}

function plainSizes(input: LayoutInput): number[] {
  return input.pages.length > 1 ? [input.pages.length] : [];
}

function complete(input: LayoutInput, order: PageOrder): TiffLayout {
  const { structure, first } = input;
  const count = order.sizes.reduce((product, size) => product * size, 1);
  const pages = order.pages ?? input.pages.slice(0, count);
  const isOneBlock = first.compression === 1 && first.blocksAcross * first.blocksDown === 1 && !first.isPlanar;
  const isContiguous = pages.length < count && structure.directories.length === 1 && isOneBlock;
  if (pages.length < count && !isContiguous) {
    throw structure.broken(`its description speaks of ${count} pages, but it has ${pages.length}`);
  }
  if (isContiguous && count * pageBytes(first) > structure.source.size) {
    throw structure.broken(
      `its description speaks of ${count} pages of ${pageBytes(first)} bytes, but the file ends after ` +
        `${structure.source.size} bytes`,
    );
  }
  const own = axesOfPage(first);
  const ownAxes = order.ownAxes ?? own.axes;
  const axes = order.axes + ownAxes;
  const shape = [...order.sizes, ...own.shape, ...Array<number>(ownAxes.length - own.axes.length).fill(1)];
  checkUnique(structure, axes);
  const { voxelSize, channelNames, displayRange } = order;
  return {
    axes,
    shape,
    pageAxes: order.sizes.length,
    pages,
    isContiguous,
    ...(voxelSize ? { voxelSize } : {}),
    ...(channelNames ? { channelNames } : {}),
    ...(displayRange ? { displayRange } : {}),
  };
}

function checkUnique(structure: TiffStructure, axes: string): void {
  if (new Set(axes).size === axes.length) return;
  throw new BrushwoodError(
    'unsupported',
    `${structure.source.name}: its axes are "${axes}", and one of them appears twice. ` +
      'Say which axes it has, for example --input-axes tzyxc, or save it as a hyperstack.',
    { file: structure.source.name, axes },
  );
}
