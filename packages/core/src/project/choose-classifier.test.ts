import { describe, expect, it } from 'vitest';
import type { OptionValues } from '../contracts/classifier.ts';
import { caught } from '../test-doubles/caught.ts';
import { nearestMean } from '../test-doubles/nearest-mean.ts';
import { asTrained, emptyProject } from '../test-doubles/projects.ts';
import { chooseClassifier } from './choose-classifier.ts';

const trained = asTrained(emptyProject(['a', 'b']));
const other = { ...nearestMean, id: 'other' };

describe('chooseClassifier', () => {
  it('keeps what differs from the defaults and drops the model', () => {
    const project = chooseClassifier(trained, nearestMean, { options: { softness: 4 }, seed: 9 });
    expect(project.classifier).toEqual({ classifierId: 'nearest-mean', options: { softness: 4 }, seed: 9 });
    expect(chooseClassifier(project, nearestMean, { options: { softness: 1 } }).classifier.options).toEqual({});
    expect(chooseClassifier(trained, other).classifier).toEqual({ classifierId: 'other', options: {}, seed: 0 });
  });

  it('leaves the project and its model alone if nothing changes', () => {
    expect(chooseClassifier(trained, nearestMean)).toBe(trained);
    expect(chooseClassifier(trained, nearestMean, { options: { softness: 1 }, seed: 0 })).toBe(trained);
  });

  it('takes stored options that the classifier does not know for others', () => {
    const unknown: OptionValues[] = [{ depth: 3 }, { softness: -1 }];
    for (const options of unknown) {
      const stored = { ...trained, classifier: { ...trained.classifier, options } };
      expect(chooseClassifier(stored, nearestMean).classifier).toEqual({
        classifierId: 'nearest-mean',
        options: {},
        seed: 0,
      });
    }
  });

  it('refuses options and seeds that are none', async () => {
    const wrong: Parameters<typeof chooseClassifier>[2][] = [
      { options: { depth: 3 } },
      { options: { softness: -1 } },
      { seed: 1.5 },
      { seed: -1 },
    ];
    for (const choice of wrong) {
      expect((await caught(() => chooseClassifier(trained, nearestMean, choice))).code).toBe('invalid-parameter');
    }
  });
});
