import { BrushwoodError, itemBytes, type Dtype } from '@brushwood/core';
import type { TiffDirectory, TiffStructure } from './directory.ts';
import { tag } from './tags.ts';

/** What all pages of one image have in common. */
export interface PageFormat {
  readonly width: number;
  readonly height: number;
  /** Samples per pixel. */
  readonly samples: number;
  readonly dtype: Dtype;
  /** Bits of a stored sample: 1, 2 and 4 are read as uint8. */
  readonly bits: number;
  /** Samples lie in planes of their own instead of interleaved. */
  readonly isPlanar: boolean;
  readonly photometric: number;
}

export interface TiffPage extends PageFormat {
  /** Running number in the file, from 0. */
  readonly index: number;
  readonly directory: TiffDirectory;
  readonly compression: number;
  readonly predictor: number;
  readonly isTiled: boolean;
  /** Size of a strip or tile in pixels. */
  readonly blockWidth: number;
  readonly blockHeight: number;
  readonly blocksAcross: number;
  readonly blocksDown: number;
  /** Bytes to add to every offset: not 0 only for pages without a directory of their own. */
  readonly dataOffset: number;
}

/** How many bytes one byte can at most become, by compression: more claimed is a lie, found before anything is allocated. */
const maxExpansion: Readonly<Record<number, number>> = { 1: 1, 5: 4096, 8: 1032, 32946: 1032, 32773: 64, 50000: 65536 };
/** Larger blocks cannot be decoded: a buffer holds no more. */
const maxBlockBytes = 2 ** 31;

/**
 * Reads and checks the tags of a page; nothing of the image is read.
 * @throws 'broken-file' (sizes that contradict each other), 'unsupported-dtype', 'unsupported', 'too-large'
 */
export async function readPage(structure: TiffStructure, index: number): Promise<TiffPage> {
  const directory = structure.directories[index]!;
  const get = <T>(number: number, otherwise: T) => structure.number(directory, number, otherwise);
  const width = await get(tag.imageWidth, 0);
  const height = await get(tag.imageLength, 0);
  if (!isCount(width) || !isCount(height)) {
    throw structure.broken(`page ${index + 1} says it has ${width} × ${height} pixels`);
  }
  const samples = await get(tag.samplesPerPixel, 1);
  const { dtype, bits } = await readSampleType(structure, directory, index);
  const isTiled = directory.has(tag.tileOffsets);
  const blockWidth = isTiled ? await get(tag.tileWidth, 0) : width;
  const rows = isTiled ? await get(tag.tileLength, 0) : Math.min(await get(tag.rowsPerStrip, height), height);
  if (!isCount(samples) || !isCount(blockWidth) || !isCount(rows)) {
    throw structure.broken(`page ${index + 1} has blocks of ${blockWidth} × ${rows} pixels with ${samples} samples`);
  }
  const page: TiffPage = {
    index,
    directory,
    width,
    height,
    samples,
    dtype,
    bits,
    isPlanar: (await get(tag.planarConfiguration, 1)) === 2 && samples > 1,
    photometric: await get(tag.photometric, 1),
    compression: await get(tag.compression, 1),
    predictor: await get(tag.predictor, 1),
    isTiled,
    blockWidth,
    blockHeight: rows,
    blocksAcross: Math.ceil(width / blockWidth),
    blocksDown: Math.ceil(height / rows),
    dataOffset: 0,
  };
  checkBlocks(structure, page);
  if (bits < 8 && (await get(tag.fillOrder, 1)) === 2) throw unsupported(structure, page, 'bits in reverse order');
  return page;
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1;
}

/** Bytes of one row of a block as stored. */
export function rowBytes(page: TiffPage): number {
  return Math.ceil((page.blockWidth * (page.isPlanar ? 1 : page.samples) * page.bits) / 8);
}

/** Rows of the blocks in a row of blocks: the last strip may be shorter, tiles are always full. */
export function blockRows(page: TiffPage, blockY: number): number {
  return page.isTiled ? page.blockHeight : Math.min(page.blockHeight, page.height - blockY * page.blockHeight);
}

/** Bytes of the whole page without compression. */
export function pageBytes(page: TiffPage): number {
  return page.width * page.height * page.samples * itemBytes(page.dtype);
}

export function isSameFormat(a: PageFormat, b: PageFormat): boolean {
  return (
    a.width === b.width &&
    a.height === b.height &&
    a.samples === b.samples &&
    a.dtype === b.dtype &&
    a.isPlanar === b.isPlanar
  );
}

export function unsupported(structure: TiffStructure, page: TiffPage, what: string): BrushwoodError {
  return new BrushwoodError(
    'unsupported',
    `${structure.source.name}: page ${page.index + 1} has ${what}, which is not read. ` +
      'Save the image as an uncompressed TIFF (in Fiji: File > Save As > Tiff).',
    { file: structure.source.name, page: page.index + 1 },
  );
}

function checkBlocks(structure: TiffStructure, page: TiffPage): void {
  const { directory, isTiled } = page;
  const offsets = directory.get(isTiled ? tag.tileOffsets : tag.stripOffsets);
  const counts = directory.get(isTiled ? tag.tileByteCounts : tag.stripByteCounts);
  const needed = page.blocksAcross * page.blocksDown * (page.isPlanar ? page.samples : 1);
  const found = Math.min(offsets?.count ?? 0, counts?.count ?? (needed === 1 ? 1 : 0));
  if (found < needed) {
    throw structure.broken(
      `page ${page.index + 1} of ${page.width} × ${page.height} pixels needs ${needed} blocks of data, but lists ${found}`,
    );
  }
  const possible = structure.source.size * (maxExpansion[page.compression] ?? 1e6);
  if (pageBytesStored(page) > possible) {
    throw structure.broken(
      `page ${page.index + 1} claims ${page.width} × ${page.height} pixels, which is ${pageBytesStored(page)} bytes, but the ` +
        `file ends after ${structure.source.size} bytes`,
    );
  }
  if (page.compression !== 1 && rowBytes(page) * page.blockHeight > maxBlockBytes) {
    throw new BrushwoodError(
      'too-large',
      `${structure.source.name}: page ${page.index + 1} is compressed in pieces of ${page.blockWidth} × ${page.blockHeight} ` +
        'pixels, more than fits in one buffer. Save it in tiles or without compression.',
      { file: structure.source.name, width: page.blockWidth, height: page.blockHeight },
    );
  }
}

function pageBytesStored(page: TiffPage): number {
  return Math.ceil((page.width * page.bits) / 8) * page.height * page.samples;
}

async function readSampleType(structure: TiffStructure, directory: TiffDirectory, index: number) {
  const bits = await structure.numbers(directory, tag.bitsPerSample);
  const formats = await structure.numbers(directory, tag.sampleFormat);
  const first = bits[0] ?? 1;
  const format = formats[0] ?? 1;
  const dtype = dtypeOfSamples(format, first);
  if (!dtype || bits.some((b) => b !== first) || formats.some((f) => f !== format)) {
    const kind = ({ 1: 'unsigned integer', 2: 'signed integer', 3: 'float' } as Record<number, string>)[format];
    throw new BrushwoodError(
      'unsupported-dtype',
      `${structure.source.name}: page ${index + 1} stores ${kind ?? `format ${format}`} samples of ${bits.join(', ')} bits. ` +
        'Read are 1, 2, 4, 8, 16, 32 and 64 bits, all samples alike. Convert the image first, in Fiji with Image > Type.',
      { file: structure.source.name, bits: [...bits], format },
    );
  }
  return { dtype, bits: first };
}

function dtypeOfSamples(format: number, bits: number): Dtype | undefined {
  if (format === 3) return bits === 32 ? 'float32' : bits === 64 ? 'float64' : undefined;
  const isWhole = bits === 8 || bits === 16 || bits === 32 || bits === 64;
  if (format === 2) return isWhole ? (`int${bits}` as Dtype) : undefined;
  if (format !== 1 && format !== 4) return undefined;
  if (bits === 1 || bits === 2 || bits === 4) return 'uint8';
  return isWhole ? (`uint${bits}` as Dtype) : undefined;
}
