import { newProject, packProject, unpackProject, type Lane, type Project } from '@brushwood/core';
import { existsSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Report } from '../report.ts';
import {
  lockProject,
  readImage,
  readProject,
  sampleImage,
  writeImage,
  writeProject,
} from '../testing/sample-project.ts';
import { removeFolder, temporaryFolder } from '../testing/temporary-folder.ts';
import {
  catalog,
  cookieOf,
  makeWebFolder,
  renamed,
  sendRaw,
  startTestUiServer,
  type TestUiServer,
} from '../testing/ui-server.ts';
import { ProjectDesk } from './project-desk.ts';

let folder: string;
let webFolder: string;
beforeAll(async () => {
  folder = await temporaryFolder();
  webFolder = makeWebFolder(folder);
  await writeImage(join(folder, 'image.tif'), sampleImage([1, 3, 1, 40, 50]));
  await writeImage(join(folder, 'mask.png'), sampleImage([1, 1, 1, 40, 50], 3));
  await writeProject(join(folder, 'sample.ilp'), { image: join(folder, 'image.tif') });
});
afterAll(() => removeFolder(folder));

const type = 'application/vnd.brushwood.project';

/** A server over a project of its own, while a test runs. */
async function withServer(inputs: readonly string[], use: (server: TestUiServer) => Promise<void>): Promise<void> {
  const server = await startTestUiServer({ inputs, webFolder });
  try {
    await use(server);
    expect(server.faults).toEqual([]);
  } finally {
    await server.close();
  }
}

/** A copy of the sample project. */
async function copyOfSample(name: string): Promise<string> {
  const path = join(folder, name);
  await copyFile(join(folder, 'sample.ilp'), path);
  return path;
}

async function getProject(server: TestUiServer) {
  const { status, headers, body } = await sendRaw(server.port, { path: '/api/project', headers: cookieOf(server) });
  expect([status, headers['content-type']]).toEqual([200, type]);
  return { project: unpackProject(body), state: headers.etag! };
}

function putProject(server: TestUiServer, project: Project, state?: string) {
  const headers = { ...cookieOf(server), 'Content-Type': type, ...(state === undefined ? {} : { 'If-Match': state }) };
  return sendRaw(server.port, { method: 'PUT', path: '/api/project', headers, body: packProject(project) });
}

const errorOf = ({ status, body }: { status: number; body: Buffer }) => {
  const { error } = JSON.parse(body.toString()) as { error: { code: string; message: string } };
  return { status, code: error.code, message: error.message };
};
const withImage = (project: Project, image: Partial<Lane['rawData']>): Project => ({
  ...project,
  lanes: project.lanes.map((lane) => ({ ...lane, rawData: { ...lane.rawData, ...image } })),
});

describe('the session', () => {
  it('says what was opened', async () => {
    const path = await copyOfSample('session.ilp');
    await withServer([path], async (server) => {
      const { body } = await sendRaw(server.port, { path: '/api/session', headers: cookieOf(server) });
      expect(JSON.parse(body.toString())).toEqual({
        application: 'brushwood',
        version: '0.0.0',
        project: 'session.ilp',
        path,
        isWritable: true,
        warnings: [],
        images: [{ id: '0', nickname: 'image', path: join(folder, 'image.tif') }],
      });
    });
  });
  it('says why nothing can be saved, and so does a save', async () => {
    const [store] = catalog.projectStores;
    const project = newProject(catalog);
    const obstacle = 'The folder cannot be written to.';
    const location = { path: join(folder, 'never.ilp') };
    const options = { catalog, store: store!, location, project, warnings: [], obstacle, report: new Report({}) };
    const desk = new ProjectDesk(options);
    await expect(desk.save(project)).rejects.toMatchObject({ code: 'write-failed', message: obstacle });
    expect(existsSync(location.path)).toBe(false);
  });
});

describe('the project', () => {
  it('names its images by number, and no path of this computer', async () => {
    await withServer([await copyOfSample('paths.ilp')], async (server) => {
      const { body } = await sendRaw(server.port, { path: '/api/project', headers: cookieOf(server) });
      expect(body.includes(folder)).toBe(false);
      const { rawData } = unpackProject(body).lanes[0]!;
      expect(rawData).toMatchObject({ location: { path: '/api/images/0.zarr' }, axes: 'cyx', nickname: 'image' });
    });
  });
  it('is on disk after it was saved, with its images where they were', async () => {
    const path = await copyOfSample('saved.ilp');
    const before = await readProject(path);
    await withServer([path], async (server) => {
      const { project, state } = await getProject(server);
      const answer = await putProject(server, renamed(project, 'changed'), state);
      expect(answer.status).toBe(200);
      expect(unpackProject(answer.body).classes[0]!.name).toBe('changed 1');
      expect(unpackProject(answer.body).lanes[0]!.rawData.location.path).toBe('/api/images/0.zarr');
    });
    const after = await readProject(path);
    expect(after).toEqual(renamed(before, 'changed'));
    expect(existsSync(`${path}.lock`)).toBe(false);
  });
  it('is not saved over what another window saved', async () => {
    const path = await copyOfSample('windows.ilp');
    await withServer([path], async (server) => {
      const [one, two] = [await getProject(server), await getProject(server)];
      expect((await putProject(server, renamed(one.project, 'one'), one.state)).status).toBe(200);
      const refused = errorOf(await putProject(server, renamed(two.project, 'two'), two.state));
      expect(refused).toMatchObject({ status: 412, code: 'other-settings' });
      expect((await getProject(server)).project.classes[0]!.name).toBe('one 1');
      for (const copy of ['windows-copy.ilp', 'windows-copy2.ilp']) {
        const answer = await sendRaw(server.port, {
          method: 'POST',
          path: '/api/project/copies',
          headers: { ...cookieOf(server), 'content-type': type },
          body: packProject(renamed(two.project, 'two')),
        });
        expect(JSON.parse(answer.body.toString())).toEqual({ path: join(folder, copy) });
        expect((await readProject(join(folder, copy))).classes[0]!.name).toBe('two 1');
      }
      expect((await getProject(server)).project.classes[0]!.name).toBe('one 1');
      expect((await putProject(server, renamed(two.project, 'two'), '*')).status).toBe(200);
    });
    expect((await readProject(path)).classes[0]!.name).toBe('two 1');
  });
  it('is locked as long as the server runs', async () => {
    const path = await copyOfSample('locked.ilp');
    await withServer([path], async () => {
      await expect(startTestUiServer({ inputs: [path], webFolder })).rejects.toMatchObject({ code: 'locked' });
    });
    await (await lockProject(path)).release();
  });
  it('takes in an image that is to be copied, which the page then finds in the project', async () => {
    const path = await copyOfSample('embedding.ilp');
    const voxels = sampleImage([1, 3, 1, 40, 50]);
    await withServer([path], async (server) => {
      const { project } = await getProject(server);
      const saved = unpackProject((await putProject(server, withImage(project, { storage: 'embedded' }))).body);
      expect(saved.lanes[0]!.rawData).toMatchObject({ storage: 'embedded', location: { path: '/api/images/1.zarr' } });
      // And from there on it stays there, also if the page says otherwise.
      expect((await putProject(server, withImage(saved, { storage: 'absolute' }))).status).toBe(200);
    });
    const { location, storage } = (await readProject(path)).lanes[0]!.rawData;
    expect([location.path, storage]).toEqual([path, 'embedded']);
    expect((await readImage(path, location.innerPath)).data).toEqual(voxels.data);
  });
  it('takes in the voxels of an image that only the page has', async () => {
    const path = await copyOfSample('dropped.ilp');
    const tensor = sampleImage([1, 3, 1, 40, 50], 9);
    await withServer([path], async (server) => {
      const { project } = await getProject(server);
      const dropped = withImage(project, {
        location: { path: 'dropped.png', tensor },
        axes: 'yxc',
        storage: 'absolute',
      });
      expect((await putProject(server, dropped)).status).toBe(200);
    });
    const { location } = (await readProject(path)).lanes[0]!.rawData;
    expect((await readImage(path, location.innerPath)).data).toEqual(tensor.data);
  });
  it('keeps what the page says of the axes, in the order of the file', async () => {
    const path = await copyOfSample('axes.ilp');
    await withServer([path], async (server) => {
      const { project } = await getProject(server);
      const lane = project.lanes[0]!;
      const shape = [1, 1, 3, 40, 50] as const;
      const labels = { ...lane.labels, shape, chunkShape: [1, 1, 3, 40, 50] as const, chunks: new Map() };
      const changed = { ...project, lanes: [{ rawData: { ...lane.rawData, axes: 'zyx', shape }, labels }] };
      const saved = unpackProject((await putProject(server, changed)).body);
      expect(saved.lanes[0]!.rawData).toMatchObject({ axes: 'zyx', location: { path: '/api/images/1.zarr' } });
      const refused = errorOf(await putProject(server, withImage(project, { axes: 'yx' })));
      expect(refused).toMatchObject({ status: 400, code: 'invalid-parameter' });
    });
    // The file has its channels last.
    expect((await readProject(path)).lanes[0]!.rawData.axes).toBe('yxz');
  });
  it('keeps the address of a remote image', async () => {
    const path = await copyOfSample('remote.ilp');
    const location = { path: 'https://example.org/image.ome.zarr', innerPath: '0' };
    await withServer([path], async (server) => {
      const { project } = await getProject(server);
      const remote = withImage(project, { location, storage: 'absolute', axes: 'cyx' });
      const saved = unpackProject((await putProject(server, remote)).body);
      expect(saved.lanes[0]!.rawData.location).toEqual(location);
    });
  });

  const places: readonly [string, Lane['rawData']['location']][] = [
    ['a path of this computer', { path: '/etc/passwd' }],
    ['a path beside the project', { path: 'image.tif' }],
    ['a file address', { path: 'file:///etc/passwd' }],
    ['a number never given out', { path: '/api/images/7.zarr' }],
    ['a dataset in a served image', { path: '/api/images/0.zarr', innerPath: '../../secret' }],
    ['a way out of a served image', { path: '/api/images/0.zarr/../../../etc/passwd' }],
    ['a stack of files', { path: '/api/images/0.zarr', stack: { paths: ['/etc/passwd'], axis: 'z' } }],
  ];
  it.each(places)('refuses %s as the place of an image', async (_name, location) => {
    const path = await copyOfSample('places.ilp');
    await withServer([path], async (server) => {
      const { project } = await getProject(server);
      for (const storage of ['absolute', 'embedded'] as const) {
        const refused = errorOf(await putProject(server, withImage(project, { location, storage })));
        expect(refused).toMatchObject({ status: 400, code: 'invalid-parameter' });
      }
    });
  });
  it('stays the file it is, whatever the page says of its origin', async () => {
    const path = await copyOfSample('origin.ilp');
    await withServer([path], async (server) => {
      const { project } = await getProject(server);
      expect((await putProject(server, { ...project, origin: '/etc/passwd' })).status).toBe(200);
    });
    expect((await readProject(path)).origin).toBe(path);
  });
});

describe('what is opened', () => {
  it('images become a project that is written with the first save', async () => {
    const path = join(folder, 'fresh.ilp');
    await withServer([join(folder, 'image.tif'), join(folder, 'image.tif'), path], async (server) => {
      const { project } = await getProject(server);
      expect(project.lanes.map(({ rawData }) => rawData.nickname)).toEqual(['image']);
      expect(project.classes.map(({ name }) => name)).toEqual(['Label 1', 'Label 2']);
      expect(existsSync(path)).toBe(false);
      expect((await putProject(server, project)).status).toBe(200);
    });
    expect((await readProject(path)).lanes[0]!.rawData.location.path).toBe(join(folder, 'image.tif'));
  });
  it('masks are served too', async () => {
    const path = join(folder, 'masked.ilp');
    await writeProject(path, {
      image: join(folder, 'image.tif'),
      change: (project) => ({
        ...project,
        lanes: project.lanes.map((lane) => ({
          ...lane,
          predictionMask: {
            nickname: 'mask',
            location: { path: join(folder, 'mask.png') },
            storage: 'absolute',
            axes: 'yx',
            shape: [1, 1, 1, 40, 50],
            channels: 'all',
          },
        })),
      }),
    });
    await withServer([path], async (server) => {
      const { project } = await getProject(server);
      expect(project.lanes[0]!.predictionMask?.location.path).toBe('/api/images/1.zarr');
      const { body } = await sendRaw(server.port, { path: '/api/images/1.zarr/0/c/0/0', headers: cookieOf(server) });
      expect(new Uint8Array(body)).toEqual(sampleImage([1, 1, 1, 40, 50], 3).data);
    });
  });
});
