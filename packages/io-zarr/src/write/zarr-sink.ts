import {
  type BoxWriter,
  BrushwoodError,
  type CreateImageOptions,
  type ImageSink,
  type ImageSpec,
  type Roi,
  type Shape5,
  type SinkTicket,
  type Tensor,
  throwIfAborted,
} from '@brushwood/core';
import { objectFolder } from '#partial-image';
import { BoxCollector } from './box-collector.ts';
import type { ZarrLayout } from './layout.ts';
import { LevelWriter } from './level-writer.ts';
import type { Reduction } from './downsample.ts';
import type { ClaimedImage, ObjectFolder } from './object-folder.ts';
import { ReducedUnits } from './reduced-units.ts';
import { writePyramid } from './pyramid.ts';

interface SinkOptions extends Pick<CreateImageOptions, 'resume' | 'signal' | 'onProgress'> {
  readonly spec: ImageSpec;
  readonly layout: ZarrLayout;
  readonly who: string;
}

/** An OME-Zarr image being written: level 0 unit by unit, the coarser levels when it is closed. */
export class ZarrSink implements ImageSink {
  readonly spec: ImageSpec;
  readonly writeShape = [1, 1, 1, 1, 1] as const;
  readonly unitShape: Shape5;
  readonly isDone?: (unit: Roi) => Promise<boolean>;
  readonly suspend?: () => Promise<void>;
  private readonly image: ClaimedImage;
  private readonly options: SinkOptions;
  private readonly finest: LevelWriter;
  private readonly stale: StaleLevels;
  private readonly collector: BoxCollector;
  private isOpen = true;

  private constructor(image: ClaimedImage, [finest, reduced, stale]: Writers, options: SinkOptions) {
    this.image = image;
    this.finest = finest;
    this.stale = stale;
    this.options = options;
    this.spec = options.spec;
    this.unitShape = finest.level.unitShape;
    this.collector = collectorOf([finest, reduced, stale], options);
    if (!options.resume) return;
    this.isDone = (unit) => finest.isDone(unit);
    this.suspend = () => this.end(() => this.collector.flush());
  }

  static async start(image: ClaimedImage, options: SinkOptions): Promise<ZarrSink> {
    const { layout } = options;
    const [finest, reduced] = await openLevels(image.folder, layout, options.spec);
    const hasStale = image.isResumed && (await hasStaleLevels(image, layout, finest));
    return new ZarrSink(image, [finest, reduced, new StaleLevels(image.folder, layout, hasStale)], options);
  }

  get ticket(): SinkTicket {
    const { layout, who } = this.options;
    const state = { path: this.image.path, layout: JSON.stringify(layout), hasStale: Number(this.stale.isThere) };
    return { formatId: 'ome-zarr', location: { path: who }, spec: this.spec, state };
  }

  async write(roi: Roi, tensor: Tensor, { signal }: { signal?: AbortSignal } = {}): Promise<void> {
    throwIfAborted(signal);
    this.checkOpen();
    await this.collector.add(roi, tensor, signal);
  }

  async close(): Promise<void> {
    this.checkOpen();
    const { options, image } = this;
    const { layout, spec, signal, onProgress, who } = options;
    await this.collector.flush();
    await image.exclude();
    const missing = await this.finest.missing();
    if (missing.count > 0) throw incomplete(who, missing);
    await this.stale.remove();
    const reduction = reductionOf(spec);
    await writePyramid(image.folder, { path: image.path, layout, reduction, signal, onProgress });
    throwIfAborted(signal);
    await image.finish();
    this.isOpen = false;
  }

  async abort(): Promise<void> {
    await this.end(async () => {
      this.collector.discard();
      if (!this.options.resume) await this.image.discard();
    });
  }

  /** Once; whatever happens, the image is free for others afterwards. */
  private async end(action: () => Promise<void>): Promise<void> {
    if (!this.isOpen) return;
    this.isOpen = false;
    try {
      await action();
    } finally {
      await this.image.release();
    }
  }

  private checkOpen(): void {
    const { who } = this.options;
    if (!this.isOpen) throw new BrushwoodError('closed', `${who} is closed already.`, { path: who });
  }
}

/** Joins an image by its ticket. */
export async function joinZarr({ spec, location, state }: SinkTicket): Promise<BoxWriter> {
  const layout = JSON.parse(String(state['layout'])) as ZarrLayout;
  const folder = objectFolder(String(state['path']));
  const [finest, reduced] = await openLevels(folder, layout, spec);
  const stale = new StaleLevels(folder, layout, state['hasStale'] === 1);
  const collector = collectorOf([finest, reduced, stale], { spec, who: location.path });
  return {
    async write(roi, tensor, { signal } = {}) {
      throwIfAborted(signal);
      await collector.add(roi, tensor, signal);
    },
    close: () => collector.flush(),
    discard: async () => collector.discard(),
  };
}

type Levels = readonly [finest: LevelWriter, reduced: ReducedUnits | undefined];
type Writers = readonly [...Levels, stale: StaleLevels];

async function openLevels(folder: ObjectFolder, layout: ZarrLayout, spec: ImageSpec): Promise<Levels> {
  const finest = await LevelWriter.open(folder, layout, layout.levels[0]!);
  return [finest, await ReducedUnits.open(folder, layout, reductionOf(spec))];
}

function reductionOf({ content }: ImageSpec): Reduction {
  return content === 'labels' ? 'mode' : 'mean';
}

function collectorOf(
  [finest, reduced, stale]: Writers,
  { spec, who }: Pick<SinkOptions, 'spec' | 'who'>,
): BoxCollector {
  return new BoxCollector({
    shape: spec.shape,
    unitShape: finest.level.unitShape,
    dtype: spec.dtype,
    who,
    async writeUnit(unit, tensor) {
      await stale.remove();
      // One is compressed while the other is flushed.
      await Promise.all([finest.write(unit, tensor), reduced?.keep(unit, tensor)]);
    },
  });
}

/** Coarser levels are made when level 0 is complete. If it is not any more, they belong to units that are to be written again. */
async function hasStaleLevels(image: ClaimedImage, layout: ZarrLayout, finest: LevelWriter): Promise<boolean> {
  const [, second] = layout.levels;
  if (!second) return false;
  const hasSecond = (await image.folder.names(second.path)).some((name) => /^(c|\d+)$/.test(name));
  return hasSecond && (await finest.missing()).count > 0;
}

/**
 * Coarser levels to remove before the first unit is written, so that a mere look leaves them. Every writer of the image removes
 * them: which of them is the first cannot be known, and none are made before all have ended.
 */
class StaleLevels {
  readonly isThere: boolean;
  private readonly folder: ObjectFolder;
  private readonly layout: ZarrLayout;
  private removal?: Promise<void>;

  constructor(folder: ObjectFolder, layout: ZarrLayout, isThere: boolean) {
    this.folder = folder;
    this.layout = layout;
    this.isThere = isThere;
  }

  remove(): Promise<void> {
    this.removal ??= this.isThere ? this.clear() : Promise.resolve();
    return this.removal;
  }

  private async clear(): Promise<void> {
    for (const level of this.layout.levels.slice(1)) {
      await (await LevelWriter.open(this.folder, this.layout, level)).clear();
    }
  }
}

function incomplete(
  who: string,
  { count, total, examples }: { count: number; total: number; examples: readonly Roi[] },
) {
  const places = examples.map(({ start }) => `(${start.join(', ')})`).join(', ');
  return new BrushwoodError(
    'incomplete',
    `${who}: ${count} of ${total} units are not written yet, ${count > examples.length ? 'among them those' : 'those'} that begin at ` +
      `${places} (axes tczyx). Run the missing parts, then finish it.`,
    { path: who, missing: count, total },
  );
}
