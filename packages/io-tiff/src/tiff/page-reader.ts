import { allocateArray, throwIfAborted, type TypedArray } from '@brushwood/core';
import { checkCodec, decodeBlock, samplesOf } from './block-codec.ts';
import type { TiffStructure } from './directory.ts';
import { blockRows, rowBytes, type TiffPage } from './page.ts';
import { tag } from './tags.ts';

/** A box of one page in pixels and samples, half-open. */
export interface PageWindow {
  readonly y: readonly [number, number];
  readonly x: readonly [number, number];
  readonly sample: readonly [number, number];
}

/** Decoded pixels of one block: all or a part of its rows and columns. */
interface BlockPart {
  readonly data: TypedArray;
  readonly firstRow: number;
  readonly firstColumn: number;
  readonly columns: number;
}

interface BlockTable {
  readonly offsets: readonly number[];
  readonly byteCounts: readonly number[];
}

interface CachedBlock {
  readonly data: Promise<TypedArray>;
  /** Known once decoded. */
  bytes: number;
}

/** Decoded blocks kept, in bytes: neighbouring boxes share strips. */
const cacheBytes = 64 * 1024 * 1024;
/** Rows of uncompressed blocks at least this long are read column by column where a box is narrow. */
const longRowBytes = 32768;

/** Reads windows of pages: only the strips and tiles they touch, and of uncompressed ones only the rows. */
export class PageReader {
  private readonly structure: TiffStructure;
  private readonly tables = new Map<number, Promise<BlockTable>>();
  private readonly blocks = new Map<string, CachedBlock>();
  private cachedBytes = 0;

  constructor(structure: TiffStructure) {
    this.structure = structure;
  }

  /** The window in the page's own order: y, x, sample; or sample, y, x for planar pages. */
  async read(page: TiffPage, window: PageWindow, signal?: AbortSignal): Promise<TypedArray> {
    checkCodec(this.structure, page);
    const height = window.y[1] - window.y[0];
    const width = window.x[1] - window.x[0];
    const samples = window.sample[1] - window.sample[0];
    const out = allocateArray(page.dtype, height * width * samples);
    if (!page.isPlanar) {
      await this.readPlane(page, window, { out, plane: 0, signal });
      return out;
    }
    for (let i = 0; i < samples; i++) {
      const plane = out.subarray(i * height * width, (i + 1) * height * width);
      await this.readPlane(page, { ...window, sample: [0, 1] }, { out: plane, plane: window.sample[0] + i, signal });
    }
    return out;
  }

  /** Drops what is cached. */
  clear(): void {
    this.blocks.clear();
    this.tables.clear();
    this.cachedBytes = 0;
  }

  private async readPlane(
    page: TiffPage,
    window: PageWindow,
    { out, plane, signal }: { out: TypedArray; plane: number; signal: AbortSignal | undefined },
  ): Promise<void> {
    const { blockWidth, blockHeight } = page;
    for (let by = Math.floor(window.y[0] / blockHeight); by * blockHeight < window.y[1]; by++) {
      for (let bx = Math.floor(window.x[0] / blockWidth); bx * blockWidth < window.x[1]; bx++) {
        throwIfAborted(signal);
        const index = (plane * page.blocksDown + by) * page.blocksAcross + bx;
        const inside: PageWindow = {
          y: [Math.max(window.y[0] - by * blockHeight, 0), Math.min(window.y[1] - by * blockHeight, blockHeight)],
          x: [Math.max(window.x[0] - bx * blockWidth, 0), Math.min(window.x[1] - bx * blockWidth, blockWidth)],
          sample: window.sample,
        };
        const part = await this.readPart(page, { index, rows: blockRows(page, by), inside });
        copyPart(page, part, inside, {
          out,
          y: by * blockHeight - window.y[0],
          x: bx * blockWidth - window.x[0],
          width: window.x[1] - window.x[0],
        });
      }
    }
  }

  private async readPart(
    page: TiffPage,
    { index, rows, inside }: { index: number; rows: number; inside: PageWindow },
  ): Promise<BlockPart> {
    const [offset, byteCount] = await this.blockRange(page, index);
    if (page.compression === 1 && byteCount < rows * rowBytes(page)) {
      throw this.structure.broken(
        `block ${index + 1} of page ${page.index + 1} has ${byteCount} bytes instead of ${rows * rowBytes(page)}`,
      );
    }
    if (page.compression === 1 && page.bits >= 8 && page.predictor === 1) {
      return this.readRows(page, offset, inside);
    }
    const data = await this.cachedBlock(`${page.index}/${index}`, async () => {
      const stored = await this.structure.source.read(offset, byteCount);
      return decodeBlock(this.structure, page, stored, rows);
    });
    return { data, firstRow: 0, firstColumn: 0, columns: page.blockWidth };
  }

  /** Rows of an uncompressed block; where the rows are long and the box is narrow, only its columns. */
  private async readRows(page: TiffPage, offset: number, inside: PageWindow): Promise<BlockPart> {
    const { source } = this.structure;
    const [y0, y1] = inside.y;
    const [x0, x1] = inside.x;
    const stride = rowBytes(page);
    if (stride < longRowBytes || (x1 - x0) * 4 > page.blockWidth) {
      const bytes = await source.read(offset + y0 * stride, (y1 - y0) * stride);
      const data = samplesOf(this.structure, page, bytes, y1 - y0);
      return { data, firstRow: y0, firstColumn: 0, columns: page.blockWidth };
    }
    const pixelBytes = stride / page.blockWidth;
    const length = (x1 - x0) * pixelBytes;
    const bytes = new Uint8Array((y1 - y0) * length);
    const reads = Array.from({ length: y1 - y0 }, async (_, row) => {
      bytes.set(await source.read(offset + (y0 + row) * stride + x0 * pixelBytes, length), row * length);
    });
    await Promise.all(reads);
    return {
      data: samplesOf(this.structure, page, bytes, y1 - y0),
      firstRow: y0,
      firstColumn: x0,
      columns: x1 - x0,
    };
  }

  private async blockRange(page: TiffPage, index: number): Promise<[number, number]> {
    let table = this.tables.get(page.index);
    if (!table) {
      table = this.readTable(page);
      this.tables.set(page.index, table);
    }
    const { offsets, byteCounts } = await table;
    const offset = offsets[index]! + page.dataOffset;
    const byteCount = byteCounts[index]!;
    const { size } = this.structure.source;
    if (offset === 0 || byteCount === 0) {
      throw this.structure.broken(`block ${index + 1} of page ${page.index + 1} was never written`);
    }
    if (offset + byteCount > size) {
      throw this.structure.broken(
        `the file ends after ${size} bytes, but block ${index + 1} of page ${page.index + 1} lies at ${offset} to ${offset + byteCount}`,
      );
    }
    return [offset, byteCount];
  }

  private async readTable(page: TiffPage): Promise<BlockTable> {
    const { directory, isTiled } = page;
    const offsets = await this.structure.numbers(directory, isTiled ? tag.tileOffsets : tag.stripOffsets);
    const countTag = isTiled ? tag.tileByteCounts : tag.stripByteCounts;
    if (directory.has(countTag)) return { offsets, byteCounts: await this.structure.numbers(directory, countTag) };
    return { offsets, byteCounts: [this.structure.source.size - offsets[0]!] }; // a single strip to the end
  }

  /** Parallel reads of one block share its decoding. */
  private cachedBlock(key: string, decode: () => Promise<TypedArray>): Promise<TypedArray> {
    const known = this.blocks.get(key);
    if (known) {
      this.blocks.delete(key); // to the end: the least recently used is dropped first
      this.blocks.set(key, known);
      return known.data;
    }
    const block: CachedBlock = { data: decode(), bytes: 0 };
    this.blocks.set(key, block);
    block.data.then(
      (data) => this.account(key, block, data.byteLength),
      () => this.blocks.delete(key),
    );
    return block.data;
  }

  private account(key: string, block: CachedBlock, bytes: number): void {
    if (this.blocks.get(key) !== block) return;
    block.bytes = bytes;
    this.cachedBytes += bytes;
    for (const [oldest, { bytes: freed }] of this.blocks) {
      if (this.cachedBytes <= cacheBytes || oldest === key) return;
      this.blocks.delete(oldest);
      this.cachedBytes -= freed;
    }
  }
}

function copyPart(
  page: TiffPage,
  part: BlockPart,
  inside: PageWindow,
  to: { out: TypedArray; y: number; x: number; width: number },
): void {
  const stored = page.isPlanar ? 1 : page.samples;
  const [s0, s1] = inside.sample;
  const kept = s1 - s0;
  const input = part.data as Uint8Array; // all typed arrays copy alike
  const output = to.out as Uint8Array;
  for (let y = inside.y[0]; y < inside.y[1]; y++) {
    const from = ((y - part.firstRow) * part.columns + inside.x[0] - part.firstColumn) * stored;
    const at = ((y + to.y) * to.width + inside.x[0] + to.x) * kept;
    const count = inside.x[1] - inside.x[0];
    if (kept === stored) {
      output.set(input.subarray(from, from + count * stored), at);
      continue;
    }
    for (let i = 0; i < count; i++)
      for (let s = 0; s < kept; s++) output[at + i * kept + s] = input[from + i * stored + s0 + s]!;
  }
}
