import { itemBytes, type Dtype, type ImageSpec } from '@brushwood/core';
import { channelRanges, colorTables, describeImage, type FileLayout } from './describe-image.ts';
import { fieldBytes, fieldType, tag } from './tags.ts';

/**
 * Everything of a TIFF but its pixels, with all offsets known: written first, so that pixels may follow in any order.
 *
 *     0          byte order, 42 (classic) or 43 (BigTIFF), offset of the first directory
 *     8 or 16    per page: its directory, then those of its values that don't fit into their entries
 *     dataStart  pixels: page after page, rows without padding, samples of a pixel side by side, little-endian
 */
export interface TiffHeader {
  readonly bytes: Uint8Array;
  readonly dataStart: number;
  readonly pageBytes: number;
  /** Size of the finished file. */
  readonly fileBytes: number;
  readonly isBigTiff: boolean;
}

interface Field {
  readonly tag: number;
  readonly type: number;
  readonly values: readonly number[] | Uint8Array;
}

/** Files larger than this become BigTIFF: offsets of the classic kind end at 2³². */
const classicLimit = 2 ** 32 - 1;
/** Longer planes are cut into strips of about this many bytes, which readers can decode one by one. */
const stripBytes = 2 ** 28;

/** @param name of the image, for OME-XML */
export function buildTiffHeader(spec: ImageSpec, layout: FileLayout, name = 'image'): TiffHeader {
  const pages = layout.shape.slice(0, layout.pageAxes).reduce((product, size) => product * size, 1);
  const rowBytes = layout.columns * layout.samples * itemBytes(spec.dtype);
  const pageBytes = rowBytes * layout.rows;
  const sizes = { pages, rowBytes, pageBytes, name };
  const classic = measure(spec, layout, { ...sizes, isBigTiff: false });
  const isBigTiff = classic.fileBytes > classicLimit;
  const { headerBytes, dataStart, fileBytes } = isBigTiff ? measure(spec, layout, { ...sizes, isBigTiff }) : classic;
  const writer = new HeaderWriter(headerBytes, isBigTiff);
  for (let page = 0; page < pages; page++) {
    const position = dataStart + page * pageBytes;
    writer.addDirectory(pageFields(spec, layout, { ...sizes, isBigTiff, page, position }), page === pages - 1);
  }
  return { bytes: writer.bytes, dataStart, pageBytes, fileBytes, isBigTiff };
}

interface Sizes {
  readonly pages: number;
  readonly rowBytes: number;
  readonly pageBytes: number;
  readonly isBigTiff: boolean;
  readonly name: string;
}

function measure(spec: ImageSpec, layout: FileLayout, sizes: Sizes) {
  const bytesOf = (page: number) =>
    directoryBytes(pageFields(spec, layout, { ...sizes, page, position: 0 }), sizes.isBigTiff);
  const rest = sizes.pages > 1 ? bytesOf(1) * (sizes.pages - 1) : 0; // all but the first are alike
  const headerBytes = (sizes.isBigTiff ? 16 : 8) + bytesOf(0) + rest;
  const dataStart = Math.ceil(headerBytes / 16) * 16;
  return { headerBytes, dataStart, fileBytes: dataStart + sizes.pages * sizes.pageBytes };
}

function pageFields(
  spec: ImageSpec,
  layout: FileLayout,
  { rowBytes, pageBytes, isBigTiff, name, page, position }: Sizes & { page: number; position: number },
): Field[] {
  const { samples } = layout;
  const rowsPerStrip = pageBytes <= stripBytes ? layout.rows : Math.max(1, Math.floor(stripBytes / rowBytes));
  const strips = Math.ceil(layout.rows / rowsPerStrip);
  const offsetType = isBigTiff ? fieldType.long8 : fieldType.long;
  const offsets = Array.from({ length: strips }, (_, i) => position + i * rowsPerStrip * rowBytes);
  const counts = Array.from(
    { length: strips },
    (_, i) => Math.min(rowsPerStrip, layout.rows - i * rowsPerStrip) * rowBytes,
  );
  const { format, bits } = sampleFormat(spec.dtype);
  const short = (number: number, values: readonly number[]): Field => ({ tag: number, type: fieldType.short, values });
  const long = (number: number, values: readonly number[]): Field => ({ tag: number, type: fieldType.long, values });
  return [
    long(tag.newSubfileType, [0]),
    long(tag.imageWidth, [layout.columns]),
    long(tag.imageLength, [layout.rows]),
    short(tag.bitsPerSample, Array<number>(samples).fill(bits)),
    short(tag.compression, [1]),
    short(tag.photometric, [layout.isRgb ? 2 : 1]),
    ...(page === 0 ? [textField(tag.imageDescription, describeImage(spec, layout, name))] : []),
    { tag: tag.stripOffsets, type: offsetType, values: offsets },
    short(tag.samplesPerPixel, [samples]),
    long(tag.rowsPerStrip, [rowsPerStrip]),
    { tag: tag.stripByteCounts, type: offsetType, values: counts },
    ...(page === 0 ? resolutionFields(spec) : []),
    short(tag.planarConfiguration, [1]),
    ...(page === 0 ? [short(tag.resolutionUnit, [1]), textField(tag.software, 'Brushwood')] : []),
    ...(samples > 1 && !layout.isRgb ? [short(tag.extraSamples, Array<number>(samples - 1).fill(0))] : []),
    short(tag.sampleFormat, Array<number>(samples).fill(format)),
    ...(page === 0 ? imageJFields(spec, layout) : []),
  ];
}

function sampleFormat(dtype: Dtype): { format: number; bits: number } {
  const format = dtype.startsWith('float') ? 3 : dtype.startsWith('int') ? 2 : 1;
  return { format, bits: itemBytes(dtype) * 8 };
}

function textField(number: number, text: string): Field {
  return { tag: number, type: fieldType.ascii, values: new TextEncoder().encode(`${text}\0`) };
}

/** Pixels per unit; the unit itself stands in the description. */
function resolutionFields({ voxelSize }: ImageSpec): Field[] {
  const field = (number: number, size: number | undefined): Field[] =>
    size === undefined || !(size > 0) ? [] : [{ tag: number, type: fieldType.rational, values: inverse(size) }];
  return [...field(tag.xResolution, voxelSize?.x), ...field(tag.yResolution, voxelSize?.y)];
}

/** 1 / `size` as a fraction of two uint32: exact for short decimals. */
export function inverse(size: number): readonly [number, number] {
  for (let power = 1; power <= 1e9; power *= 10) {
    const denominator = Math.round(size * power);
    if (denominator >= 2 ** 32) break;
    if (denominator > 0 && Math.abs(size * power - denominator) < 1e-9 * denominator) return [power, denominator];
  }
  const value = 1 / size;
  const denominator = Math.max(1, Math.floor((2 ** 32 - 1) / Math.max(value, 1)));
  return [Math.min(2 ** 32 - 1, Math.round(value * denominator)), denominator];
}

/**
 * ImageJ's private tags: `IJIJ`, then for each kind its name and how many entries it has, as 32-bit words in the file's byte
 * order, then the entries: the ranges of all channels (one entry of float64), and the colour tables. The byte counts name the head
 * and each entry.
 */
function imageJFields(spec: ImageSpec, layout: FileLayout): Field[] {
  const ranges = channelRanges(spec, layout);
  const tables = colorTables(spec, layout);
  const kinds: [number, number][] = [];
  if (ranges.length > 0) kinds.push([0x72616e67, 1]); // 'rang'
  if (tables.length > 0) kinds.push([0x6c757473, tables.length]); // 'luts'
  if (kinds.length === 0) return [];
  const headBytes = 4 + 8 * kinds.length;
  const entryBytes = [...(ranges.length > 0 ? [8 * ranges.length] : []), ...tables.map((table) => table.length)];
  const bytes = new Uint8Array(headBytes + entryBytes.reduce((sum, size) => sum + size, 0));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x494a494a, true); // 'IJIJ'
  kinds.forEach(([kind, count], i) => {
    view.setUint32(4 + 8 * i, kind, true);
    view.setUint32(8 + 8 * i, count, true);
  });
  ranges.forEach((value, i) => view.setFloat64(headBytes + 8 * i, value, true));
  tables.forEach((table, i) => bytes.set(table, headBytes + 8 * ranges.length + 768 * i));
  return [
    { tag: tag.imageJMetadataByteCounts, type: fieldType.long, values: [headBytes, ...entryBytes] },
    { tag: tag.imageJMetadata, type: fieldType.byte, values: bytes },
  ];
}

function valueBytes(field: Field): number {
  return (field.type === fieldType.rational ? field.values.length / 2 : field.values.length) * fieldBytes[field.type]!;
}

function directoryBytes(fields: readonly Field[], isBigTiff: boolean): number {
  const inline = isBigTiff ? 8 : 4;
  const table = (isBigTiff ? 16 : 6) + fields.length * (isBigTiff ? 20 : 12);
  const outside = fields.map(valueBytes).filter((bytes) => bytes > inline);
  return table + outside.reduce((sum, bytes) => sum + padded(bytes), 0);
}

/** Values and directories begin at multiples of 8 in BigTIFF's spirit, and of 2 as TIFF demands. */
function padded(bytes: number): number {
  return Math.ceil(bytes / 2) * 2;
}

class HeaderWriter {
  readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly isBigTiff: boolean;
  private end: number;

  constructor(size: number, isBigTiff: boolean) {
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
    this.isBigTiff = isBigTiff;
    this.end = isBigTiff ? 16 : 8;
    this.view.setUint16(0, 0x4949, true);
    this.view.setUint16(2, isBigTiff ? 43 : 42, true);
    if (isBigTiff) this.view.setUint16(4, 8, true);
    this.word(isBigTiff ? 8 : 4, this.end);
  }

  /** Appends a directory; the next one, if any, follows directly. */
  addDirectory(fields: readonly Field[], isLast: boolean): void {
    const entryBytes = this.isBigTiff ? 20 : 12;
    const start = this.end;
    const next = start + (this.isBigTiff ? 8 : 2) + fields.length * entryBytes;
    let outside = next + (this.isBigTiff ? 8 : 4);
    this.end = start + directoryBytes(fields, this.isBigTiff);
    if (this.isBigTiff) this.word(start, fields.length);
    else this.view.setUint16(start, fields.length, true);
    fields.forEach((field, i) => {
      const at = start + (this.isBigTiff ? 8 : 2) + i * entryBytes;
      const isOutside = valueBytes(field) > (this.isBigTiff ? 8 : 4);
      this.addEntry(field, at, isOutside ? outside : undefined);
      if (isOutside) outside += padded(valueBytes(field));
    });
    this.word(next, isLast ? 0 : this.end);
  }

  private addEntry(field: Field, at: number, outside: number | undefined): void {
    const count = valueBytes(field) / fieldBytes[field.type]!;
    const valueAt = at + (this.isBigTiff ? 12 : 8);
    this.view.setUint16(at, field.tag, true);
    this.view.setUint16(at + 2, field.type, true);
    this.word(at + 4, count);
    if (outside !== undefined) this.word(valueAt, outside);
    this.values(field, outside ?? valueAt);
  }

  private values({ type, values }: Field, at: number): void {
    if (values instanceof Uint8Array) {
      this.bytes.set(values, at);
      return;
    }
    const size = type === fieldType.rational ? 4 : fieldBytes[type]!;
    values.forEach((value, i) => {
      if (size === 2) this.view.setUint16(at + 2 * i, value, true);
      else if (size === 4) this.view.setUint32(at + 4 * i, value, true);
      else this.view.setBigUint64(at + 8 * i, BigInt(value), true);
    });
  }

  /** An offset or count: 4 bytes in classic files, 8 in BigTIFF. */
  private word(at: number, value: number): void {
    if (this.isBigTiff) this.view.setBigUint64(at, BigInt(value), true);
    else this.view.setUint32(at, value, true);
  }
}
