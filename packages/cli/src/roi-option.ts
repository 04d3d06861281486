import { BrushwoodError, coreAxes, type Roi, type Shape5 } from '@brushwood/core';
import { InvalidArgumentError } from 'commander';

/** First and last + 1 along one axis; undefined = from the beginning, to the end. */
export type Span = readonly [start: number | undefined, stop: number | undefined];

/** What `--roi` asks for: spans along the last of t, z, y, x. */
export type RoiSpans = readonly Span[];

const roiAxes = 'tzyx';

/** `--roi 0:32,100:612,:256` along z, y, x; two spans are y, x, four t, z, y, x. An empty end is the image's. */
export function roiSpans(text: string): RoiSpans {
  const parts = text.split(',').map((part) => /^\s*(\d*):(\d*)\s*$/.exec(part));
  if (parts.length < 2 || parts.length > roiAxes.length || parts.some((part) => !part)) {
    throw new InvalidArgumentError(
      `Say START:STOP for y,x or z,y,x or t,z,y,x, like 100:612,0:512 or 0:32,100:612,:256; got "${text}".`,
    );
  }
  const bound = (digits: string | undefined) => (digits ? Number(digits) : undefined);
  return parts.map((part) => [bound(part![1]), bound(part![2])]);
}

/**
 * The box of an image, all channels.
 * @throws 'invalid-roi' naming the axis where the box is empty or leaves the image
 */
export function roiOf(spans: RoiSpans, shape: Shape5, name: string): Roi {
  const start = [0, 0, 0, 0, 0];
  const stop = [...shape];
  const axes = roiAxes.slice(-spans.length);
  for (const [i, [from = 0, to]] of spans.entries()) {
    const axis = coreAxes.indexOf(axes[i]!);
    const size = shape[axis]!;
    const end = to ?? size;
    if (from >= end || end > size) {
      throw new BrushwoodError(
        'invalid-roi',
        `--roi asks for ${axes[i]} from ${from} to ${end}, but ${name} has ${size} along ${axes[i]} (${[...axes].join(',')} here). ` +
          `Say START:STOP with 0 ≤ START < STOP ≤ ${size}.`,
        { axis: axes[i]!, start: from, stop: end, size },
      );
    }
    start[axis] = from;
    stop[axis] = end;
  }
  return { start: start as unknown as Shape5, stop: stop as unknown as Shape5 };
}
