import { countLabels, packProject, unpackProject, writeLabels, type Project } from '@brushwood/core';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { copyFile, readFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../testing/command-line.ts';
import { lockProject, readProject, sampleImage, writeImage, writeProject } from '../testing/sample-project.ts';
import { removeFolder, temporaryFolder } from '../testing/temporary-folder.ts';
import { startUi } from '../testing/ui-command.ts';
import { renamed } from '../testing/ui-server.ts';

const type = 'application/vnd.brushwood.project';

let folder: string;
beforeAll(async () => {
  folder = await temporaryFolder();
  await writeImage(join(folder, 'cells.png'), sampleImage([1, 1, 1, 60, 300]));
  await writeProject(join(folder, 'sample.ilp'), { image: join(folder, 'cells.png') });
});
afterAll(() => removeFolder(folder));

describe('brushwood ui', { timeout: 60_000 }, () => {
  it('prints its address, serves the app, a project and its images from threads, and ends with Ctrl-C', async () => {
    const ui = await startUi(['sample.ilp'], folder);
    expect(ui.printed).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}\n$/);
    const page = await ui.fetch('/');
    expect(await page.text()).toContain('<brushwood-app>');
    const project = unpackProject(new Uint8Array(await (await ui.fetch('/api/project')).arrayBuffer()));
    expect(project.lanes[0]!.rawData.location.path).toBe('/api/images/0.zarr');
    const chunk = await ui.fetch('/api/images/0.zarr/0/c/0/0');
    const row = new Uint8Array(await chunk.arrayBuffer()).subarray(0, 256);
    expect(row).toEqual(sampleImage([1, 1, 1, 60, 300]).data.subarray(0, 256));
    const { exitCode, stdout, stderr } = await ui.stop();
    expect([exitCode, stdout]).toEqual([0, ui.printed]);
    expect(stderr).toContain('Ctrl-C');
    expect(existsSync(join(folder, 'sample.ilp.lock'))).toBe(false);
  });
  it('prints one line of JSON with --json', async () => {
    const ui = await startUi(['sample.ilp', '--json', '--port', '0'], folder);
    expect(ui.printed.trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(ui.printed)).toEqual({
      url: `${ui.origin}/?token=${ui.token}`,
      port: Number(new URL(ui.origin).port),
      project: join(folder, 'sample.ilp'),
    });
    await ui.stop();
  });
  it('makes a project of images that does not take the place of another', async () => {
    const own = join(folder, 'fresh');
    mkdirSync(own);
    await copyFile(join(folder, 'cells.png'), join(own, 'cells.png'));
    const ui = await startUi(['cells.png'], own);
    const put = await ui.fetch('/api/project', {
      method: 'PUT',
      headers: { 'Content-Type': type },
      body: await (await ui.fetch('/api/project')).arrayBuffer(),
    });
    expect(put.status).toBe(200);
    await ui.stop();
    expect(readdirSync(own).toSorted()).toEqual(['cells.ilp', 'cells.png']);
    const again = await startUi(['cells.png', '--json'], own);
    expect(JSON.parse(again.printed)).toMatchObject({ project: join(own, 'cells-2.ilp') });
    expect((await again.stop()).stderr).toContain('brushwood ui cells.ilp');
  });
  it('takes another port if the usual one is taken, unless it was asked for', async () => {
    const usual = await listenOn(8642).catch(() => undefined); // taken by something else already: as good
    const ui = await startUi(['sample.ilp'], folder);
    expect(new URL(ui.origin).port).not.toBe('8642');
    const { exitCode, stderr } = await runCommand(['ui', 'cells.png', '--no-open', '--port', '8642'], { cwd: folder });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/port 8642: another program uses it.*--port/);
    expect(stderr).not.toContain('fault of the program');
    await ui.stop();
    usual?.close();
  });

  const bad: readonly [string, readonly string[], number, RegExp][] = [
    ['a missing project', ['none.ilp'], 1, /no project "none\.ilp".*brushwood create/],
    ['a missing image', ['none.tif'], 1, /no file "none\.tif"/],
    ['a folder', ['.'], 1, /is a folder.*Name the images/],
    ['a text', ['notes.txt'], 1, /no image that can be read/],
    ['two projects', ['a.ilp', 'b.ilp'], 2, /One project is opened at a time.*a\.ilp, b\.ilp/],
    ['a port that is none', ['cells.png', '--port', '70000'], 2, /from 0 to 65535/],
    ['a broken project', ['broken.ilp'], 1, /not an ilastik project/],
  ];
  it.each(bad)('says what is wrong with %s', async (_name, args, code, message) => {
    writeFileSync(join(folder, 'notes.txt'), 'notes');
    writeFileSync(join(folder, 'broken.ilp'), 'no project');
    const { exitCode, stderr, stdout } = await runCommand(['ui', '--no-open', ...args], { cwd: folder });
    expect([exitCode, stdout]).toEqual([code, '']);
    expect(stderr.replaceAll('\n', ' ')).toMatch(message);
    expect(stderr).not.toContain('fault of the program');
    expect(readdirSync(folder).filter((name) => name.endsWith('.lock'))).toEqual([]);
  });
  it('says who holds a project that is open elsewhere', async () => {
    const lock = await lockProject(join(folder, 'sample.ilp'));
    const { exitCode, stderr } = await runCommand(['ui', 'sample.ilp', '--no-open'], { cwd: folder });
    await lock.release();
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/being edited by process \d+/);
  });
});

describe('a server that is killed while it saves', { timeout: 120_000 }, () => {
  const size = 700;

  /** A project large enough that its save takes a while. */
  async function large(): Promise<Project> {
    const project = await readProject(join(folder, 'sample.ilp'));
    const [lane] = project.lanes;
    const image = sampleImage([1, 1, 1, size, size], 4);
    const rawData = {
      ...lane!.rawData,
      shape: image.shape,
      location: { path: 'noise', tensor: image },
      storage: 'embedded',
    } as const;
    const labels = {
      shape: image.shape,
      chunkShape: [1, 1, 1, 100, 100] as const,
      chunks: new Map<number, Uint8Array>(),
    };
    const painted = writeLabels(
      labels,
      { start: [0, 0, 0, 0, 0], stop: image.shape },
      new Uint8Array(size * size).fill(2),
    );
    return { ...project, lanes: [{ rawData, labels: painted }] };
  }

  it('leaves the old project or the new one, and lets the next one in', async () => {
    const path = join(folder, 'killed.ilp');
    const project = await large();
    await copyFile(join(folder, 'sample.ilp'), path);
    const outcomes = new Set<string>();
    const first = await startUi(['killed.ilp'], folder);
    // How long a save takes here, and a whole project to begin with.
    const started = performance.now();
    const state = await put(first, renamed(project, 'round 0'));
    expect(state.status).toBe(200);
    const saveMs = performance.now() - started;
    await first.stop();
    let before = 'round 0 1';
    for (const [round, part] of [0.2, 0.5, 0.7, 0.85, 0.95, 1.05].entries()) {
      const ui = await startUi(['killed.ilp'], folder);
      const name = `round ${round + 1}`;
      const answer = put(ui, renamed(project, name)).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, saveMs * part));
      ui.child.kill('SIGKILL');
      await Promise.all([answer, ui.ended]);
      const found = await readProject(path);
      const is = found.classes[0]!.name;
      expect([before, `${name} 1`]).toContain(is);
      expect(countLabels(found.lanes[0]!.labels, 2)).toEqual([0, size * size]);
      expect(found.isIncomplete).toBeUndefined();
      outcomes.add(is === before ? 'old' : 'new');
      before = is;
    }
    expect(outcomes).toContain('old'); // else the kill came too late to prove anything
    // The next server takes over the lock, and what the dead one left does not disturb it.
    const last = await startUi(['killed.ilp'], folder);
    expect((await put(last, renamed(project, 'last'))).status).toBe(200);
    await last.stop();
    expect((await readProject(path)).classes[0]!.name).toBe('last 1');
    expect((await readFile(path)).length).toBeGreaterThan(size * size);
    expect(readdirSync(folder).filter((name) => /^killed\.ilp\.(partial|lock)/.test(name))).toEqual([]);
  });
  it('finishes a save that is under way when it is asked to end', async () => {
    const path = join(folder, 'ended.ilp');
    await copyFile(join(folder, 'sample.ilp'), path);
    const ui = await startUi(['ended.ilp'], folder);
    const answer = put(ui, renamed(await large(), 'ended')).catch(() => undefined);
    await untilExists(`${path}.partial`);
    const { exitCode } = await ui.stop();
    await answer;
    expect(exitCode).toBe(0);
    expect((await readProject(path)).classes[0]!.name).toBe('ended 1');
  });
});

function put(ui: Awaited<ReturnType<typeof startUi>>, project: Project): Promise<Response> {
  return ui.fetch('/api/project', { method: 'PUT', headers: { 'Content-Type': type }, body: packProject(project) });
}

async function untilExists(path: string): Promise<void> {
  while (!existsSync(path)) await new Promise((resolve) => setTimeout(resolve, 2));
}

async function listenOn(port: number): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  expect((server.address() as AddressInfo).port).toBe(port);
  return server;
}
