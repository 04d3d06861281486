import { createContainer, newProject } from '@brushwood/core';
import { describe, expect, it } from 'vitest';
import { describePlan } from './describe-plan.ts';

const { catalog } = createContainer([]);
const project = newProject(catalog);
const plan = { outputs: [{ sourceId: 'segmentation' }], formatId: 'tiff', pattern: '{nickname}', steps: {} };

describe('the settings of a batch in words', () => {
  it('name result and format', () => {
    expect(describePlan(plan, { catalog, project })).toBe('Simple Segmentation as tiff');
  });
  it('name the part that is cut out of every image, with its ends', () => {
    const part = { y: { start: 148, stop: 250 }, x: { start: 86 }, z: { stop: 4 } };
    expect(describePlan({ ...plan, part }, { catalog, project })).toBe(
      'Simple Segmentation as tiff, only y 148–250, x from 86, z below 4 of every image, also in the areas',
    );
  });
});
