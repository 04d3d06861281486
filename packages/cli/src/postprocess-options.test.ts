import { createPipeline } from '@brushwood/core';
import { describe, expect, it } from 'vitest';
import { plugins } from './plugins.ts';
import { classGroups, planPostprocessing, positiveNumber, thresholds, unusedSteps } from './postprocess-options.ts';

const project = createPipeline(plugins).newProject(['sky', 'leaf', 'branch', 'trunk']);
const plan = (options: Parameters<typeof planPostprocessing>[1]) => {
  const { postprocessing, classes } = planPostprocessing(project, options);
  return { ...postprocessing, names: classes.map(({ name }) => name) };
};

describe('planPostprocessing', () => {
  it('does nothing unless asked', () => {
    expect(planPostprocessing(project, {})).toEqual({ postprocessing: undefined, classes: project.classes });
  });

  it('adds the classes of a group in the place of its first, and keeps the others', () => {
    const { combine, names } = plan({ combine: classGroups('trunk+2') });
    expect(combine).toEqual([[0], [3, 1], [2]]);
    expect(names).toEqual(['sky', 'trunk+leaf', 'branch']);
    expect(plan({ combine: classGroups('1+2,3+4') }).combine).toEqual([
      [0, 1],
      [2, 3],
    ]);
  });

  it('takes one threshold for all classes that are left, or one for each', () => {
    expect(plan({ combine: classGroups('1+2'), threshold: thresholds('0.6') }).thresholds).toEqual([0.6, 0.6, 0.6]);
    expect(plan({ threshold: thresholds('0.1,0.2,0.3,0.4') }).thresholds).toEqual([0.1, 0.2, 0.3, 0.4]);
    expect(() => plan({ threshold: thresholds('0.1,0.2') })).toThrow(/one for each of the 4/);
  });

  it('refuses classes that there are not, and a class in two groups', () => {
    expect(() => plan({ combine: classGroups('1+9') })).toThrow(/no class "9"/);
    expect(() => plan({ combine: classGroups('1+2,2+3') })).toThrow(/combined once/);
  });

  it('refuses values that mean nothing, and shows some that do', () => {
    for (const text of ['2', '1+', '1+2,', '']) expect(() => classGroups(text)).toThrow(/like 2\+3/);
    for (const text of ['2', '-0.1', 'x', '0.5,']) expect(() => thresholds(text)).toThrow(/from 0 to 1/);
    for (const text of ['0', '-1', 'x', '']) expect(() => positiveNumber('--smooth')(text)).toThrow(/above 0/);
    expect(positiveNumber('--smooth')('1.5')).toBe(1.5);
  });
});

describe('steps that the app keeps in a project', () => {
  const postprocessing = { combine: [[0], [1, 3], [2]], smoothing: 1.5, thresholds: [0.5, 0, 0.8] };
  const kept = { ...project, resultSteps: { postprocessing, smallestObject: 20 } };

  it('are told as the options that do the same', () => {
    expect(unusedSteps(kept, {})).toBe('--combine 2+4 --smooth 1.5 --threshold 0.5,0,0.8 --min-object 20');
    const options = { combine: classGroups('2+4'), smooth: 1.5, threshold: thresholds('0.5,0,0.8') };
    expect(planPostprocessing(kept, options).postprocessing).toEqual(postprocessing);
  });

  it('are not mentioned where there are none, or options of the kind are given', () => {
    expect(unusedSteps(project, {})).toBeUndefined();
    expect(unusedSteps(kept, { minObject: 2 })).toBeUndefined();
  });
});
