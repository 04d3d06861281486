import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { cropTensor, type ImageSpec, wholeRoi } from '@brushwood/core';
import { seededRandom } from '@brushwood/core/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { omeZarr } from '../format.ts';
import { writtenFingerprint } from '../written-fingerprint.ts';
import { patternOf, unitsOf, writeImage } from '../testing/write-image.node.ts';

let folder: string;
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brushwood-zarr-resume-'));
});
afterAll(() => rm(folder, { recursive: true }));

const newPath = () => join(folder, `${++count}.zarr`);
const spec: ImageSpec = { axes: 'zyx', shape: [1, 1, 12, 12, 12], dtype: 'uint8', content: 'intensity' };
const layout = { chunkShape: [1, 1, 3, 3, 3], shardShape: [1, 1, 6, 6, 6] } as const;
const resume = { fingerprint: 'forest 1' };

/** The sum over the bytes of every file of a folder. */
function filesOf(path: string): Record<string, string> {
  const names = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const files = names.map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    files
      .toSorted()
      .map((file) => [file.slice(path.length), createHash('sha256').update(readFileSync(file)).digest('hex')]),
  );
}

interface Writer {
  readonly lines: string[];
  readonly ended: Promise<unknown>;
  /** Resolves when so many lines were printed. */
  printed(lines: number): Promise<void>;
  kill(): void;
}

/** Another process that writes the image, or a part of it. */
function startWriter(path: string, { share = '-', fingerprint = 'a', pauseMs = 0 } = {}): Writer {
  const program = fileURLToPath(new URL('../testing/writer-process.mjs', import.meta.url));
  const dist = fileURLToPath(new URL('../../dist', import.meta.url));
  const env = { ...process.env, BRUSHWOOD_TEST_IMAGE: JSON.stringify({ spec, layout, seed: 5 }) };
  const child = spawn(process.execPath, [program, dist, path, fingerprint, share, String(pauseMs)], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  let onLine = () => {};
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    onLine();
  });
  const ended = new Promise((resolve) => child.on('close', resolve));
  return {
    lines,
    ended,
    printed: (wanted) =>
      new Promise((resolve) => {
        onLine = () => void (lines.length >= wanted && resolve());
        onLine();
        void ended.then(() => resolve());
      }),
    kill: () => child.kill('SIGKILL'),
  };
}

describe('killed processes', () => {
  it('leave whole units, and the next run gives the same bytes as one that was never killed', async () => {
    const whole = newPath();
    await startWriter(whole).ended;
    const expected = filesOf(whole);
    expect(Object.keys(expected)).toHaveLength(8 + 1 + 1 + 4);
    const seed = 20261123;
    const random = seededRandom(seed);
    const path = newPath();
    for (let attempt = 0; attempt < 3; attempt++) {
      const writer = startWriter(path, { pauseMs: 3 });
      await writer.printed(1 + Math.floor(random() * 4));
      writer.kill();
      await writer.ended;
      expect(existsSync(path), `seed ${seed}`).toBe(false);
    }
    const last = startWriter(path);
    await last.ended;
    expect(last.lines.at(-1)).toBe('ended');
    expect(filesOf(path), `seed ${seed}`).toEqual(expected);
    expect(readdirSync(folder).filter((name) => name.startsWith(`${count}.`))).toEqual([`${count}.zarr`]);
  }, 60_000);

  it('of four parts, one killed and repeated, give the bytes of one', async () => {
    const whole = newPath();
    await startWriter(whole).ended;
    const path = newPath();
    const parts = [2, 0, 3, 1].map((index) => startWriter(path, { share: `${index}/4`, pauseMs: 5 }));
    await parts[1]!.printed(2);
    parts[1]!.kill();
    await Promise.all(parts.map((part) => part.ended));
    expect(parts.filter((_, i) => i !== 1).map(({ lines }) => lines.at(-1))).toEqual(['ended', 'ended', 'ended']);
    const repeated = startWriter(path, { share: '0/4' });
    await repeated.ended;
    expect(repeated.lines.at(-1)).toBe('ended');
    expect(existsSync(path)).toBe(false);
    const finish = startWriter(path);
    await finish.ended;
    expect(finish.lines).toEqual(['begun', 'ended']);
    expect(filesOf(path)).toEqual(filesOf(whole));
  }, 60_000);
});

describe('an unfinished image', () => {
  /** Writes all but some units, and stops. */
  async function leave(path: string, options: { missing?: number; part?: { index: number; count: number } } = {}) {
    const sink = await omeZarr.create!({ path }, spec, { layout, resume: { ...resume, part: options.part } });
    for (const unit of unitsOf(sink).slice(options.missing ?? 2)) {
      await sink.write(unit, cropTensor(patternOf(spec), unit));
    }
    await sink.suspend!();
  }

  it('names the units that are missing', async () => {
    const path = newPath();
    await leave(path, { missing: 5 });
    const sink = await omeZarr.create!({ path }, spec, { layout, resume });
    await expect(sink.close()).rejects.toMatchObject({
      code: 'incomplete',
      message: expect.stringMatching(/5 of 8 units.*\(0, 0, 0, 0, 0\), \(0, 0, 0, 0, 6\), \(0, 0, 0, 6, 0\)/),
      details: { missing: 5, total: 8 },
    });
    await sink.abort();
  });

  it('is refused with other settings, unless it may be overwritten', async () => {
    const path = newPath();
    await leave(path);
    const create = (changed: Partial<ImageSpec>, options: object) =>
      omeZarr.create!({ path }, { ...spec, ...changed }, { layout, resume, ...options });
    const refused = { code: 'other-settings', message: expect.stringContaining('.zarr.partial" is an unfinished') };
    await expect(create({}, { resume: { fingerprint: 'forest 2' } })).rejects.toMatchObject(refused);
    await expect(create({ dtype: 'uint16' }, {})).rejects.toMatchObject(refused);
    await expect(create({}, { layout: { ...layout, compression: 'none' } })).rejects.toMatchObject(refused);
    await expect(create({}, { resume: undefined })).rejects.toMatchObject(refused);
    const sink = await create({}, { resume: { fingerprint: 'forest 2' }, overwrite: true });
    expect(await sink.isDone!(unitsOf(sink)[7]!)).toBe(false);
    await sink.abort();
  });

  it('is begun anew by a run of the whole that may overwrite it, and continued by one of a part', async () => {
    const path = newPath();
    await leave(path);
    const isLastDone = async (part?: { index: number; count: number }) => {
      const sink = await omeZarr.create!({ path }, spec, { layout, resume: { ...resume, part }, overwrite: true });
      const isDone = await sink.isDone!(unitsOf(sink)[7]!);
      await sink.suspend!();
      return isDone;
    };
    expect(await isLastDone({ index: 0, count: 2 })).toBe(true);
    expect(await isLastDone()).toBe(false);
  });

  it('is not taken for ours if it is a stranger’s folder', async () => {
    const path = newPath();
    await mkdir(`${path}.partial`);
    writeFileSync(join(`${path}.partial`, 'thesis.txt'), 'precious');
    await expect(omeZarr.create!({ path }, spec, { overwrite: true })).rejects.toMatchObject({
      code: 'already-exists',
    });
    expect(existsSync(join(`${path}.partial`, 'thesis.txt'))).toBe(true);
  });

  it('computes coarser levels again if level 0 lost a unit after they were made', async () => {
    const path = newPath();
    await leave(path, { missing: 0 });
    const stop = new AbortController();
    const first = await omeZarr.create!({ path }, spec, {
      layout,
      resume,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    await expect(first.close()).rejects.toMatchObject({ code: 'aborted' });
    await first.abort();
    expect(existsSync(join(`${path}.partial`, '1/c'))).toBe(true);
    await rm(join(`${path}.partial`, '0/c/0/0/0'));
    const look = await omeZarr.create!({ path }, spec, { layout, resume });
    expect(await look.isDone!(unitsOf(look)[0]!)).toBe(false);
    await look.suspend!();
    expect(existsSync(join(`${path}.partial`, '1/c'))).toBe(true);
    const second = await omeZarr.create!({ path }, spec, { layout, resume });
    const [unit] = unitsOf(second);
    const worker = await omeZarr.join!(second.ticket!);
    await worker.write(unit!, cropTensor(patternOf(spec), unit!));
    expect(existsSync(join(`${path}.partial`, '1/c'))).toBe(false);
    await worker.close();
    await second.close();
    const expected = newPath();
    await writeImage({ path: expected }, spec, { layout, resume });
    expect(filesOf(path)['/1/c/0/0/0']).toBe(filesOf(expected)['/1/c/0/0/0']);
  });

  it('is finished by its last part only when the others are done', async () => {
    const path = newPath();
    await leave(path, { missing: 2 });
    const create = (index: number) =>
      omeZarr.create!({ path }, spec, { layout, resume: { ...resume, part: { index, count: 2 } } });
    const [first, second] = [await create(0), await create(1)];
    for (const unit of unitsOf(first).slice(0, 2)) await first.write(unit, cropTensor(patternOf(spec), unit));
    await expect(first.close()).rejects.toMatchObject({ code: 'locked' });
    await second.suspend!();
    await first.close();
    const source = await omeZarr.open({ path });
    expect((await source.read(wholeRoi(spec.shape))).data).toEqual(patternOf(spec).data);
  });

  it('is listed as a label before it has its name, so that nobody killed in between leaves it unlisted', async () => {
    const path = newPath();
    const sink = await omeZarr.create!({ path, innerPath: 'labels/cells' }, spec, { layout, resume });
    for (const unit of unitsOf(sink)) await sink.write(unit, cropTensor(patternOf(spec), unit));
    const turn = join(path, 'labels.turn');
    const living = { pid: process.ppid, host: hostname(), startedAt: 0, token: 'theirs' };
    writeFileSync(turn, JSON.stringify(living));
    const isClosed = sink.close();
    await vi.waitFor(() => expect(existsSync(join(path, 'zarr.json'))).toBe(true), { timeout: 5000 }); // it registers
    expect(existsSync(join(path, 'labels/cells'))).toBe(false);
    await rm(turn);
    await isClosed;
    const { attributes } = JSON.parse(readFileSync(join(path, 'labels/zarr.json'), 'utf8'));
    expect(attributes.ome.labels).toEqual(['cells']);
    expect(existsSync(join(path, 'labels/cells/zarr.json'))).toBe(true);
  });

  it('is removed by an abort that nobody can continue', async () => {
    const path = newPath();
    const sink = await omeZarr.create!({ path, innerPath: 'a/b' }, spec, { layout });
    await sink.write(unitsOf(sink)[0]!, cropTensor(patternOf(spec), unitsOf(sink)[0]!));
    await sink.abort();
    expect(existsSync(path)).toBe(false);
    expect(readdirSync(folder).some((name) => name.startsWith(`${count}.`))).toBe(false);
  });
});

describe('a finished image', () => {
  it('tells the fingerprint it was written with, when it is in the way', async () => {
    const path = newPath();
    await writeImage({ path }, spec, { layout, resume });
    await expect(omeZarr.create!({ path }, spec, { layout, resume })).rejects.toMatchObject({
      code: 'already-exists',
      details: { fingerprint: 'forest 1' },
    });
    expect(await writtenFingerprint({ path })).toBe('forest 1');
    expect(await writtenFingerprint({ path: newPath() })).toBeUndefined();
  });

  it.each([
    [3, '0/c/0/1/0'],
    [2, '0/0/3/0'],
  ] as const)('of version %i that lost an object is broken, and not empty there', async (version, key) => {
    const path = newPath();
    await writeImage({ path }, spec, { layout: { ...layout, version } });
    await rm(join(path, key));
    const source = await omeZarr.open({ path });
    await expect(source.read(wholeRoi(spec.shape))).rejects.toMatchObject({
      code: 'broken-file',
      message: expect.stringContaining(`${key} is missing`),
    });
    await source.read({ start: [0, 0, 0, 0, 0], stop: [1, 1, 1, 6, 6] });
    await source.close();
  });

  it('is not replaced if it is no image', async () => {
    const path = newPath();
    await mkdir(path);
    writeFileSync(join(path, 'thesis.txt'), 'precious');
    await expect(writeImage({ path }, spec, { overwrite: true })).rejects.toMatchObject({ code: 'write-failed' });
    expect(existsSync(join(path, 'thesis.txt'))).toBe(true);
  });

  it('comes with progress on its coarser levels', async () => {
    const seen: string[] = [];
    const onProgress = ({ phase, done, total }: { phase: string; done: number; total: number }) =>
      void seen.push(`${phase} ${done}/${total}`);
    await writeImage({ path: newPath() }, spec, { layout, onProgress });
    expect(seen).toEqual(['pyramid 1/2', 'pyramid 2/2']);
  });
});

describe('locks', () => {
  it('of a process that was killed are free again, and those of a living one are not', async () => {
    const path = newPath();
    const writer = startWriter(path, { pauseMs: 60_000 });
    await writer.printed(2);
    const again = () => omeZarr.create!({ path }, { ...spec }, { layout, resume: { fingerprint: 'a' } });
    await expect(again()).rejects.toMatchObject({
      code: 'locked',
      message: expect.stringMatching(/by process \d+ on/),
    });
    writer.kill();
    await writer.ended;
    const sink = await again();
    expect(await sink.isDone!(unitsOf(sink)[0]!)).toBe(true);
    await sink.abort();
  });

  it('of another machine count as long as it shows signs of life', async () => {
    const path = newPath();
    const sink = await omeZarr.create!({ path }, spec, { layout, resume });
    await sink.suspend!();
    const lock = join(`${path}.partial`, 'part-1-of-2.lock');
    writeFileSync(lock, JSON.stringify({ pid: 1, host: 'elsewhere', startedAt: 0, token: 'x', deadAfterMs: 300_000 }));
    writeFileSync(`${lock}.alive`, '');
    const create = () => omeZarr.create!({ path }, spec, { layout, resume });
    await expect(create()).rejects.toMatchObject({ code: 'locked', details: { host: 'elsewhere' } });
    const tenMinutesAgo = Date.now() / 1000 - 600;
    utimesSync(`${lock}.alive`, tenMinutesAgo, tenMinutesAgo);
    utimesSync(lock, tenMinutesAgo, tenMinutesAgo);
    await (await create()).abort();
  });

  it('of another machine that died during its turn are taken over after a minute', async () => {
    const path = newPath();
    const turn = `${path}.partial.turn`;
    writeFileSync(turn, JSON.stringify({ pid: 1, host: 'elsewhere', startedAt: 0, token: 'x', deadAfterMs: 60_000 }));
    const twoMinutesAgo = Date.now() / 1000 - 120;
    utimesSync(turn, twoMinutesAgo, twoMinutesAgo);
    const sink = await omeZarr.create!({ path }, spec, { layout, resume });
    expect(existsSync(turn)).toBe(false);
    await sink.abort();
  });
});
