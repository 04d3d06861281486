import {
  allocateArray,
  AxisOrder,
  BrushwoodError,
  checkAxes,
  checkRoi,
  elementCount,
  roiShape,
  singleLevelInfo,
  throwIfAborted,
  type ImageInfo,
  type ImageLocation,
  type ImageSource,
  type OpenImageOptions,
  type ReadOptions,
  type Roi,
  type Shape5,
  type Tensor,
  type TypedArray,
} from '@brushwood/core';
import { openBytes } from '#file-access';
import { checkCodec } from './block-codec.ts';
import { TiffStructure } from './directory.ts';
import { readLayout, type TiffLayout } from './layout.ts';
import { isSameFormat, pageBytes, readPage, type TiffPage } from './page.ts';
import { PageReader, type PageWindow } from './page-reader.ts';
import { tag } from './tags.ts';

/** Pages that are read at the same time. */
const parallelPages = 8;

/**
 * Opens a TIFF: its directories and description are read and checked, no pixel.
 * @throws see {@link StorageFormat.open}
 */
export async function openTiff(location: ImageLocation, options: OpenImageOptions = {}): Promise<ImageSource> {
  throwIfAborted(options.signal);
  const bytes = await openBytes(location, options.signal);
  try {
    const structure = await TiffStructure.read(bytes, options.signal);
    const first = await readPage(structure, 0);
    checkCodec(structure, first);
    const description = await structure.text(first.directory, tag.imageDescription);
    const pages = await fullPages(structure, first);
    const layout = await readLayout({ structure, description, first, pages });
    const axes = options.axes ?? layout.axes;
    checkAxes(axes, layout.shape, location.path);
    return new TiffSource(structure, first, { ...layout, axes });
  } catch (error) {
    await bytes.close();
    throw error;
  }
}

/** Numbers of the pages that are not smaller copies of others. */
async function fullPages(structure: TiffStructure, first: TiffPage): Promise<number[]> {
  const pages = [first.index];
  for (let i = 1; i < structure.directories.length; i++) {
    const subfile = await structure.number(structure.directories[i]!, tag.newSubfileType, 0);
    if ((subfile & 5) === 0) pages.push(i);
  }
  return pages;
}

/** Reads boxes of a TIFF: only the pages, strips and tiles they touch. */
class TiffSource implements ImageSource {
  readonly info: ImageInfo;
  private readonly structure: TiffStructure;
  private readonly layout: TiffLayout;
  private readonly order: AxisOrder;
  private readonly first: TiffPage;
  private readonly reader: PageReader;
  private readonly pages = new Map<number, Promise<TiffPage>>();
  private isClosed = false;

  constructor(structure: TiffStructure, first: TiffPage, layout: TiffLayout) {
    this.structure = structure;
    this.first = first;
    this.layout = layout;
    this.order = new AxisOrder(layout.axes);
    this.reader = new PageReader(structure);
    const { voxelSize, channelNames, displayRange } = layout;
    this.info = singleLevelInfo({
      fileAxes: layout.axes,
      shape: this.order.toCoreShape(layout.shape),
      dtype: first.dtype,
      chunkShape: this.chunkShape(),
      ...(voxelSize ? { voxelSize } : {}),
      ...(channelNames ? { channelNames } : {}),
      ...(displayRange ? { displayRange } : {}),
    });
  }

  async read(roi: Roi, options: ReadOptions = {}): Promise<Tensor> {
    const name = this.structure.source.name;
    if (this.isClosed) throw new BrushwoodError('closed', `${name} has been closed; open it again to read.`);
    throwIfAborted(options.signal);
    if ((options.level ?? 0) !== 0) {
      throw new BrushwoodError('invalid-parameter', `${name} has no level ${options.level}: a TIFF has one, 0.`);
    }
    checkRoi(roi, this.info.shape, name);
    const { start, stop } = this.order.toFileRoi(roi);
    const fileShape = start.map((first, i) => stop[i]! - first);
    const data = await this.readFileBox(start, stop, options.signal);
    throwIfAborted(options.signal);
    return { data: this.order.toCore(data, fileShape), shape: roiShape(roi) };
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.reader.clear();
    await this.structure.source.close();
  }

  /** The box in file order. */
  private async readFileBox(start: number[], stop: number[], signal?: AbortSignal): Promise<TypedArray> {
    const { pageAxes, shape } = this.layout;
    const sizes = start.map((first, i) => stop[i]! - first);
    const perPage = elementCount(sizes.slice(pageAxes));
    const count = elementCount(sizes.slice(0, pageAxes));
    const out = allocateArray(this.first.dtype, perPage * count) as Uint8Array; // all typed arrays copy alike
    const window = this.pageWindow(start.slice(pageAxes), stop.slice(pageAxes));
    for (let done = 0; done < count; done += parallelPages) {
      const batch = Array.from({ length: Math.min(parallelPages, count - done) }, async (_, i) => {
        const page = await this.pageAt(linearIndex(done + i, { start, sizes, shape, pageAxes }));
        const pixels = await this.reader.read(page, window, signal);
        if (count === 1) return pixels;
        out.set(pixels as Uint8Array, (done + i) * perPage);
      });
      const [only] = await Promise.all(batch);
      if (count === 1 && only) return only;
    }
    return out;
  }

  private pageWindow(start: readonly number[], stop: readonly number[]): PageWindow {
    const range = (axis: number) => [start[axis]!, stop[axis]!] as const;
    if (this.first.samples === 1) return { y: range(0), x: range(1), sample: [0, 1] }; // whatever follows has size 1
    if (this.first.isPlanar) return { sample: range(0), y: range(1), x: range(2) };
    return { y: range(0), x: range(1), sample: range(2) };
  }

  /** The page at a place; its tags are read when it is first needed. */
  private pageAt(place: number): Promise<TiffPage> {
    const { pages, isContiguous } = this.layout;
    if (isContiguous) return Promise.resolve(this.contiguousPage(place));
    const index = pages[place]!;
    let page = this.pages.get(index);
    if (!page) {
      page = this.readPage(index);
      this.pages.set(index, page);
    }
    return page;
  }

  private async readPage(index: number): Promise<TiffPage> {
    const page = await readPage(this.structure, index);
    if (isSameFormat(page, this.first)) return page;
    throw new BrushwoodError(
      'unsupported',
      `${this.structure.source.name}: page ${index + 1} (${page.width} × ${page.height}, ${page.dtype}, ${page.samples} samples) ` +
        `differs from the first (${this.first.width} × ${this.first.height}, ${this.first.dtype}, ${this.first.samples} samples). ` +
        'Split the file into images of one kind.',
      { file: this.structure.source.name, page: index + 1 },
    );
  }

  /** A page without a directory of its own: it lies behind the others. */
  private contiguousPage(place: number): TiffPage {
    return { ...this.first, index: place, dataOffset: place * pageBytes(this.first) };
  }

  private chunkShape(): Shape5 {
    const { first, layout } = this;
    const samples = layout.shape.length - layout.pageAxes === 2 ? [] : [first.isPlanar ? 1 : first.samples];
    const block = [Math.min(first.blockHeight, first.height), Math.min(first.blockWidth, first.width)];
    const own = first.isPlanar ? [...samples, ...block] : [...block, ...samples];
    return this.order.toCoreShape([...Array<number>(layout.pageAxes).fill(1), ...own]);
  }
}

/** Running number in the whole file of the n-th page of a box. */
function linearIndex(
  n: number,
  box: { start: readonly number[]; sizes: readonly number[]; shape: readonly number[]; pageAxes: number },
): number {
  let index = 0;
  let stride = 1;
  let rest = n;
  for (let axis = box.pageAxes - 1; axis >= 0; axis--) {
    const size = box.sizes[axis]!;
    index += (box.start[axis]! + (rest % size)) * stride;
    rest = Math.floor(rest / size);
    stride *= box.shape[axis]!;
  }
  return index;
}
