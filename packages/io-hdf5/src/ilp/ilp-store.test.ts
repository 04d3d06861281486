import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectStoreChecks } from '@brushwood/core/testing';
import { describe, expect, it } from 'vitest';
import { hdf5 } from '../format.ts';
import { gray2d } from '../testing/small-project.node.ts';
import { lane, newProject, projectPlaces } from '../testing/sample-project.node.ts';
import { temporaryFolder } from '../testing/temporary-folder.node.ts';
import { ilpStore } from './ilp-store.ts';

const folder = temporaryFolder();
const place = projectPlaces(folder);

describe('ilp: the kit', async () => {
  writeFileSync(join(folder, 'text.ilp'), 'no project');
  const { model } = (await ilpStore.load({ path: gray2d })).project.classifier;
  const shown = {
    displayMode: 'grayscale',
    normalizeDisplay: true,
    displayRange: [3, 99],
    fingerprint: 'f1',
    channelRanges: [
      [3, 99],
      [0.5, 7],
    ],
  } as const;
  const first = lane(shown);
  const mask = { ...first.rawData, nickname: 'mask', shape: [2, 1, 5, 20, 30] as const };
  const lanes = [{ ...first, predictionMask: mask }, lane({ ...shown, nickname: 'second' })];
  const checks = projectStoreChecks({
    store: ilpStore,
    makeLocation: () => ({ path: place() }),
    makeProject: () =>
      newProject(lanes, {
        resultSteps: { postprocessing: { combine: [[0, 2], [1]], thresholds: [0.5, 0] }, smallestObject: 30 },
        classifier: {
          classifierId: 'random-forest',
          options: { treeCount: 100 },
          seed: 3,
          model: { ...model!, classCount: 3 },
        },
      }),
    foreign: [{ path: join(folder, 'text.ilp') }],
    openEmbedded: (location) => hdf5.open(location),
  });
  for (const check of checks) it(check.name, check.run);
});

describe('ilp: the plugin', () => {
  it('lists formats and store', async () => {
    const { ioHdf5 } = await import('../plugin.ts');
    expect(ioHdf5.formats.map((format) => format.id)).toEqual(['hdf5', 'compressed-hdf5']);
    expect(ioHdf5.projectStores.map((store) => store.id)).toEqual(['ilp']);
  });
});
