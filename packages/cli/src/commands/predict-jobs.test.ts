import { createContainer, createPipeline, type PipelineServices, type Project } from '@brushwood/core';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plugins } from '../plugins.ts';
import { removeFolder, temporaryFolder } from '../testing/temporary-folder.ts';
import { planJobs, type JobOptions } from './predict-jobs.ts';

const { catalog } = createContainer(plugins);
const services = { catalog } as PipelineServices;
let folder: string;
let project: Project;
beforeAll(async () => {
  folder = await temporaryFolder();
  const pipeline = createPipeline(plugins);
  project = pipeline.newProject(['a', 'b']);
  await pipeline.close();
  for (const name of ['lz.zarr/0', 'lz.zarr/labels', 'e.zarr/im1/0'])
    mkdirSync(join(folder, name), { recursive: true });
  for (const name of ['lz.zarr', 'lz.zarr/labels', 'e.zarr', 'e.zarr/im1'])
    writeFileSync(join(folder, name, '.zgroup'), '{}');
  for (const name of ['lz.zarr/0', 'e.zarr/im1/0']) writeFileSync(join(folder, name, '.zarray'), '{}');
  writeFileSync(join(folder, 'd.h5'), 'as HDF5');
});
afterAll(() => removeFolder(folder));

const at = (name: string) => join(folder, name);
async function plan(input: string, options: Partial<JobOptions>) {
  const inputs = [{ path: input }];
  const whole = { source: ['probabilities'], mask: [], ...options };
  const items = await planJobs(services, project, { path: at('p.ilp'), inputs, options: whole });
  return items.flatMap(({ job, problem }) => {
    if (!job) throw problem;
    return job.outputs.map(({ path }) => path);
  });
}

describe('planJobs', () => {
  it("writes what comes from a URL into the project's folder, unless -o says where", async () => {
    const [path] = await plan('https://example.org/in/v.zarr', {});
    expect(path).toBe(at('v_Probabilities.tif'));
  });

  it('refuses labels of a lower resolution, as labels are of the full one', async () => {
    await expect(plan(at('lz.zarr'), { source: ['labels'], level: 1 })).rejects.toThrow(/--level 1/);
    await expect(plan(at('lz.zarr'), { source: ['labels'], level: 0, output: at('o.tif') })).resolves.toHaveLength(1);
  });

  it.each([
    ['lz.zarr', 'lz.zarr/labels/seg'],
    ['e.zarr/im1', 'e.zarr/im2'],
    ['e.zarr/im1', 'e.zarr/im1/labels/seg'],
    ['d.h5/raw', 'd.h5/probabilities'],
  ])('allows an output beside %s in its container: %s', async (input, output) => {
    expect(await plan(at(input), { output: at(output) })).toEqual([at(output)]);
  });

  it.each([
    ['lz.zarr', 'lz.zarr'],
    ['lz.zarr', 'lz.zarr/0'],
    ['lz.zarr', 'lz.zarr/0/x'],
    ['e.zarr/im1', 'e.zarr/im1'],
    ['e.zarr/im1', 'e.zarr/im1/0'],
    ['e.zarr/im1/0', 'e.zarr/im1'],
    ['e.zarr/im1', 'e.zarr'],
    ['d.h5/raw', 'd.h5/raw'],
    ['d.h5', 'd.h5/x'],
  ])('refuses to replace %s, or a part of it, by %s', async (input, output) => {
    await expect(plan(at(input), { output: at(output) })).rejects.toThrow(/would be lost/);
  });
});
