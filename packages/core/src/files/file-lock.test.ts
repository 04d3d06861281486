import * as fs from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { caught } from '../test-doubles/caught.ts';
import { claimPartial, fileLockHolder, takeFileLock } from './file-lock.ts';

const system = { fs, process, host: hostname() };
/** Above Linux' largest process number. */
const endedPid = 2 ** 22 + 1;

let folder: string;
beforeAll(async () => {
  folder = await fs.mkdtemp(join(tmpdir(), 'brushwood-lock-'));
});
afterAll(() => fs.rm(folder, { recursive: true, force: true }));

/** A target whose `.partial` is claimed by somebody. */
async function claimedBy(name: string, owner: { pid: number; host?: string }): Promise<string> {
  const target = join(folder, name);
  const entry = { host: hostname(), startedAt: 0, token: 'theirs', ...owner };
  await fs.writeFile(`${target}.partial.lock`, JSON.stringify(entry));
  await fs.writeFile(`${target}.partial`, 'half');
  return target;
}

describe('claimPartial', () => {
  it('gives NAME.partial to one writer at a time, and leaves nothing behind', async () => {
    const target = join(folder, 'one.npy');
    const claim = await claimPartial(target, system);
    expect(claim.partial).toBe(`${target}.partial`);
    const error = await caught(() => claimPartial(target, system));
    expect(error.code).toBe('locked');
    expect(error.message).toContain('by this process already');
    await claim.release();
    await (await claimPartial(target, system)).release();
    expect((await fs.readdir(folder)).filter((name) => name.startsWith('one'))).toEqual([]);
  });

  it('gives it to one of many who ask at once', async () => {
    const asked = Array.from({ length: 8 }, () => claimPartial(join(folder, 'many.npy'), system));
    const given = (await Promise.allSettled(asked)).filter((result) => result.status === 'fulfilled');
    expect(given).toHaveLength(1);
    await given[0]!.value.release();
  });

  it.each([
    ['a living process', { pid: process.ppid }, String(process.ppid)],
    ['another computer, which cannot be asked', { pid: endedPid, host: 'another-host' }, 'another-host'],
  ])('is refused by what names %s and says what to do', async (_, owner, name) => {
    const target = await claimedBy(`by-${name}.npy`, owner);
    const error = await caught(() => claimPartial(target, system));
    expect(error.code).toBe('locked');
    expect(error.message).toMatch(new RegExp(`process ${owner.pid} on .*remove ".*by-${name}.npy.partial.lock"`));
    expect(await fs.readFile(`${target}.partial`, 'utf8')).toBe('half');
  });

  it('takes over what a killed process left', async () => {
    const target = await claimedBy('killed.npy', { pid: endedPid });
    const { release } = await claimPartial(target, system);
    await release();
    expect((await fs.readdir(folder)).filter((name) => name.startsWith('killed'))).toEqual(['killed.npy.partial']);
  });

  it('refuses a file of that name that nobody is known to have begun, and leaves it alone', async () => {
    const target = join(folder, 'mine.npy');
    await fs.writeFile(`${target}.partial`, 'precious');
    const error = await caught(() => claimPartial(target, system));
    expect(error.code).toBe('already-exists');
    expect(error.message).toContain('Rename or remove it');
    expect(await fs.readFile(`${target}.partial`, 'utf8')).toBe('precious');
    expect((await fs.readdir(folder)).filter((name) => name.startsWith('mine'))).toEqual(['mine.npy.partial']);
  });
});

describe('a lock of another computer', () => {
  const elsewhere = { pid: endedPid, host: 'another-host', deadAfterMs: 60_000 };
  const minutesAgo = (minutes: number) => Date.now() / 1000 - minutes * 60;

  it('counts while it shows life, and is taken over when it has not for long', async () => {
    const target = await claimedBy('silent.npy', elsewhere);
    const lock = `${target}.partial.lock`;
    await fs.utimes(lock, minutesAgo(10), minutesAgo(10));
    await fs.writeFile(`${lock}.alive`, '');
    expect((await caught(() => claimPartial(target, system))).code).toBe('locked');
    await fs.utimes(`${lock}.alive`, minutesAgo(2), minutesAgo(2));
    expect(await fileLockHolder(lock, system)).toBeUndefined();
    await (await claimPartial(target, system)).release();
    expect((await fs.readdir(folder)).filter((name) => name.startsWith('silent'))).toEqual(['silent.npy.partial']);
  });

  it('that promises no signs counts for ever', async () => {
    const lock = join(folder, 'project.lock');
    await fs.writeFile(lock, JSON.stringify({ ...elsewhere, startedAt: 0, token: 't', deadAfterMs: undefined }));
    await fs.utimes(lock, minutesAgo(1e5), minutesAgo(1e5));
    expect(await takeFileLock(lock, system)).toEqual({ holder: { pid: endedPid, host: 'another-host', isOwn: false } });
  });
});

it('a claimed file shows life every 20 s until it is given back', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  try {
    const target = join(folder, 'shown.npy');
    const { release } = await claimPartial(target, system);
    const alive = `${target}.partial.lock.alive`;
    vi.advanceTimersByTime(20_000);
    await vi.waitFor(() => fs.stat(alive));
    vi.advanceTimersByTime(20_000);
    await release();
    expect((await fs.readdir(folder)).filter((name) => name.startsWith('shown'))).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});
