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
  private readonly collector: BoxCollector;
  private isOpen = true;

  private constructor(image: ClaimedImage, [finest, reduced]: Writers, options: SinkOptions) {
    this.image = image;
    this.finest = finest;
    this.options = options;
    this.spec = options.spec;
    this.unitShape = finest.level.unitShape;
    this.collector = collectorOf(finest, reduced, options);
    if (!options.resume) return;
    this.isDone = (unit) => finest.isDone(unit);
    this.suspend = () => this.end(() => this.collector.flush());
  }

  static async start(image: ClaimedImage, options: SinkOptions): Promise<ZarrSink> {
    const { layout } = options;
    const writers = await openWriters(image.folder, layout, options.spec);
    if (image.isResumed) await removeStaleLevels(image, layout, writers[0]);
    return new ZarrSink(image, writers, options);
  }

  get ticket(): SinkTicket {
    const { layout, who } = this.options;
    const state = { path: this.image.path, layout: JSON.stringify(layout) };
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
  const [finest, reduced] = await openWriters(objectFolder(String(state['path'])), layout, spec);
  const collector = collectorOf(finest, reduced, { spec, who: location.path });
  return {
    async write(roi, tensor, { signal } = {}) {
      throwIfAborted(signal);
      await collector.add(roi, tensor, signal);
    },
    close: () => collector.flush(),
    discard: async () => collector.discard(),
  };
}

type Writers = readonly [finest: LevelWriter, reduced: ReducedUnits | undefined];

async function openWriters(folder: ObjectFolder, layout: ZarrLayout, spec: ImageSpec): Promise<Writers> {
  const finest = await LevelWriter.open(folder, layout, layout.levels[0]!);
  return [finest, await ReducedUnits.open(folder, layout, reductionOf(spec))];
}

function reductionOf({ content }: ImageSpec): Reduction {
  return content === 'labels' ? 'mode' : 'mean';
}

function collectorOf(
  finest: LevelWriter,
  reduced: ReducedUnits | undefined,
  { spec, who }: Pick<SinkOptions, 'spec' | 'who'>,
): BoxCollector {
  return new BoxCollector({
    shape: spec.shape,
    unitShape: finest.level.unitShape,
    dtype: spec.dtype,
    who,
    async writeUnit(unit, tensor) {
      // One is compressed while the other is flushed.
      await Promise.all([finest.write(unit, tensor), reduced?.keep(unit, tensor)]);
    },
  });
}

/** Coarser levels are made when level 0 is complete. If it is not any more, they belong to units that are to be written again. */
async function removeStaleLevels(image: ClaimedImage, layout: ZarrLayout, finest: LevelWriter): Promise<void> {
  const [, second] = layout.levels;
  if (!second) return;
  const hasSecond = (await image.folder.names(second.path)).some((name) => /^(c|\d+)$/.test(name));
  if (!hasSecond || (await finest.missing()).count === 0) return;
  for (const level of layout.levels.slice(1)) await (await LevelWriter.open(image.folder, layout, level)).clear();
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
