import { AxisOrder, BlockGrid, type Roi, roiShape, type Shape5, type Tensor, wholeRoi, shape5 } from '@brushwood/core';
import { type Compressor, encodeChunk, openCompressor } from './chunk-encoder.ts';
import type { LevelLayout, ZarrLayout } from './layout.ts';
import type { ObjectFolder } from './object-folder.ts';
import { encodeShard } from './shard-encoder.ts';

export interface MissingUnits {
  readonly count: number;
  readonly total: number;
  /** A few of them. */
  readonly examples: readonly Roi[];
}

const exampleCount = 3;
/** Objects of version 2 under way at once. */
const parallelChunks = 8;

/** Writes the units of one level: each a shard, or in version 2 all chunks of the same box. */
export class LevelWriter {
  readonly level: LevelLayout;
  private readonly folder: ObjectFolder;
  private readonly layout: ZarrLayout;
  private readonly inFile: AxisOrder;
  private readonly compress: Compressor;

  private constructor(
    folder: ObjectFolder,
    layout: ZarrLayout,
    { level, compress }: { level: LevelLayout; compress: Compressor },
  ) {
    this.folder = folder;
    this.layout = layout;
    this.level = level;
    this.compress = compress;
    this.inFile = new AxisOrder(layout.axes);
  }

  static async open(folder: ObjectFolder, layout: ZarrLayout, level: LevelLayout): Promise<LevelWriter> {
    return new LevelWriter(folder, layout, { level, compress: await openCompressor(layout) });
  }

  get units(): BlockGrid {
    return new BlockGrid(wholeRoi(this.level.shape), this.level.unitShape);
  }

  /**
   * Writes a whole unit. When it returns, the unit is on disk.
   * @param unit cut at the end of the image
   */
  async write(unit: Roi, tensor: Tensor): Promise<void> {
    const { chunkShape, unitShape } = this.level;
    const { compress, folder } = this;
    if (this.layout.version === 2) return this.writeChunks(unit, tensor);
    const chunks: (Uint8Array | undefined)[] = [];
    for (const { start } of new BlockGrid(wholeRoi(unitShape), chunkShape)) {
      const isInside = start.every((at, axis) => at < tensor.shape[axis]!);
      chunks.push(isInside ? await encodeChunk(tensor, start, { chunkShape, compress }) : undefined);
    }
    await folder.put(this.key(unitShape, unit.start), encodeShard(chunks));
  }

  /** Writes a shard of chunks that are encoded already, by where in the image they begin. */
  async writeEncoded(unit: Roi, encoded: ReadonlyMap<string, Uint8Array>): Promise<void> {
    const { chunkShape, unitShape } = this.level;
    const places = new BlockGrid({ start: unit.start, stop: add(unit.start, unitShape) }, chunkShape);
    const chunks = Array.from(places, ({ start }) => encoded.get(start.join()));
    await this.folder.put(this.key(unitShape, unit.start), encodeShard(chunks));
  }

  /** Several chunks at once are flushed together. */
  private async writeChunks(unit: Roi, tensor: Tensor): Promise<void> {
    const { chunkShape } = this.level;
    const chunks = new BlockGrid(wholeRoi(tensor.shape), chunkShape)[Symbol.iterator]();
    const writeOn = async () => {
      for (let next = chunks.next(); !next.done; next = chunks.next()) {
        const { start } = next.value;
        const bytes = await encodeChunk(tensor, start, { chunkShape, compress: this.compress });
        await this.folder.put(this.key(chunkShape, add(unit.start, start)), [bytes]);
      }
    };
    await Promise.all(Array.from({ length: parallelChunks }, writeOn));
  }

  /** Is a unit completely on disk? */
  async isDone(unit: Roi): Promise<boolean> {
    for (const key of this.keysOf(unit)) if (!(await this.folder.has(key))) return false;
    return true;
  }

  /** Looks through the folders once, without a question per unit. */
  async missing(): Promise<MissingUnits> {
    const { units } = this;
    let count = 0;
    const examples: Roi[] = [];
    const listing = new FolderListing(this.folder);
    for (const unit of units) {
      let isDone = true;
      for (const key of this.keysOf(unit)) isDone &&= await listing.has(key);
      if (isDone) continue;
      count++;
      if (examples.length < exampleCount) examples.push(unit);
    }
    return { count, total: units.count, examples };
  }

  /** Removes all units. */
  async clear(): Promise<void> {
    const names = await this.folder.names(this.level.path);
    for (const name of names.filter((each) => /^(c|\d+)$/.test(each))) {
      await this.folder.remove(`${this.level.path}/${name}`);
    }
  }

  private *keysOf(unit: Roi): Generator<string> {
    const { chunkShape, unitShape } = this.level;
    if (this.layout.version === 3) yield this.key(unitShape, unit.start);
    else {
      for (const { start } of new BlockGrid(wholeRoi(roiShape(unit)), chunkShape)) {
        yield this.key(chunkShape, add(unit.start, start));
      }
    }
  }

  private key(objectShape: Shape5, start: Shape5): string {
    const coordinates = shape5((axis) => start[axis] / objectShape[axis]);
    const names = this.inFile.toFileShape(coordinates).join('/');
    return this.layout.version === 3 ? `${this.level.path}/c/${names}` : `${this.level.path}/${names}`;
  }
}

/** Knows a few folders at a time; neighbouring objects lie in the same ones. */
class FolderListing {
  private readonly folder: ObjectFolder;
  private readonly known = new Map<string, ReadonlySet<string>>();

  constructor(folder: ObjectFolder) {
    this.folder = folder;
  }

  async has(key: string): Promise<boolean> {
    const cut = key.lastIndexOf('/');
    const path = key.slice(0, cut);
    let names = this.known.get(path);
    if (!names) {
      names = new Set(await this.folder.names(path));
      if (this.known.size >= 256) this.known.clear();
      this.known.set(path, names);
    }
    return names.has(key.slice(cut + 1));
  }
}

function add(a: Shape5, b: Shape5): Shape5 {
  return shape5((axis) => a[axis] + b[axis]);
}
