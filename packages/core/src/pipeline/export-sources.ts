import type { ImageSpec } from '../contracts/image-sink.ts';
import type { Dtype, NumberArray } from '../grid/dtype.ts';

/** What a worker knows of a block when it derives outputs from it. All planar, over the core. */
export interface PredictedBlock {
  /** (classCount, voxels); undefined if no source needs it. */
  readonly probabilities?: Float32Array;
  readonly classCount: number;
  /** Per class the probability a voxel needs to be given to it. */
  readonly thresholds?: readonly number[];
  /** (featureCount, voxels). */
  readonly features: Float32Array;
  readonly featureCount: number;
  readonly voxels: number;
}

/** Something a project can export per image. */
export interface ExportSource {
  /** Value of `--source`. */
  readonly id: string;
  /** ilastik's name, `{result_type}` in file names. */
  readonly displayName: string;
  readonly dtype: Dtype;
  readonly content: ImageSpec['content'];
  readonly needsModel: boolean;
  /** Values run over this range, for scaling to integer types; undefined if integers are as they are. */
  readonly range?: readonly [number, number];
  channelCount(block: { readonly classCount: number; readonly featureCount: number }): number;
  /** (channels, voxels). Absent for `labels`, which are not computed. */
  compute?(block: PredictedBlock): NumberArray;
}

const probabilities: ExportSource = {
  id: 'probabilities',
  displayName: 'Probabilities',
  dtype: 'float32',
  content: 'probabilities',
  needsModel: true,
  range: [0, 1],
  channelCount: ({ classCount }) => classCount,
  compute: ({ probabilities: values }) => values!.slice(),
};

/**
 * 1 + the index of the most probable class; the lowest wins ties; voxels without probabilities get 1 (spec §B.5). With thresholds only
 * classes that reach theirs count, and voxels without any get 0.
 */
const segmentation: ExportSource = {
  id: 'segmentation',
  displayName: 'Simple Segmentation',
  dtype: 'uint8',
  content: 'labels',
  needsModel: true,
  channelCount: () => 1,
  compute({ probabilities: values, classCount, thresholds, voxels }) {
    const out = new Uint8Array(voxels);
    if (thresholds) {
      for (let i = 0; i < voxels; i++) {
        let [best, most] = [0, -1];
        for (let k = 0; k < classCount; k++) {
          const p = values![k * voxels + i]!;
          if (p >= thresholds[k]! && p > most) [best, most] = [k + 1, p];
        }
        out[i] = best;
      }
      return out;
    }
    for (let i = 0; i < voxels; i++) {
      let best = 0;
      for (let k = 1; k < classCount; k++) if (values![k * voxels + i]! > values![best * voxels + i]!) best = k;
      out[i] = best + 1;
    }
    return out;
  },
};

/** 1 − (largest − second largest probability); 0 if there is one class only (spec §B.5). */
const uncertainty: ExportSource = {
  id: 'uncertainty',
  displayName: 'Uncertainty',
  dtype: 'float32',
  content: 'intensity',
  needsModel: true,
  range: [0, 1],
  channelCount: () => 1,
  compute({ probabilities: values, classCount, voxels }) {
    const out = new Float32Array(voxels);
    if (classCount < 2) return out;
    for (let i = 0; i < voxels; i++) {
      let [first, second] = [-1, -1];
      for (let k = 0; k < classCount; k++) {
        const p = values![k * voxels + i]!;
        if (p > first) [first, second] = [p, first];
        else if (p > second) second = p;
      }
      out[i] = 1 - (first - second);
    }
    return out;
  },
};

const features: ExportSource = {
  id: 'features',
  displayName: 'Features',
  dtype: 'float32',
  content: 'intensity',
  needsModel: false,
  channelCount: ({ featureCount }) => featureCount,
  compute: ({ features: values }) => values.slice(),
};

/** The lane's own strokes; all 0 for images outside the project (spec §D.1). */
const labels: ExportSource = {
  id: 'labels',
  displayName: 'Labels',
  dtype: 'uint8',
  content: 'labels',
  needsModel: false,
  channelCount: () => 1,
};

/** Default first. */
export const pixelExportSources: readonly ExportSource[] = [probabilities, segmentation, uncertainty, features, labels];
