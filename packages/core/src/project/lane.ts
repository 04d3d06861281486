import type { ImageLocation } from '../contracts/image-location.ts';
import type { Shape5 } from '../grid/axes.ts';
import type { Dtype } from '../grid/dtype.ts';
import type { Labels } from './labels.ts';

/** Which of a file's channels a lane uses: all, these, or one made of an RGB image whose channels are equal. */
export type ChannelSelection = 'all' | 'gray' | readonly number[];

/** One image as a project knows it: where it is, and what it was when it was added. */
export interface ImageReference {
  /** Shown name, and `{nickname}` in exports. */
  readonly nickname: string;
  /** Absolute path or URL; for an embedded image the project file and the dataset in it. */
  readonly location: ImageLocation;
  /** How the project file keeps it. 'embedded' with a foreign location means: copy it in at the next save. */
  readonly storage: 'embedded' | 'absolute' | 'relative';
  /** The file's axes, slowest first. */
  readonly axes: string;
  /** `tczyx`, all channels of the file. */
  readonly shape: Shape5;
  /** Undefined until the image has been opened, if the project does not say it. */
  readonly dtype?: Dtype;
  readonly channels: ChannelSelection;
  readonly displayMode?: string;
  readonly normalizeDisplay?: boolean;
  readonly displayRange?: readonly [number, number];
  /** Of each channel that is used, where they are shown over different ranges. */
  readonly channelRanges?: readonly (readonly [number, number])[];
  /** Says whether a file found elsewhere holds the same image: see `fingerprintImage`. */
  readonly fingerprint?: string;
}

/** One image of a project with its labels. */
export interface Lane {
  readonly rawData: ImageReference;
  /** Voxels where it is 0 in every channel are not predicted (spec §B.4). */
  readonly predictionMask?: ImageReference;
  readonly labels: Labels;
}

/** Channels of the image after the lane's selection. */
export function usedChannelCount(reference: ImageReference): number {
  if (reference.channels === 'all') return reference.shape[1];
  return reference.channels === 'gray' ? 1 : reference.channels.length;
}
