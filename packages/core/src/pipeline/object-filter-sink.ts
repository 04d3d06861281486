import type { ImageSink } from '../contracts/image-sink.ts';
import type { ImageSource } from '../contracts/image-source.ts';
import type { RunOptions } from '../contracts/progress.ts';
import { copyImage } from './copy-image.ts';
import { withoutSmallObjects } from './small-objects.ts';

/** Where labels lie until all of them are known. */
export interface Scratch {
  /** Same spec as the sink. */
  readonly sink: ImageSink;
  /** Opens what was written; called once, after the scratch sink is closed. */
  open(): Promise<ImageSource>;
  /** Called once, whatever happened. */
  remove(): Promise<void>;
}

/**
 * A sink for labels from which small objects are removed: what is written goes to a scratch, and from there, when the sink is closed,
 * through `withoutSmallObjects` into the real one. It cannot be resumed or shared by several runs, as its units depend on each other.
 * @param target the sink that gets the result; it is closed and aborted along
 */
export function objectFilterSink(
  target: ImageSink,
  { smallest, scratch, ...options }: { smallest: number; scratch: Scratch } & RunOptions,
): ImageSink {
  const { sink } = scratch;
  return {
    spec: target.spec,
    writeShape: sink.writeShape,
    ticket: sink.ticket,
    write: (roi, tensor, writeOptions) => sink.write(roi, tensor, writeOptions),
    async close() {
      await sink.close();
      const source = await scratch.open();
      try {
        await copyImage(withoutSmallObjects(source, smallest), target, { phase: 'Removing small objects', ...options });
      } finally {
        await source.close();
      }
      await target.close();
      await scratch.remove();
    },
    async abort() {
      await Promise.allSettled([sink.abort(), target.abort()]);
      await scratch.remove();
    },
  };
}
