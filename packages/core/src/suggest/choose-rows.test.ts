import { describe, expect, it } from 'vitest';
import type { Shape5 } from '../grid/axes.ts';
import { collectLabelledRows } from '../evaluation/labelled-rows.ts';
import { evenRows, takeRows } from '../evaluation/sample-subsets.ts';
import { collectProjectSamples } from '../pipeline/collect-project-samples.ts';
import { countLabels } from '../project/labels.ts';
import { fakeServices, stripeLabels, stripeProject, stripes } from '../test-doubles/phantoms.ts';
import { tensorReference, withLabelledLane } from '../test-doubles/projects.ts';
import { chooseRows } from './choose-rows.ts';

const shape: Shape5 = [2, 1, 5, 50, 70];
const one = stripeProject(stripes(shape), [0.7]);
const project = withLabelledLane(one, tensorReference('more', stripes(shape, 7)), stripeLabels(shape, 8));
const total = project.lanes.flatMap(({ labels }) => countLabels(labels, 2)).reduce((sum, count) => sum + count, 0);

describe('chooseRows', () => {
  it('gives the rows and strokes that an even choice of all of them gives', async () => {
    const services = fakeServices(1);
    for (const lanes of [undefined, [1]]) {
      const all = await collectLabelledRows(project, { services, lanes });
      const limit = Math.floor(all.samples.sampleCount / 3);
      const rows = evenRows(all.samples, { limit, seed: 5 });
      const chosen = chooseRows(project, { lanes, limit, seed: 5 });
      const { samples } = await collectProjectSamples(chosen.project, { services, lanes });
      expect(samples).toEqual(takeRows(all.samples, rows));
      expect([...chosen.groups]).toEqual(Array.from(rows, (row) => all.groups[row]!));
    }
  });

  it('leaves labels alone that are few enough', () => {
    const chosen = chooseRows(project, { limit: total, seed: 5 });
    expect(chosen.project).toBe(project);
    expect(chosen.groups).toHaveLength(total);
  });
});
