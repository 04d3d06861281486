import type { ImageSource, ReadOptions } from '../contracts/image-source.ts';
import { BrushwoodError } from '../errors.ts';
import type { Shape5 } from '../grid/axes.ts';
import { checkRoi, roiShape, withAxis, wholeRoi, type Roi } from '../grid/roi.ts';
import { allocateTensor, copyBox, type Tensor } from '../grid/tensor.ts';
import type { ChannelSelection } from '../project/lane.ts';

/**
 * The image with some of its channels, in the order given. 'gray' is the first of an RGB image whose channels are equal
 * (see `hasEqualChannels`).
 * @throws 'shape-mismatch' for a channel the image does not have
 */
export function selectChannels(source: ImageSource, selection: ChannelSelection, who: string): ImageSource {
  if (selection === 'all') return source;
  const channels = selection === 'gray' ? [0] : selection;
  const available = source.info.shape[1];
  for (const channel of channels) {
    if (!Number.isInteger(channel) || channel < 0 || channel >= available) {
      throw new BrushwoodError(
        'shape-mismatch',
        `${who} has channels 0 to ${available - 1}; channel ${channel} does not exist.`,
        {
          channel,
          available,
        },
      );
    }
  }
  const pick = (shape: Shape5): Shape5 => [shape[0], channels.length, shape[2], shape[3], shape[4]];
  const { info } = source;
  const { channelNames } = info;
  return {
    info: {
      ...info,
      shape: pick(info.shape),
      levels: info.levels.map((level) => ({ ...level, shape: pick(level.shape) })),
      channelNames: channelNames && channels.map((channel) => channelNames[channel] ?? ''),
    },
    close: () => source.close(),
    read: async (roi, options) => {
      checkRoi(roi, pick((info.levels[options?.level ?? 0] ?? info).shape), who);
      return readChannels(source, channels, { roi, options });
    },
  };
}

async function readChannels(
  source: ImageSource,
  channels: readonly number[],
  request: { roi: Roi; options?: ReadOptions },
): Promise<Tensor> {
  const { roi, options } = request;
  const wanted = channels.slice(roi.start[1], roi.stop[1]);
  const out = allocateTensor(source.info.dtype, roiShape(roi));
  for (const [i, channel] of wanted.entries()) {
    const part = await source.read(withAxis(roi, 1, channel, channel + 1), options);
    copyBox(part, wholeRoi(part.shape), out, withAxis(wholeRoi(out.shape), 1, i, i + 1));
  }
  return out;
}

/** Some full rows, spread over the image: enough to tell one image from another, cheap for any size. */
export function sampleRows(shape: Shape5, count = 16): Roi[] {
  const rows = shape[0] * shape[2] * shape[3];
  const picked = new Set(
    Array.from({ length: Math.min(count, rows) }, (_, i) => Math.floor(((i + 0.5) * rows) / Math.min(count, rows))),
  );
  return [...picked].map((row) => {
    const y = row % shape[3];
    const z = Math.floor(row / shape[3]) % shape[2];
    const t = Math.floor(row / (shape[3] * shape[2]));
    return { start: [t, 0, z, y, 0], stop: [t + 1, shape[1], z + 1, y + 1, shape[4]] };
  });
}

/** Is this a grey picture stored as RGB? Looks at some rows. */
export async function hasEqualChannels(source: ImageSource, signal?: AbortSignal): Promise<boolean> {
  const channels = source.info.shape[1];
  if (channels !== 3) return false;
  for (const roi of sampleRows(source.info.shape, 64)) {
    const { data } = await source.read(roi, { signal });
    const width = data.length / channels;
    for (let x = 0; x < width; x++) if (data[x] !== data[x + width] || data[x] !== data[x + 2 * width]) return false;
  }
  return true;
}
