import {
  createInlinePool,
  createPoolExecutor,
  packProject,
  planFiles,
  unpackProject,
  type ExportPlan,
  type PipelineServices,
  type Project,
} from '@brushwood/core';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runOk } from '../testing/command-line.ts';
import { sampleImage, writeImage, writeProject } from '../testing/sample-project.ts';
import { removeFolder, temporaryFolder } from '../testing/temporary-folder.ts';
import {
  catalog,
  cookieOf,
  makeWebFolder,
  sendRaw,
  startTestUiServer,
  type TestUiServer,
} from '../testing/ui-server.ts';
import { ExportJobs } from './export-jobs.ts';
import type { ExportSummary, ImageRecord } from './export-record.ts';
import type { WishedImage } from './export-request.ts';
import { SharedFolders } from './shared-folders.ts';

const shape = [1, 1, 1, 40, 50] as const;
const type = 'application/vnd.brushwood.export';
let outside: string;
let folder: string;
let server: TestUiServer;
let project: Project;

beforeAll(async () => {
  outside = await temporaryFolder();
  folder = join(outside, 'study');
  mkdirSync(join(folder, 'in'), { recursive: true });
  mkdirSync(join(outside, 'elsewhere'));
  await writeImage(join(folder, 'own.tif'), sampleImage(shape));
  const voxelSize = { unit: 'micrometer', x: 0.5, y: 0.5 };
  for (const i of [1, 2, 3]) await writeImage(join(folder, `in/s${i}.tif`), sampleImage(shape, i), { voxelSize });
  writeFileSync(join(folder, 'in/broken.tif'), 'no image');
  await writeImage(join(folder, 'in/colour.tif'), sampleImage([1, 3, 1, 40, 50], 4));
  await writeImage(join(folder, 'large.tif'), sampleImage([1, 1, 1, 1500, 1500], 5));
  symlinkSync(join(outside, 'elsewhere'), join(folder, 'link'));
  symlinkSync(join(outside, 'nothing'), join(folder, 'dangling.tif'));
  mkdirSync(join(folder, 'vol.zarr'));
  symlinkSync(join(outside, 'elsewhere'), join(folder, 'vol.zarr/labels'));
  await writeProject(join(folder, 'p.ilp'), { image: join(folder, 'own.tif') });
  server = await startTestUiServer({ inputs: [join(folder, 'p.ilp')], webFolder: makeWebFolder(outside) });
  const answer = await sendRaw(server.port, { path: '/api/project', headers: cookieOf(server) });
  project = unpackProject(answer.body);
}, 30_000);
afterAll(async () => {
  await server.close();
  await removeFolder(outside);
});

type Facts = ExportSummary & {
  readonly changed: readonly ImageRecord[];
  readonly error?: { code: string; message: string };
};

async function call(
  method: string,
  path: string,
  { body, headers = {} }: { body?: Uint8Array; headers?: Record<string, string> } = {},
) {
  const answer = await sendRaw(server.port, {
    method,
    path: `/api/${path}`,
    body,
    headers: { ...cookieOf(server), ...headers },
  });
  const text = answer.body.toString();
  return { status: answer.status, facts: (text.startsWith('{') ? JSON.parse(text) : { text }) as Facts };
}

const plan = (change: Partial<ExportPlan> = {}): ExportPlan => ({
  outputs: [{ sourceId: 'segmentation' }],
  formatId: 'tiff',
  pattern: 'out/{nickname}_{result_type}',
  steps: {},
  ...change,
});

function packed(header: object, of: Project = project): Uint8Array {
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  return Buffer.concat([length, json, packProject(of)]);
}

const start = (
  images: readonly WishedImage[],
  wish: ExportPlan = plan(),
  rest: { givenCount?: number; project?: Project } = {},
) =>
  call('POST', 'exports', {
    body: packed({ step: 'batch', plan: wish, images, givenCount: rest.givenCount }, rest.project),
    headers: { 'Content-Type': type },
  });

/** The export when it is over. */
async function over(id: string): Promise<Facts> {
  for (;;) {
    const { facts } = await call('GET', `exports/${id}`);
    if (facts.state !== 'waiting' && facts.state !== 'running') return facts;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function run(...args: Parameters<typeof start>): Promise<Facts> {
  const { status, facts } = await start(...args);
  if (status !== 201) throw new Error(JSON.stringify(facts));
  return over(facts.id);
}

const inputs = ['s1', 's2', 's3'].map((name) => ({ path: `0/in/${name}.tif` }));

describe('an export of files of the folders', () => {
  it('writes what brushwood predict writes, byte for byte, and the areas', async () => {
    const outputs = [
      { sourceId: 'probabilities', dtype: 'uint8', channels: [1] },
      { sourceId: 'segmentation' },
    ] as const;
    const facts = await run(inputs, plan({ outputs, axes: 'tzcyx', layout: { flavour: 'imagej' } }));
    expect(facts).toMatchObject({ state: 'done', images: 3, done: 3, failed: 0, step: 'batch' });
    const line = 'predict p.ilp in/s1.tif in/s2.tif in/s3.tif -o cli/ --for fiji --source';
    await runOk([...line.split(' '), 'probabilities,segmentation', '--classes', '2', '--report', 'areas.csv'], folder);
    for (const [i, name] of ['s1', 's2', 's3'].entries()) {
      const files = ['Probabilities', 'Simple Segmentation'].map((result) => `${name}_${result}.tif`);
      expect(facts.changed[i]!.files).toEqual(files.map((file) => join(folder, 'out', file)));
      for (const file of files)
        expect(readFileSync(join(folder, 'out', file)).equals(readFileSync(join(folder, 'cli', file)))).toBe(true);
    }
    const cells = readFileSync(join(folder, 'areas.csv'), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((row) => row.split(','));
    expect(facts.changed.flatMap(({ classVoxels }) => classVoxels!.map(String))).toEqual(cells.map((row) => row[3]));
    expect(facts.changed[0]).toMatchObject({ voxelMeasureUm: 0.25, isFlat: true, name: 's1.tif' });
  }, 20_000);
  it('goes on past images that fail, and says why', async () => {
    const images = [
      inputs[0]!,
      { path: '0/in/broken.tif' },
      { path: '0/in/colour.tif' },
      { path: '0/in/gone.tif' },
      inputs[1]!,
    ];
    const facts = await run(images, plan({ pattern: 'mixed/{nickname}' }));
    expect(facts).toMatchObject({ state: 'done', done: 2, failed: 3 });
    expect(facts.changed.map(({ state }) => state)).toEqual(['done', 'failed', 'failed', 'failed', 'done']);
    expect(facts.changed.map(({ error }) => error?.code)).toEqual([
      undefined,
      'broken-file',
      'shape-mismatch',
      'not-found',
      undefined,
    ]);
    // The page says what to do there in place of the sentence about options, which it chooses by the details.
    expect(facts.changed[2]!.error?.details).toMatchObject({ channels: expect.anything() });
    const others = facts.changed.filter(({ error }) => error?.code !== 'shape-mismatch');
    expect(others.map(({ error }) => error?.message ?? '').join(' ')).not.toMatch(/ --?[a-z]/);
  });
  it('keeps what is there, unless it may be replaced', async () => {
    writeFileSync(join(folder, 'kept.tif'), 'of somebody else');
    const again = plan({ pattern: 'kept' });
    expect((await run([inputs[0]!], again)).changed[0]).toMatchObject({ error: { code: 'already-exists' } });
    expect(readFileSync(join(folder, 'kept.tif'), 'utf8')).toBe('of somebody else');
    expect((await run([inputs[0]!], { ...again, overwrite: true })).changed[0]).toMatchObject({ state: 'done' });
    const other = await run([inputs[1]!], again);
    expect(other.changed[0]!.error).toMatchObject({
      code: 'other-settings',
      message: expect.stringContaining('kept.tif'),
    });
    // The same once more is done already.
    expect((await run([inputs[0]!], again)).changed[0]).toMatchObject({
      state: 'done',
      classVoxels: expect.any(Array),
    });
  });
  it('may be a sequence', async () => {
    await writeImage(join(folder, 'stack.tif'), sampleImage([2, 1, 1, 40, 50]));
    const facts = await run([{ path: '0/stack.tif' }], plan({ pattern: 'seq/{nickname}', formatId: 'tif-sequence' }));
    expect(facts.changed[0]).toMatchObject({ state: 'done', files: [join(folder, 'seq/stack_{slice_index}.tif')] });
    expect(readdirSync(join(folder, 'seq')).filter((name) => name.endsWith('.tif'))).toHaveLength(2);
  });
  it.each<[string, string]>([
    ['{nickname}.v2', 'v/'],
    ['{nickname}.tif', 'ending/'],
    ['', 'folder/'],
  ])('has the names that the page foresees: %s', async (pattern, place) => {
    const outputs = [{ sourceId: 'segmentation' }];
    const wish = plan({ pattern: place + pattern, outputs, formatId: 'tif-sequence' });
    const values = { dataset_dir: '.', project_dir: '.', nickname: 's1' };
    const [planned] = planFiles(project, wish, { catalog, values });
    const { files } = (await run([inputs[0]!], wish)).changed[0]!;
    expect(files).toEqual([join(folder, planned!.path)]);
    expect(readdirSync(join(folder, place)).filter((name) => /^s1.*_0*\.tif$/.test(name))).toHaveLength(1);
  });
  it('may be of a part', async () => {
    const roi = { start: [0, 0, 0, 10, 20], stop: [1, 1, 1, 40, 50] } as const;
    const facts = await run([inputs[0]!], plan({ pattern: 'part', roi }));
    expect(facts.changed[0]!.classVoxels!.reduce((sum, count) => sum + count, 0)).toBe(30 * 30);
    const wish = plan({ pattern: 'open-part/{nickname}_{x_stop}', part: { x: { start: 20 }, y: { stop: 30 } } });
    const open = await run([inputs[0]!, { path: '0/large.tif' }], wish);
    const voxels = open.changed.map(({ classVoxels }) => classVoxels!.reduce((sum, count) => sum + count, 0));
    expect(voxels).toEqual([30 * 30, 30 * 1480]);
    expect(open.changed[1]!.files).toEqual([join(folder, 'open-part/large_1500.tif')]);
    const wrong = { z: { start: -1 } };
    expect((await start([inputs[0]!], plan({ pattern: 'never', part: wrong }))).status).toBe(400);
  });
});

describe('an export of images of the project', () => {
  it('knows their labels and where they lie', async () => {
    const facts = await run(
      [{ lane: 0 }],
      plan({ outputs: [{ sourceId: 'labels' }], pattern: '{dataset_dir}/{nickname}_{result_type}' }),
    );
    expect(facts.changed[0]).toMatchObject({ state: 'done', files: [join(folder, 'own_Labels.tif')] });
    await runOk(['predict', 'p.ilp', '-o', 'labels.tif', '--source', 'labels'], folder);
    expect(readFileSync(join(folder, 'own_Labels.tif')).equals(readFileSync(join(folder, 'labels.tif')))).toBe(true);
  });
  it('takes images that were given to the page, and tells them apart by what they show', async () => {
    const lane = project.lanes[0]!;
    const given = [7, 8].map((seed) => ({
      ...lane,
      rawData: {
        ...lane.rawData,
        nickname: 'given',
        location: { path: 'given.tif', tensor: sampleImage(shape, seed) },
      },
    }));
    const sent = { ...project, lanes: [lane, ...given] };
    const wish = plan({ pattern: '{dataset_dir}/given-result' });
    const first = await run([{ lane: 1 }], wish, { givenCount: 2, project: sent });
    expect(first.changed[0]).toMatchObject({ state: 'done', files: [join(folder, 'given-result.tif')] });
    expect((await run([{ lane: 2 }], wish, { givenCount: 2, project: sent })).changed[0]!.error?.code).toBe(
      'other-settings',
    );
  });
});

describe('an export is refused', () => {
  it.each([
    ['above the folders', '{project_dir}/../x'],
    ['elsewhere', '/tmp/x'],
    ['behind a link', 'link/x'],
    ['behind a link, in a folder that is not there', '{dataset_dir}/../link/new/x'],
    ['over a link to nothing', 'dangling.tif'],
    ['hidden', '.config/x'],
    ['hidden below', 'out/.x'],
    ['over the project', 'p.ilp'],
    ['over an input', '{dataset_dir}/{nickname}.tif'],
    ['several into one file', 'same'],
    ['an unknown placeholder', '{home}/x'],
    ['behind a link within an image', 'vol.zarr/labels/x', 'ome-zarr'],
    ['above the folders, from within an image', 'vol.zarr/../../x', 'ome-zarr'],
    ['hidden within an image', 'vol.zarr/.hidden/x', 'ome-zarr'],
  ])('%s', async (_, pattern, formatId = 'tiff') => {
    const images = inputs.slice(0, formatId === 'tiff' ? 2 : 1);
    const { status, facts } = await start(images, plan({ pattern, overwrite: true, formatId }));
    expect({ status, code: facts.error?.code }).toEqual({ status: 400, code: 'invalid-parameter' });
    expect(facts.error?.message).not.toMatch(/ --?[a-z]\b/);
    expect(existsSync(join(outside, 'x.tif')) || existsSync(join(outside, 'elsewhere/x.tif'))).toBe(false);
  });
  it.each(['0/../secret.tif', '1/x.tif', '/etc/passwd', '0/link/x.tif'])('with the input %s', async (path) => {
    const facts = await run([{ path }], plan({ pattern: 'never/x' }));
    expect(facts.changed[0]).toMatchObject({ state: 'failed', error: { code: 'not-found' } });
  });
  it('if it is none', async () => {
    const headers = { 'Content-Type': type };
    for (const body of [
      Buffer.alloc(0),
      Buffer.from('abc'),
      Buffer.alloc(8, 255),
      packed({}),
      packed({ plan: plan(), images: [] }),
    ])
      expect((await call('POST', 'exports', { body, headers })).status).toBe(400);
    expect((await start([{ lane: 9 }])).status).toBe(400);
    expect((await start(inputs, plan({ formatId: 'none' }))).status).toBe(422);
    expect((await start(inputs, plan({ outputs: [{ sourceId: 'none' }] }))).status).toBe(422);
    expect((await call('POST', 'exports', { body: packed({}) })).status).toBe(415);
    expect((await call('PUT', 'exports')).status).toBe(405);
    expect((await call('GET', 'exports/0123')).status).toBe(404);
  });
  it.each<[string, object]>([
    ['roi', { roi: {} }],
    ['roi', { roi: { start: [0, 0, 0, 0, 0], stop: [1, 1, 1, 'a', 50] } }],
    ['part', { part: { y: 7 } }],
    ['part', { part: { y: { start: 0.5 } } }],
    ['layout', { layout: 'large' }],
    ['layout', { layout: { chunkShape: [64, 64] } }],
    ['layout', { layout: { compression: 'best' } }],
    ['outputs', { outputs: [{ sourceId: 'probabilities', channels: 1 }] }],
    ['outputs', { outputs: [{ sourceId: 'probabilities', renormalize: { from: [0, 1] } }] }],
    ['outputs', { outputs: [] }],
    ['axes', { axes: 3 }],
    ['steps', { steps: { smallestObject: 'two' } }],
    ['steps', { steps: { postprocessing: { combine: 1 } } }],
    ['steps', { steps: { postprocessing: { thresholds: { 0: 1 } } } }],
  ])('with %s of a wrong kind', async (name, change) => {
    const { status, facts } = await start(inputs.slice(0, 1), plan({ pattern: 'never/x', ...change }));
    expect({ status, error: facts.error }).toMatchObject({
      status: 400,
      error: { code: 'invalid-parameter', message: expect.stringContaining(`${name} of its plan is to be`) },
    });
    expect(server.faults).toEqual([]);
  });
  it('with channels of an image that are none', async () => {
    const image = { ...inputs[0]!, channels: { first: 0 } } as unknown as WishedImage;
    expect((await start([image], plan({ pattern: 'never/x' }))).status).toBe(400);
  });
  it('of strangers', async () => {
    const { port } = server;
    const bare = await sendRaw(port, { method: 'POST', path: '/api/exports', body: packed({}) });
    const foreign = { ...cookieOf(server), Origin: 'https://evil.example' };
    const other = await sendRaw(port, { method: 'POST', path: '/api/exports', body: packed({}), headers: foreign });
    expect([bare.status, other.status]).toEqual([403, 403]);
  });
});

describe('exports', () => {
  it('wait for each other, are found again, and can be cancelled before and within', async () => {
    const first = (await start([{ path: '0/large.tif' }], plan({ pattern: 'big' }))).facts;
    const second = (await start(inputs, plan({ pattern: 'later/{nickname}' }))).facts;
    const third = (await start(inputs, plan({ pattern: 'last/{nickname}' }))).facts;
    const { facts } = await call('GET', 'exports');
    const listed = (facts as unknown as { exports: ExportSummary[] }).exports.slice(-3);
    expect(listed.map(({ id }) => id)).toEqual([first.id, second.id, third.id]);
    expect(listed.map(({ state }) => state)).toEqual(['running', 'waiting', 'waiting']);
    await call('DELETE', `exports/${second.id}`);
    const states = await Promise.all([first, second].map(({ id }) => call('GET', `exports/${id}`)));
    expect(states.map((answer) => answer.facts.state)).toEqual(['running', 'cancelled']);
    await call('DELETE', `exports/${first.id}`);
    expect(await over(first.id)).toMatchObject({ state: 'cancelled', done: 0, failed: 0 });
    expect(await over(second.id)).toMatchObject({ state: 'cancelled' });
    expect(await over(third.id)).toMatchObject({ state: 'done', done: 3 });
    expect(existsSync(join(folder, 'big.tif.partial')) || existsSync(join(folder, 'later'))).toBe(false);
    await call('DELETE', `exports/${first.id}`);
    expect((await call('GET', `exports/${first.id}`)).status).toBe(404);
  }, 20_000);
  it('tell what changed since', async () => {
    const { facts } = await start(inputs, plan({ pattern: 'since/{nickname}' }));
    const { revision } = await over(facts.id);
    expect((await call('GET', `exports/${facts.id}?since=${revision}`)).facts.changed).toEqual([]);
    expect((await call('GET', `exports/${facts.id}?since=0`)).facts.changed).toHaveLength(3);
    expect(server.faults).toEqual([]);
  });
  it('end with the server, and leave nothing that looks finished', async () => {
    copyFileSync(join(folder, 'large.tif'), join(outside, 'elsewhere/large.tif'));
    const other = await startTestUiServer({
      inputs: [join(outside, 'elsewhere/large.tif')],
      webFolder: join(outside, 'app/web'),
    });
    const images = [{ path: '1/large.tif' }]; // the first folder is the one it was started in
    const body = packed({ plan: plan({ pattern: '{dataset_dir}/closing' }), images }, { ...project, lanes: [] });
    const headers = { ...cookieOf(other), 'Content-Type': type };
    const begun = await sendRaw(other.port, { method: 'POST', path: '/api/exports', body, headers });
    const { id } = JSON.parse(begun.body.toString()) as ExportSummary;
    const { body: facts } = await sendRaw(other.port, { path: `/api/exports/${id}`, headers });
    expect(JSON.parse(facts.toString())).toMatchObject({ state: 'running', failed: 0 });
    await other.close();
    expect(readdirSync(join(outside, 'elsewhere')).filter((name) => name.startsWith('closing'))).toEqual([]);
  });
  it('that are being planned when the server closes are not begun', async () => {
    const own = createInlinePool(catalog);
    let go: (services: PipelineServices) => void = () => undefined;
    const compose = () => new Promise<PipelineServices>((resolve) => (go = resolve));
    const faults: unknown[] = [];
    const jobs = new ExportJobs({
      folders: new SharedFolders(catalog, [folder]),
      path: join(folder, 'p.ilp'),
      compose,
      onFault: (error) => faults.push(error),
    });
    const wish = { plan: plan({ pattern: 'planned' }), images: [{ path: '0/in/s1.tif' }], step: 'batch' };
    const request = { ...wish, project: { ...project, lanes: [] }, givenCount: 0 };
    const started = jobs.start(request).catch((error: unknown) => error);
    const closed = jobs.close();
    go({ catalog, pool: own, executor: createPoolExecutor(own) });
    expect(await started).toMatchObject({ code: 'aborted' });
    await closed;
    expect(await jobs.start(request).catch((error: unknown) => error)).toMatchObject({ code: 'aborted' });
    expect([jobs.list(), faults, existsSync(join(folder, 'planned.tif'))]).toEqual([[], [], false]);
  });
});
