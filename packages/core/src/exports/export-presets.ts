import type { Dtype } from '../grid/dtype.ts';

/** What a preset of an export stands for. */
export interface ExportPreset {
  readonly format: string;
  /** For values that run over a range, like probabilities; labels stay what they are. */
  readonly dtype: Dtype;
  readonly axes?: string;
  readonly flavour?: string;
}

/** Files that another program shows right at once. */
export const exportPresets: Readonly<Record<'fiji' | 'python', ExportPreset>> = {
  fiji: { format: 'tiff', dtype: 'uint8', axes: 'tzcyx', flavour: 'imagej' },
  python: { format: 'npy', dtype: 'float32' },
};
