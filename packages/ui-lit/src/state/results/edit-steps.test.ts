import { describe, expect, it } from 'vitest';
import {
  combineClass,
  describeSteps,
  groupsOf,
  useThresholds,
  withSmallestObject,
  withSmoothing,
  withThreshold,
} from './edit-steps.ts';

describe('editing the steps for results', () => {
  it('combines classes, and takes them apart again', () => {
    let steps = combineClass({}, 4, { member: 3, into: 1 });
    expect(groupsOf(steps, 4)).toEqual([[0], [1, 3], [2]]);
    steps = combineClass(steps, 4, { member: 1, into: 0 });
    expect(groupsOf(steps, 4)).toEqual([[0, 1], [2], [3]]);
    steps = combineClass(steps, 4, { member: 2, into: 1 });
    expect(groupsOf(steps, 4)).toEqual([[0, 1, 2], [3]]);
    for (const member of [1, 2]) steps = combineClass(steps, 4, { member, into: undefined });
    expect(steps).toEqual({});
  });

  it('keeps the threshold of the first class of a group', () => {
    let steps = useThresholds({ smallestObject: 3 }, 3, true);
    expect(steps).toEqual({ smallestObject: 3, postprocessing: { thresholds: [0.5, 0.5, 0.5] } });
    steps = withThreshold(withThreshold(steps, 1, 0.7), 2, 0.9);
    steps = combineClass(steps, 3, { member: 2, into: 0 });
    expect(steps.postprocessing).toEqual({ combine: [[0, 2], [1]], thresholds: [0.5, 0.7] });
    steps = combineClass(steps, 3, { member: 2, into: undefined });
    expect(steps.postprocessing).toEqual({ thresholds: [0.5, 0.7, 0.5] });
    expect(useThresholds(steps, 3, false)).toEqual({ smallestObject: 3 });
  });

  it('leaves out what does nothing', () => {
    expect(withSmoothing(withSmoothing({}, 1.5), 0)).toEqual({});
    expect(withSmallestObject(withSmallestObject({}, 20), 1)).toEqual({});
    expect(withSmallestObject(withSmoothing({}, 2), 7)).toEqual({
      postprocessing: { smoothing: 2 },
      smallestObject: 7,
    });
  });

  it('says in a few words what is done', () => {
    const steps = useThresholds(withSmoothing(combineClass({}, 3, { member: 2, into: 0 }), 1.5), 3, true);
    expect(describeSteps(withSmallestObject(steps, 9), 3)).toBe(
      '2 of 3 classes left, smoothed by 1.5, thresholds, objects from 9',
    );
    expect(describeSteps({}, 3)).toBe('');
  });
});
