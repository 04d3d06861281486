import { packProject, unpackProject, type ImageReference } from '@brushwood/core';
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readProject, sampleImage, writeImage } from '../testing/sample-project.ts';
import { removeFolder, temporaryFolder } from '../testing/temporary-folder.ts';
import { cookieOf, makeWebFolder, sendRaw, startTestUiServer, type TestUiServer } from '../testing/ui-server.ts';

let outside: string;
let inside: string;
let server: TestUiServer;
beforeAll(async () => {
  outside = await temporaryFolder();
  inside = join(outside, 'study');
  mkdirSync(join(inside, 'more', 'empty'), { recursive: true });
  const png = join(inside, 'slice_9.png');
  await writeImage(png, sampleImage([1, 1, 1, 20, 30]));
  for (const name of ['slice_10.png', 'more/deep.png', '.hidden.png', '../secret.png'])
    copyFileSync(png, join(inside, name));
  await writeImage(join(inside, 'volume.h5'), sampleImage([1, 1, 5, 20, 30]), { innerPath: 'group/raw' });
  await writeImage(join(inside, 'flat.zarr'), sampleImage([1, 1, 1, 20, 30]));
  writeFileSync(join(inside, 'notes.txt'), 'notes');
  writeFileSync(join(inside, 'broken.tif'), 'no image');
  writeFileSync(join(inside, 'other.ilp'), 'a project');
  symlinkSync(join(outside, 'secret.png'), join(inside, 'leak.png'));
  symlinkSync(outside, join(inside, 'up'));
  symlinkSync(join(inside, 'more'), join(inside, 'shortcut'));
  await writeImage(join(outside, 'secret.zarr'), sampleImage([1, 1, 1, 20, 30]));
  symlinkSync(join(outside, 'secret.zarr'), join(inside, 'flat.zarr', 'up'));
  server = await startTestUiServer({ inputs: [png, join(inside, 'new.ilp')], webFolder: makeWebFolder(outside) });
});
afterAll(async () => {
  await server.close();
  await removeFolder(outside);
});

const list = async (path: string) => {
  const address = `/api/files?path=${encodeURIComponent(path)}`;
  const { status, body } = await sendRaw(server.port, { path: address, headers: cookieOf(server) });
  return { status, ...(JSON.parse(body.toString()) as { entries?: { name: string; path: string; kind: string }[] }) };
};
const open = async (paths: unknown, type = 'application/json') => {
  const body = new TextEncoder().encode(JSON.stringify({ paths }));
  const headers = { ...cookieOf(server), 'Content-Type': type };
  const answer = await sendRaw(server.port, { method: 'POST', path: '/api/files', headers, body });
  const text = answer.body.toString();
  const json = text.startsWith('{')
    ? (JSON.parse(text) as { images?: ImageReference[]; error?: { code: string } })
    : {};
  return { status: answer.status, ...json };
};

describe('the folders a server was started for', () => {
  it('are listed by number', async () => {
    expect((await list('')).entries).toEqual([{ name: 'study', path: '0', kind: 'folder' }]);
  });
  it('show folders and images in the order of people, nothing hidden, and no link that leads out', async () => {
    const { entries } = await list('0');
    expect(entries!.map(({ name, kind }) => [name, kind])).toEqual([
      ['broken.tif', 'image'],
      ['flat.zarr', 'image'],
      ['more', 'folder'],
      ['shortcut', 'folder'],
      ['slice_9.png', 'image'],
      ['slice_10.png', 'image'],
      ['volume.h5', 'image'],
    ]);
    expect((await list('0/more')).entries!.map(({ path }) => path)).toEqual(['0/more/deep.png', '0/more/empty']);
  });
  it('show the datasets of a file', async () => {
    expect((await list('0/volume.h5')).entries).toMatchObject([
      { name: 'group/raw', path: '0/volume.h5/group/raw', kind: 'dataset', shape: [5, 20, 30], dtype: 'uint8' },
    ]);
  });
  it.each([
    '1',
    '-1',
    '0/..',
    '0/../secret.png',
    '0/more/../../secret.png',
    '0/up/secret.png',
    '0/up',
    '0/leak.png',
    '0/.hidden.png',
    '0//etc/passwd',
    '/etc/passwd',
    '..',
    '0/none',
    '0/..\\secret.png',
    '0/more\0',
    '__proto__',
  ])('do not hold %j', async (path) => {
    expect(await list(path)).toMatchObject({ status: 404, error: { code: 'not-found' } });
    expect(await open([path])).toMatchObject({ status: 404, error: { code: 'not-found' } });
  });
});

describe('images that a page adds', () => {
  it('are described, served, and saved with where they lie', async () => {
    const { status, images } = await open(['0/slice_10.png', '0/more/deep.png']);
    expect(status).toBe(200);
    expect(images!.map(({ nickname, axes, shape }) => [nickname, axes, shape])).toEqual([
      ['slice_10', 'yx', [1, 1, 1, 20, 30]],
      ['deep', 'yx', [1, 1, 1, 20, 30]],
    ]);
    const headers = cookieOf(server);
    const chunk = await sendRaw(server.port, { path: `${images![1]!.location.path}/0/c/0/0`, headers });
    expect(new Uint8Array(chunk.body)).toEqual(sampleImage([1, 1, 1, 20, 30]).data);

    const project = unpackProject((await sendRaw(server.port, { path: '/api/project', headers })).body);
    const lane = { ...project.lanes[0]!, rawData: images![1]! };
    const body = packProject({ ...project, lanes: [...project.lanes, lane] });
    const put = { method: 'PUT', path: '/api/project', body } as const;
    const type = 'application/vnd.brushwood.project';
    expect((await sendRaw(server.port, { ...put, headers: { ...headers, 'Content-Type': type } })).status).toBe(200);
    const saved = await readProject(join(inside, 'new.ilp'));
    expect(saved.lanes.map(({ rawData }) => rawData.location.path)).toEqual([
      join(inside, 'slice_9.png'),
      join(inside, 'more', 'deep.png'),
    ]);
  });
  it('may be datasets of a file, or Zarr', async () => {
    const { images } = await open(['0/volume.h5/group/raw', '0/flat.zarr']);
    expect(images!.map(({ nickname, axes }) => [nickname, axes])).toEqual([
      ['volume-group-raw', 'zyx'],
      ['flat', 'yx'],
    ]);
  });
  it('cannot lie outside of their container', async () => {
    expect((await open(['0/flat.zarr/../../secret.png'])).status).toBe(404);
    expect((await open(['0/flat.zarr/none'])).status).toBe(404);
    expect((await open(['0/flat.zarr/up'])).status).toBe(404);
  });
  it('say what is wrong with them', async () => {
    expect((await open(['0/broken.tif'])).status).toBe(422);
    expect((await open(['0/notes.txt'])).status).toBe(422);
    expect((await open(['0/more'])).status).toBe(422);
    expect(await open('0/slice_9.png')).toMatchObject({ status: 400, error: { code: 'invalid-parameter' } });
    expect((await open([], 'text/plain')).status).toBe(415);
    expect(server.faults).toEqual([]);
  });
});
