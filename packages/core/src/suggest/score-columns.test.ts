import { describe, expect, it } from 'vitest';
import { nearestMean } from '../test-doubles/nearest-mean.ts';
import { fakeServices } from '../test-doubles/phantoms.ts';
import { scoreColumnSets } from './score-columns.ts';

describe('scoreColumnSets', () => {
  it('counts right samples over all folds, however few of them a fold has', async () => {
    // Of class 0 four dark strokes of 10 and a bright one of 2; of class 1 five bright ones of 10.
    const strokes = [0, 0, 0, 0, 10, 10, 10, 10, 10, 10].flatMap((value, group) =>
      Array.from({ length: group === 4 ? 2 : 10 }, () => ({ value, group, classIndex: group < 5 ? 0 : 1 })),
    );
    const samples = {
      featureMatrix: Float32Array.from(strokes, ({ value }) => value),
      classIndices: Uint8Array.from(strokes, ({ classIndex }) => classIndex),
      sampleCount: 92,
      featureCount: 1,
      classCount: 2,
    };
    const groups = Uint32Array.from(strokes, ({ group }) => group);
    const setup = { samples, groups, classifierId: nearestMean.id, options: {}, seed: 1 };
    const [score] = await scoreColumnSets(fakeServices(1), setup, { sets: [[0]] });
    expect(score).toBeCloseTo(90 / 92, 12);
  });
});
