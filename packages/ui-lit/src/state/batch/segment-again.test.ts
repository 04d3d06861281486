import {
  createContainer,
  pipelineServices,
  readLabels,
  registerWorkers,
  wholeRoi,
  type ExportPlan,
  type PipelineServices,
  type Project,
  type Shape5,
} from '@brushwood/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { plugins } from '../../plugins.ts';
import { trainPhantom } from '../../testing/exports.page.ts';
import { segmentAgain } from './segment-again.ts';

const shape: Shape5 = [1, 1, 1, 64, 80];
const { signal } = new AbortController();

describe('the segmentation of a batch that is looked at', () => {
  let services: PipelineServices;
  let project: Project;
  beforeAll(async () => {
    const container = createContainer(plugins);
    registerWorkers(container);
    services = pipelineServices(container);
    project = await trainPhantom(services, shape);
  });

  async function segment(change: Partial<ExportPlan>): Promise<number[]> {
    const plan: ExportPlan = { outputs: [], formatId: 'tiff', pattern: '{nickname}', steps: {}, ...change };
    const labels = await segmentAgain(services, project.lanes[0]!.rawData, { made: { project, plan }, signal });
    return [...readLabels(labels, wholeRoi(shape))];
  }

  it('lacks the objects that were too small in its run', async () => {
    expect(new Set(await segment({}))).toEqual(new Set([1, 2]));
    // Only the ground is that large, and the blobs in it join it.
    expect(new Set(await segment({ steps: { smallestObject: 2000 } }))).toEqual(new Set([1]));
  });

  it('is of the part that was written', async () => {
    const whole = await segment({});
    const part = await segment({ part: { x: { start: 20 }, y: { stop: 30 } } });
    expect(part).toEqual(whole.map((value, i) => (i % 80 >= 20 && i < 30 * 80 ? value : 0)));
  });
});
