import type { ImageLocation } from '../contracts/image-location.ts';
import type { StorageFormat } from '../contracts/storage-format.ts';
import { BrushwoodError } from '../errors.ts';
import type { ChannelSelection, ImageReference } from '../project/lane.ts';
import { fingerprintImage } from './fingerprint-image.ts';
import { openImage } from './open-image.ts';
import { hasEqualChannels } from './select-channels.ts';

export interface DescribeOptions {
  readonly nickname: string;
  readonly storage: ImageReference['storage'];
  readonly axes?: string;
  readonly channels?: ChannelSelection;
  readonly signal?: AbortSignal;
}

/** What a project writes down of an image, and whether it is a grey picture stored as RGB. */
export interface DescribedImage {
  readonly reference: ImageReference;
  readonly isGrayRgb: boolean;
}

/**
 * Opens an image and describes it for a project.
 * @throws what opening throws; 'shape-mismatch' if 'gray' is asked for and the channels differ
 */
export async function describeImage(
  formats: readonly StorageFormat[],
  location: ImageLocation,
  options: DescribeOptions,
): Promise<DescribedImage> {
  const { nickname, storage, axes, channels = 'all', signal } = options;
  const source = await openImage(formats, { location, axes }, { signal });
  try {
    const { info } = source;
    const isGrayRgb = await hasEqualChannels(source, signal);
    if (channels === 'gray' && !isGrayRgb) {
      throw new BrushwoodError(
        'shape-mismatch',
        `"${location.path}" is no grey picture stored as RGB: it has ${info.shape[1]} channel(s)` +
          `${info.shape[1] === 3 ? ' that differ' : ''}. Leave --channels out, or name channels by number, for example --channels 0.`,
        { channels: info.shape[1] },
      );
    }
    if (channels !== 'all' && channels !== 'gray') checkChannels(channels, info.shape[1], location);
    const reference: ImageReference = {
      nickname,
      location,
      storage,
      axes: info.fileAxes,
      shape: info.shape,
      dtype: info.dtype,
      channels,
      displayRange: info.displayRange,
      fingerprint: await fingerprintImage(source, signal),
    };
    return { reference, isGrayRgb: isGrayRgb && channels === 'all' };
  } finally {
    await source.close();
  }
}

function checkChannels(channels: readonly number[], available: number, location: ImageLocation): void {
  const bad = channels.find((channel) => !Number.isInteger(channel) || channel < 0 || channel >= available);
  if (bad !== undefined || channels.length === 0) {
    throw new BrushwoodError(
      'shape-mismatch',
      `"${location.path}" has channels 0 to ${available - 1}, asked for ${channels.join(', ') || 'none'}. Name existing ones: --channels 0.`,
      { available },
    );
  }
}
