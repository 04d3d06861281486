import { describe, expect, it } from 'vitest';
import { asTrained, emptyProject } from '../test-doubles/projects.ts';
import { addClass, deleteClass, mergeClasses } from './classes.ts';
import { completeGroups, setResultSteps, type ResultSteps } from './result-steps.ts';

const project = asTrained(emptyProject(['sky', 'leaf', 'branch', 'trunk']));
const withSteps = (postprocessing: ResultSteps['postprocessing']) => setResultSteps(project, { postprocessing });
const groups = [[0], [1, 3], [2]];

describe('steps for results', () => {
  it('give every class without a group one of its own, in the place of its first class', () => {
    expect(completeGroups([[3, 1]], 4)).toEqual([[0], [3, 1], [2]]);
    expect(completeGroups([], 2)).toEqual([[0], [1]]);
  });

  it('keep the model, and are left out when they change nothing', () => {
    const steps = { postprocessing: { smoothing: 2 }, smallestObject: 5 };
    const changed = setResultSteps(project, steps);
    expect(changed.resultSteps).toEqual(steps);
    expect(changed.classifier).toBe(project.classifier);
    for (const none of [undefined, {}, { smallestObject: 1 }, { postprocessing: { combine: [[0], [1], [2], [3]] } }]) {
      expect('resultSteps' in setResultSteps(changed, none)).toBe(false);
    }
  });

  it('are refused if they do not fit the classes', () => {
    for (const steps of [
      { postprocessing: { combine: [[0, 4]] } },
      { postprocessing: { thresholds: [0.5] } },
      { postprocessing: { smoothing: -1 } },
      { smallestObject: 0.5 },
    ]) {
      expect(() => setResultSteps(project, steps)).toThrow(expect.objectContaining({ code: 'invalid-parameter' }));
    }
  });

  it('follow the classes when one is added: alone, with the lowest threshold', () => {
    const { resultSteps } = addClass(withSteps({ combine: groups, thresholds: [0.5, 0.4, 0.9] }), 'root');
    expect(resultSteps?.postprocessing).toEqual({ combine: [...groups, [4]], thresholds: [0.5, 0.4, 0.9, 0.4] });
  });

  it('follow the classes when one is deleted or merged: it leaves its group, the groups are in order again', () => {
    const before = withSteps({ combine: groups, smoothing: 1, thresholds: [0.5, 0.4, 0.9] });
    expect(deleteClass(before, 1).resultSteps?.postprocessing).toEqual({
      smoothing: 1,
      thresholds: [0.5, 0.9, 0.4],
    });
    expect(mergeClasses(before, 2, 0).resultSteps?.postprocessing).toEqual({
      combine: [[0], [1, 2]],
      smoothing: 1,
      thresholds: [0.5, 0.4],
    });
    const sky = withSteps({ combine: [[0, 3], [1], [2]], thresholds: [0.5, 0.4, 0.9] });
    expect(deleteClass(sky, 0).resultSteps?.postprocessing).toEqual({ thresholds: [0.4, 0.9, 0.5] });
    const pairs = withSteps({
      combine: [
        [0, 3],
        [1, 2],
      ],
    });
    expect(deleteClass(pairs, 0).resultSteps?.postprocessing).toEqual({ combine: [[0, 1], [2]] });
    expect('resultSteps' in deleteClass(withSteps({ combine: [[0, 3], [1], [2]] }), 0)).toBe(false);
    expect(deleteClass(withSteps({ thresholds: [0.1, 0.2, 0.3, 0.4] }), 1).resultSteps?.postprocessing).toEqual({
      thresholds: [0.1, 0.3, 0.4],
    });
  });
});
