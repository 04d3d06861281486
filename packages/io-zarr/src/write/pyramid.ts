import {
  allocateTensor,
  AxisOrder,
  BlockGrid,
  copyBox,
  type ImageSource,
  type Progress,
  type Roi,
  roiShape,
  type Shape5,
  throwIfAborted,
  translateRoi,
  shape5,
} from '@brushwood/core';
import { openFolder } from '#folder-store';
import { readNode } from '../zarr-node.ts';
import { ZarrSource } from '../zarr-source.ts';
import { downsample, type Reduction } from './downsample.ts';
import type { LevelLayout, ZarrLayout } from './layout.ts';
import { LevelWriter } from './level-writer.ts';
import type { ObjectFolder } from './object-folder.ts';
import { ReducedUnits } from './reduced-units.ts';

/** Each chunk is read once, unless those of two levels do not match. */
const cacheBytes = 16 * 1024 * 1024;

export interface PyramidOptions {
  /** Of the folder the image is written to. */
  readonly path: string;
  readonly layout: ZarrLayout;
  readonly reduction: Reduction;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/**
 * Computes the coarser levels, each from the one above. Holds one unit and what one chunk of it is made of. Units that are
 * there already are kept.
 */
export async function writePyramid(folder: ObjectFolder, options: PyramidOptions): Promise<void> {
  const { layout, onProgress, signal } = options;
  const writers = await Promise.all(layout.levels.slice(1).map((level) => LevelWriter.open(folder, layout, level)));
  const total = writers.reduce((sum, writer) => sum + writer.units.count, 0);
  const reduced = await ReducedUnits.open(folder, layout, options.reduction);
  let done = 0;
  for (const [i, writer] of writers.entries()) {
    const above = layout.levels[i]!;
    const source = await openLevel(options, above);
    try {
      for (const unit of writer.units) {
        throwIfAborted(signal);
        const chunks = i === 0 ? await reduced?.take(unit) : undefined;
        if (chunks) await writer.writeEncoded(unit, chunks);
        else if (!(await writer.isDone(unit))) await writeUnit(writer, { unit, source, above, options });
        if (i === 0) await reduced?.drop(unit);
        onProgress?.({ phase: 'pyramid', done: ++done, total, unit: 'shards' });
      }
    } finally {
      await source.close();
    }
  }
}

interface UnitWork {
  readonly unit: Roi;
  readonly source: ImageSource;
  readonly above: LevelLayout;
  readonly options: PyramidOptions;
}

async function writeUnit(writer: LevelWriter, { unit, source, above, options }: UnitWork): Promise<void> {
  const { level } = writer;
  const factors = shape5((axis) => level.downsampling[axis] / above.downsampling[axis]);
  const tensor = allocateTensor(options.layout.dtype, roiShape(unit));
  for (const box of new BlockGrid(unit, level.chunkShape)) {
    throwIfAborted(options.signal);
    const part = await source.read(enlarged(box, factors, above.shape));
    const reduced = downsample(part, factors, options.reduction);
    const target = translateRoi(
      box,
      unit.start.map((start) => -start),
    );
    copyBox(reduced, { start: [0, 0, 0, 0, 0], stop: reduced.shape }, tensor, target);
  }
  await writer.write(unit, tensor);
}

/** The voxels of the level above that a box is made of. */
function enlarged(box: Roi, factors: Shape5, shape: Shape5): Roi {
  return {
    start: shape5((axis) => box.start[axis] * factors[axis]),
    stop: shape5((axis) => Math.min(box.stop[axis] * factors[axis], shape[axis])),
  };
}

async function openLevel({ path, layout }: PyramidOptions, { path: level }: LevelLayout): Promise<ImageSource> {
  const store = await openFolder(path);
  const array = await readNode(store, level, path);
  if (array?.kind !== 'array') throw new Error(`${path}/${level} has no metadata`);
  const downsampling = new AxisOrder(layout.axes).toFileShape([1, 1, 1, 1, 1]);
  return ZarrSource.open(store, { axes: layout.axes, levels: [{ array, downsampling }] }, { name: path, cacheBytes });
}
