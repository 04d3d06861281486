import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  BrushwoodError,
  elementCount,
  emptyLabels,
  writeLabels,
  type ImageReference,
  type Lane,
  type Project,
  type SaveOptions,
  type Shape5,
  type Tensor,
} from '@brushwood/core';
import { ilpStore } from '../ilp/ilp-store.ts';

/** For saves that have no image to copy. */
export const noImages: SaveOptions = {
  openImage: () => Promise.reject(new BrushwoodError('not-found', 'no image is to be opened')),
};

/** Paths of projects, each in a folder of its own. */
export function projectPlaces(folder: string): () => string {
  let made = 0;
  return () => {
    const own = join(folder, String(made++).padStart(3, '0'));
    mkdirSync(own, { recursive: true });
    return join(own, 'project.ilp');
  };
}

/** Saves a project and loads it again. */
export async function saveAs(project: Project, path: string, options: SaveOptions = noImages) {
  const { warnings } = await ilpStore.save(project, { path }, options);
  return { ...(await ilpStore.load({ path })), saveWarnings: warnings };
}

export const volumeShape: Shape5 = [2, 2, 5, 20, 30];
export const volume: Tensor = {
  data: Uint16Array.from({ length: elementCount(volumeShape) }, (_, i) => (i * 40_503) % 65_536),
  shape: volumeShape,
};

export function image(overrides: Partial<ImageReference> = {}): ImageReference {
  return {
    nickname: 'volume',
    location: { path: '/elsewhere/volume.tif' },
    storage: 'absolute',
    axes: 'tzyxc',
    shape: volumeShape,
    dtype: 'uint16',
    channels: 'all',
    ...overrides,
  };
}

export function lane(overrides: Partial<ImageReference> = {}): Lane {
  const rawData = image(overrides);
  let labels = emptyLabels(rawData.shape);
  labels = writeLabels(labels, { start: [1, 0, 2, 3, 4], stop: [2, 1, 3, 4, 7] }, Uint8Array.of(1, 2, 3));
  return { rawData, labels };
}

export function newProject(lanes: readonly Lane[], overrides: Partial<Project> = {}): Project {
  return {
    workflowId: 'Pixel Classification',
    lanes,
    classes: ['Zelle', 'Hintergrund σ', '核'].map((name, i) => ({
      name,
      color: [i, 100, 255],
      probabilityColor: [255, i, 0],
    })),
    features: {
      filterIds: ['A', 'B'],
      sigmas: [0.3, 10],
      selected: [
        [true, false],
        [false, true],
      ],
      computeIn2d: [false, true],
    },
    classifier: { classifierId: 'random-forest', options: { treeCount: 7 }, seed: 5 },
    exportSettings: {
      filenameFormat: '{nickname}',
      dtype: 'uint8',
      inputRange: [0, 1],
      exportRange: [0, 255],
      regionStart: [null, 3, 4],
    },
    carried: [],
    ...overrides,
  };
}
