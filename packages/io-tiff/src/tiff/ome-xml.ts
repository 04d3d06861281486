import { BrushwoodError, type VoxelSize } from '@brushwood/core';
import type { LayoutInput, PageOrder } from './page-order.ts';
import { lengthUnit, timeUnit } from './units.ts';

/** The text of a description is OME-XML. */
export function isOme(description: string): boolean {
  return /<(\w+:)?OME[\s>]/.test(description.slice(0, 2000)) && description.trimEnd().endsWith('>');
}

interface XmlTag {
  readonly attributes: ReadonlyMap<string, string>;
  /** What stands between the opening and the closing tag; empty for `<a/>`. */
  readonly content: string;
}

/**
 * Pages by DimensionOrder and TiffData of the one image in the file. Axes of size 1 are left out, as tifffile does.
 * @throws 'unsupported' for several images, pages in other files, or pages that are missing
 */
export function omeLayout({ structure, description, first }: LayoutInput): PageOrder {
  const file = structure.source.name;
  const xml = description.replace(/<!--.*?-->/gs, '');
  const images = tags(xml, 'Image');
  const pixels = images[0] && tags(images[0].content, 'Pixels')[0];
  if (!pixels || images.length !== 1) {
    throw unsupported(file, images.length > 1 ? `holds ${images.length} images` : 'describes no image');
  }
  refuseOtherFiles(file, xml, pixels.content);
  const size = (axis: string) => Math.max(1, Number(pixels.attributes.get(`Size${axis.toUpperCase()}`) ?? 1) || 1);
  const dimensionOrder = (pixels.attributes.get('DimensionOrder') ?? 'XYCZT').toLowerCase();
  if (!/^xy[czt]{3}$/.test(dimensionOrder) || new Set(dimensionOrder).size !== 5) {
    throw unsupported(file, `has the DimensionOrder "${dimensionOrder.toUpperCase()}"`);
  }
  const pageSize = (axis: string) => (axis === 'c' ? Math.max(1, size('c') / first.samples) : size(axis));
  const order = dimensionOrder.slice(2).split('').reverse(); // slowest first
  const kept = order.filter((axis) => pageSize(axis) > 1);
  const names = tags(pixels.content, 'Channel').map((channel) => channel.attributes.get('Name'));
  const pages = planePages(file, tags(pixels.content, 'TiffData'), {
    order,
    sizes: order.map(pageSize),
    pageCount: structure.directories.length,
  });
  const voxelSize = omeVoxelSize(pixels.attributes);
  return {
    axes: kept.join(''),
    sizes: kept.map(pageSize),
    ...(pages ? { pages } : {}),
    ...(voxelSize ? { voxelSize } : {}),
    ...(names.length === size('c') && names.every((name) => name !== undefined) ? { channelNames: names } : {}),
  };
}

/** Page of every plane; undefined if they simply follow each other. */
function planePages(
  file: string,
  entries: readonly XmlTag[],
  { order, sizes, pageCount }: { order: readonly string[]; sizes: readonly number[]; pageCount: number },
): readonly number[] | undefined {
  const planes = sizes.reduce((product, n) => product * n, 1);
  const isPlain = entries.every(({ attributes }) => attributes.size === 0);
  if (isPlain) return undefined;
  const pages = Array<number>(planes).fill(-1);
  for (const { attributes } of entries) {
    const value = (name: string) => Number(attributes.get(name) ?? 0);
    const plane = order.reduce((at, axis, i) => at * sizes[i]! + value(`First${axis.toUpperCase()}`), 0);
    const isOne = attributes.has('IFD') && !attributes.has('PlaneCount');
    const count = isOne ? 1 : attributes.has('PlaneCount') ? value('PlaneCount') : planes - plane;
    for (let i = 0; i < count && plane + i < planes; i++) pages[plane + i] = value('IFD') + i;
  }
  const missing = pages.findIndex((page) => !(page >= 0 && page < pageCount));
  if (missing >= 0) {
    throw new BrushwoodError(
      'broken-file',
      `${file} is incomplete: its OME-XML speaks of ${planes} planes, but plane ${missing + 1} is not among the ` +
        `${pageCount} pages of the file.`,
      { file, planes, pageCount },
    );
  }
  return pages.every((page, i) => page === i) ? undefined : pages;
}

/** Planes in other files carry another UUID than the file itself. */
function refuseOtherFiles(file: string, xml: string, pixels: string): void {
  const own = tags(xml, 'OME')[0]?.attributes.get('UUID');
  const uuids = new Set(tags(pixels, 'UUID').map(({ content }) => content.trim()));
  if (own !== undefined) uuids.delete(own);
  const isBinaryOnly = tags(xml, 'BinaryOnly').length > 0;
  if (isBinaryOnly || uuids.size > (own === undefined ? 1 : 0)) {
    throw unsupported(file, 'is one of several files that hold the image together');
  }
}

function omeVoxelSize(attributes: ReadonlyMap<string, string>): VoxelSize | undefined {
  const size = (name: string) => Number(attributes.get(name) ?? NaN);
  const [x, y, z] = [size('PhysicalSizeX'), size('PhysicalSizeY'), size('PhysicalSizeZ')];
  const t = size('TimeIncrement');
  if (![x, y, z, t].some((value) => value > 0)) return undefined;
  const axis = ['X', 'Y', 'Z'].find((letter) => attributes.has(`PhysicalSize${letter}`)) ?? 'X';
  return {
    unit: lengthUnit(attributes.get(`PhysicalSize${axis}Unit`) ?? 'µm'),
    ...(x > 0 ? { x } : {}),
    ...(y > 0 ? { y } : {}),
    ...(z > 0 ? { z } : {}),
    ...(t > 0 ? { t, timeUnit: timeUnit(attributes.get('TimeIncrementUnit') ?? 's') } : {}),
  };
}

function unsupported(file: string, what: string): BrushwoodError {
  return new BrushwoodError(
    'unsupported',
    `${file} ${what} (OME-TIFF), which is not read. Save the one image you need as a file of its own, for example with ` +
      'Fiji: Bio-Formats Importer, then File > Save As > Tiff.',
    { file },
  );
}

/** All tags of a name, with or without a namespace prefix; tags of one name don't nest in OME-XML. */
function tags(xml: string, name: string): XmlTag[] {
  const pattern = new RegExp(`<(?:\\w+:)?${name}((?:\\s+[\\w:.-]+\\s*=\\s*(?:"[^"]*"|'[^']*'))*)\\s*(/?)>`, 'g');
  const closing = new RegExp(`</(?:\\w+:)?${name}\\s*>`, 'g');
  return [...xml.matchAll(pattern)].map((match) => {
    const start = match.index + match[0].length;
    closing.lastIndex = start;
    const end = match[2] === '/' ? start : (closing.exec(xml)?.index ?? start);
    return { attributes: parseAttributes(match[1] ?? ''), content: xml.slice(start, end) };
  });
}

function parseAttributes(text: string): ReadonlyMap<string, string> {
  const found = text.matchAll(/([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g);
  return new Map([...found].map(([, key, double, single]) => [key!, unescapeXml(double ?? single ?? '')]));
}

function unescapeXml(text: string): string {
  const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  return text.replace(/&(#x?)?(\w+);/g, (whole, number: string | undefined, body: string) => {
    if (number === undefined) return named[body] ?? whole;
    return String.fromCodePoint(Number.parseInt(body, number === '#x' ? 16 : 10));
  });
}
