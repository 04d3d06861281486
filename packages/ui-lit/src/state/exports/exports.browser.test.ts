import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  createContainer,
  findById,
  openImage,
  pipelineServices,
  planFiles,
  registerWorkers,
  requestOf,
  wholeRoi,
  type ExportPlan,
  type ImageLocation,
  type PipelineServices,
  type Project,
  type Shape5,
} from '@brushwood/core';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { plugins } from '../../plugins.ts';
import { hasBrowser, openTestPage, type TestPage } from '../../testing/browser.ts';
import { bundleForTests } from '../../testing/bundle-for-tests.ts';
import { trainPhantom, type ExportedFiles, type ExportRun } from '../../testing/exports.page.ts';
import { sampleFolder } from '../../testing/sample-images.ts';

type Exports = typeof import('../../testing/exports.page.ts');

const volume: Shape5 = [1, 1, 10, 24, 30];
const flat: Shape5 = [1, 1, 1, 64, 80];
const values = { dataset_dir: '.', project_dir: '.', nickname: 'blobs' };
const plan = (change: Partial<ExportPlan>): ExportPlan => ({
  outputs: [{ sourceId: 'probabilities', dtype: 'uint8' }, { sourceId: 'segmentation' }],
  formatId: 'tiff',
  pattern: '{nickname}_{result_type}',
  steps: {},
  ...change,
});

describe.skipIf(!hasBrowser)('exports of a page', { timeout: 60_000 }, async () => {
  const disk = await sampleFolder();
  let test: TestPage;
  let services: PipelineServices;
  const projects = new Map<Shape5, Project>();
  beforeAll(async () => {
    const container = createContainer(plugins);
    registerWorkers(container);
    services = pipelineServices(container);
    for (const shape of [volume, flat]) projects.set(shape, await trainPhantom(services, shape));
    const files = await bundleForTests({
      exports: fileURLToPath(new URL('../../testing/exports.page.ts', import.meta.url)),
    });
    test = await openTestPage({ files });
    await startServices(test.page);
  }, 60_000);

  const startServices = (page: Page) =>
    page.evaluate(async () => {
      const { composeServices } = await importModule('/brushwood.js');
      Object.assign(globalThis, { services: composeServices({ workers: 2 }) });
    });

  const exportInPage = (run: ExportRun, page = test.page): Promise<ExportedFiles> =>
    page.evaluate(async (wanted) => {
      const { exportPhantom } = await importModule<Exports>('/exports.js');
      return exportPhantom((globalThis as unknown as { services: PipelineServices }).services, wanted);
    }, run);

  /** Puts the files of the page on disk. @returns the folder */
  function keep(name: string, { files }: ExportedFiles): string {
    for (const [path, base64] of Object.entries(files)) {
      const target = join(disk, name, path);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, Buffer.from(base64, 'base64'));
    }
    return join(disk, name);
  }

  /** What Node writes for the same plan, with the outputs as core plans them: as the command does. */
  async function exportInNode(name: string, shape: Shape5, wanted: ExportPlan): Promise<string> {
    const project = projects.get(shape)!;
    const workflow = findById(services.catalog.workflows, project.workflowId, 'workflow');
    mkdirSync(join(disk, name), { recursive: true });
    const files = planFiles(project, wanted, { catalog: services.catalog, values });
    await workflow.predict(project, {
      services,
      image: requestOf(project.lanes[0]!.rawData),
      labels: project.lanes[0]!.labels,
      roi: wanted.roi,
      postprocessing: wanted.steps.postprocessing,
      outputs: files.map(({ format, path, output }) => ({
        ...output,
        openSink: (spec) => format.create!({ path: join(disk, name, path) }, spec, { layout: wanted.layout }),
      })),
    });
    return join(disk, name);
  }

  async function read(location: ImageLocation) {
    const source = await openImage(services.catalog.formats, { location });
    try {
      const { fileAxes, shape, dtype, voxelSize, channelNames, displayRange } = source.info;
      const data = String((await source.read(wholeRoi(shape))).data);
      return { fileAxes, shape, dtype, voxelSize, channelNames, displayRange, data };
    } finally {
      await source.close();
    }
  }

  it.each<[string, Shape5, Partial<ExportPlan>]>([
    ['OME-TIFF', volume, { layout: { flavour: 'ome' } }],
    ['TIFF for Fiji', flat, { layout: { flavour: 'imagej' }, axes: 'tzcyx' }],
    ['multipage TIFF', volume, { formatId: 'multipage-tiff' }],
    ['TIFF sequence', volume, { formatId: 'tif-sequence' }],
    ['NumPy', volume, { formatId: 'npy', outputs: [{ sourceId: 'probabilities' }, { sourceId: 'labels' }] }],
    ['HDF5', volume, { formatId: 'hdf5', axes: 'czyx' }],
    ['compressed HDF5', volume, { formatId: 'compressed-hdf5' }],
    [
      'OME-Zarr',
      volume,
      { formatId: 'ome-zarr', layout: { chunkShape: [1, 1, 8, 16, 16], shardShape: [1, 1, 8, 16, 16] } },
    ],
    ['OME-Zarr 0.4', flat, { formatId: 'ome-zarr', layout: { version: 2, compression: 'gzip' } }],
    [
      'PNG',
      flat,
      { formatId: 'png', outputs: [{ sourceId: 'segmentation' }, { sourceId: 'uncertainty', dtype: 'uint16' }] },
    ],
    [
      'a cut-out of one class with steps',
      volume,
      {
        roi: { start: [0, 0, 2, 8, 5], stop: [1, 1, 9, 24, 25] },
        outputs: [
          { sourceId: 'probabilities', channels: [1], dtype: 'uint16', renormalize: { from: [0, 1], to: [0, 500] } },
        ],
        steps: { postprocessing: { smoothing: 1 } },
      },
    ],
  ])('write %s into a chosen folder as the command does', async (name, shape, change) => {
    const wanted = plan(change);
    const found = await exportInPage({ shape, plan: wanted, folder: name });
    expect(found).toMatchObject({ failures: [], asked: [], problem: undefined });
    const [mine, theirs] = [keep(`${name} page`, found), await exportInNode(`${name} node`, shape, wanted)];
    const files = planFiles(projects.get(shape)!, wanted, { catalog: services.catalog, values });
    expect(found.done).toHaveLength(1);
    for (const { path } of files) {
      const names = path.includes('{slice_index}')
        ? Object.keys(found.files).filter((file) => file.startsWith(path.split('{')[0]!))
        : [path];
      expect(names).toHaveLength(path.includes('{') ? 10 : 1);
      for (const file of names)
        expect(await read({ path: join(mine, file) })).toEqual(await read({ path: join(theirs, file) }));
    }
    expect(Object.keys(found.files).filter((file) => file.includes('.partial'))).toEqual([]);
  });

  it('count the voxels of each class, after small objects are removed', async () => {
    const outputs = [{ sourceId: 'segmentation' }];
    const raw = await exportInPage({ shape: flat, plan: plan({ outputs }), folder: 'counts' });
    const steps = { smallestObject: 2000 };
    const found = await exportInPage({ shape: flat, plan: plan({ outputs, steps }), folder: 'counts-large' });
    expect(raw.classVoxels[0]!.every((count) => count > 0)).toBe(true);
    // Only the ground is that large, and the blobs in it join it.
    expect(found.classVoxels).toEqual([[64 * 80, 0]]);
    const { data } = await read({ path: join(keep('counts', found), 'blobs_Simple Segmentation.tif') });
    expect(data).toBe(
      Array(64 * 80)
        .fill(1)
        .join(),
    );
  });

  it('ask once for names that are taken, and do as they are told', async () => {
    const wanted = { shape: flat, plan: plan({ outputs: [{ sourceId: 'segmentation' }] }), folder: 'taken' };
    const [name, second] = ['blobs_Simple Segmentation.tif', 'blobs_Simple Segmentation (2).tif'];
    await exportInPage(wanted);
    const refused = await exportInPage(wanted);
    expect(refused).toMatchObject({
      done: [],
      asked: [[name]],
      problem: expect.stringMatching(/files of these names exist/),
    });
    const renamed = await exportInPage({ ...wanted, taken: 'rename' });
    expect(renamed.done).toEqual([[second]]);
    expect(Object.keys(renamed.files)).toEqual([second, name]);
    const nicknames = ['blobs', 'others'];
    expect((await exportInPage({ ...wanted, nicknames, taken: 'skip' })).done).toEqual([
      [],
      ['others_Simple Segmentation.tif'],
    ]);
    const probabilities = plan({ pattern: name, outputs: [{ sourceId: 'probabilities' }] });
    const replaced = await exportInPage({ ...wanted, plan: probabilities, taken: 'overwrite' });
    expect(replaced.files[name]).not.toBe(renamed.files[name]);
  });

  it('never leave the folder', async () => {
    for (const pattern of ['../{nickname}', '/{nickname}', 'a/../../b', 'C:{nickname}']) {
      const found = await exportInPage({
        shape: flat,
        plan: plan({ pattern: `${pattern}_{result_type}` }),
        folder: 'inside',
      });
      expect(found).toMatchObject({
        done: [],
        files: {},
        problem: expect.stringMatching(/no place inside the chosen folder/),
      });
    }
    const inner = await exportInPage({
      shape: flat,
      plan: plan({ pattern: 'a/{nickname}/{result_type}' }),
      folder: 'inner',
    });
    expect(Object.keys(inner.files)).toEqual(['a/blobs/Probabilities.tif', 'a/blobs/Simple Segmentation.tif']);
  });

  it.each([
    ['a full disk', 'QuotaExceededError', /no room for the files.*Free some space/],
    ['a permission that is taken back', 'NotAllowedError', /permission was taken back.*Choose the folder again/],
    ['a folder that is removed', 'NotFoundError', /not there any more/],
  ])('end with %s: what was finished stays, nothing half-written does', async (_, name, message) => {
    const wanted = plan({ outputs: [{ sourceId: 'segmentation' }] });
    const nicknames = ['a', 'b', 'c'];
    const refusal = { name, from: 2 };
    const found = await exportInPage({ shape: flat, plan: wanted, folder: `no-${name}`, nicknames, refusal });
    expect(found).toMatchObject({
      done: [['a_Simple Segmentation.tif']],
      failures: [],
      problem: expect.stringMatching(message),
    });
    expect(Object.keys(found.files)).toEqual(['a_Simple Segmentation.tif']);
    expect(await test.page.evaluate(async () => (await importModule<Exports>('/exports.js')).stagedFiles())).toEqual(
      [],
    );
  });

  it.each([
    ['before anything is written', 1000, /There is no room for the files/],
    ['when it is full', 13_000, /There is no room for the files.*Free some space/],
  ])('are refused where the browser has no room for them: %s', async (_, room, message) => {
    const folder = `room ${room}`;
    const session = await test.context.newCDPSession(test.page);
    const { origin } = test.server;
    const usage = await test.page.evaluate(async (name) => {
      await (await importModule<Exports>('/exports.js')).chosenFolder(name);
      return (await navigator.storage.estimate()).usage!;
    }, folder);
    await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: usage + room });
    const found = await exportInPage({ shape: flat, plan: plan({}), folder });
    await session.send('Storage.overrideQuotaForOrigin', { origin });
    expect(found).toMatchObject({ done: [], files: {}, problem: expect.stringMatching(message) });
  });

  it('leave nothing of an image that was cancelled, and of a page that was closed', async () => {
    const many = { shape: flat, plan: plan({}), nicknames: ['a', 'b', 'c'], folder: 'cancelled', stopAfter: 1 };
    const found = await exportInPage(many);
    expect(Object.keys(found.files)).toEqual(['a_Probabilities.tif', 'a_Simple Segmentation.tif']);
    expect(found.problem).toMatch(/cancelled/);
    const other = await test.newPage();
    await other.evaluate(async () => {
      const { ExportStage } = await importModule<Exports>('/exports.js');
      const stage = await ExportStage.begin();
      await (await stage.folder('0')).getFileHandle('half.tif', { create: true });
    });
    const staged = (page = test.page) =>
      page.evaluate(async () => {
        const { removeLeftovers, stagedFiles } = await importModule<Exports>('/exports.js');
        await removeLeftovers();
        return (await stagedFiles()).length;
      });
    expect(await staged()).toBe(1); // another tab is at work
    await other.close();
    await expect.poll(() => staged()).toBe(0);
  });

  it('are downloads without a folder: one file, or a zip of what is many', async () => {
    const page = await test.newPage();
    await startServices(page);
    const single = await exportInPage({ shape: flat, plan: plan({}) }, page);
    expect(single.done).toEqual([['blobs_Probabilities.tif', 'blobs_Simple Segmentation.tif']]);
    expect(Object.keys(single.files).sort()).toEqual([...single.done[0]!]);
    const zarr = plan({ formatId: 'ome-zarr', outputs: [{ sourceId: 'probabilities' }] });
    const zipped = keep('zip page', await exportInPage({ shape: volume, plan: zarr }, page));
    const theirs = await exportInNode('zip node', volume, zarr);
    expect(await read({ path: join(zipped, 'blobs_Probabilities.zarr.zip') })).toEqual(
      await read({ path: join(theirs, 'blobs_Probabilities.zarr') }),
    );
    const sequence = await exportInPage({ shape: volume, plan: plan({ formatId: 'tif-sequence' }) }, page);
    expect(sequence.done).toEqual([['blobs_Probabilities.zip', 'blobs_Simple Segmentation.zip']]);
  });
});
