import { cropTensor } from '@brushwood/core';
import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { journalName } from '../batch/run-journal.ts';
import { runCommand } from '../testing/command-line.ts';
import { SampleFolder } from '../testing/sample-folder.ts';
import { numbersOf, readImage, sampleImage, writeImage, writeProject } from '../testing/sample-project.ts';

const shape = [1, 1, 12, 20, 24] as const;
const layout = '--chunk 4,8,8 --zarr-shard 4,16,8';

let folder: SampleFolder;
beforeAll(async () => {
  folder = await SampleFolder.make();
  const volume = sampleImage(shape);
  await writeImage(folder.at('volume.npy'), volume);
  for (let z = 0; z < shape[2]; z++) {
    const slice = cropTensor(volume, { start: [0, 0, z, 0, 0], stop: [1, 1, z + 1, 20, 24] });
    await writeImage(folder.at(`slices/s_${z}.npy`), slice);
  }
  await writeProject(folder.at('p.ilp'), { image: folder.at('volume.npy') });
  await folder.run('predict p.ilp volume.npy -o whole.npy');
  await folder.run(`predict p.ilp volume.npy -o whole.zarr ${layout}`);
});
afterAll(() => folder.remove());

/** Every file below a folder with its bytes. */
function contents(path: string): Record<string, string> {
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const entries = files.map(({ parentPath, name }) => join(parentPath, name));
  return Object.fromEntries(entries.sort().map((file) => [file.slice(path.length), readFileSync(file, 'base64')]));
}

describe('a volume shared by several runs', () => {
  const line = `predict p.ilp volume.npy -o parts.zarr ${layout}`;

  it('is the same bytes as that of one run, whatever the order of the parts, once it is finished', async () => {
    await Promise.all(['3/3', '1/3'].map((part) => folder.run(`${line} --shard ${part}`)));
    const early = await folder.try(`${line} --finish`);
    expect([early.exitCode, early.stderr]).toEqual([1, expect.stringContaining('units are not written')]);
    const missing = await folder.try(`${line} --verify`);
    expect([missing.exitCode, missing.stdout]).toEqual([
      1,
      expect.stringMatching(/incomplete: .* of 18 units are missing/),
    ]);
    await folder.run(`${line} --shard 2/3`);
    expect((await folder.try(`${line} --verify`)).stdout).toContain('only --finish is missing');
    await folder.run(`${line} --finish`);
    expect(contents(folder.at('parts.zarr'))).toEqual(contents(folder.at('whole.zarr')));
    expect((await folder.try(`${line} --verify`)).exitCode).toBe(0);
  });

  it('is left alone by a part that is repeated after the end, and refuses other settings', async () => {
    expect(await folder.json(`${line} --shard 2/3`)).toMatchObject({ outputs: [], skipped: [folder.at('parts.zarr')] });
    // The image keeps its fingerprint itself: it is known without the journal too.
    rmSync(folder.at(journalName));
    expect(await folder.json(line)).toMatchObject({ skipped: [folder.at('parts.zarr')] });
    const other = await folder.try(`${line} --dtype uint8`);
    expect([other.exitCode, other.stderr]).toEqual([1, expect.stringContaining('--force')]);
  });

  it('needs a format with units of its own', async () => {
    const { exitCode, stderr } = await folder.try('predict p.ilp volume.npy -o parts.tif --shard 1/2');
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('Write OME-Zarr')]);
    expect((await readdir(folder.path)).filter((name) => name.startsWith('parts.tif'))).toEqual([]);
    await folder.run('predict p.ilp volume.npy -o parts.tif --shard 1/1');
  });

  it('shows --verify a lost and a broken shard', async () => {
    const copy = `predict p.ilp volume.npy -o broken.zarr ${layout}`;
    await folder.run(copy);
    const shard = folder.at('broken.zarr/0/c/0/0/0/0');
    const bytes = readFileSync(shard);
    truncateSync(shard, bytes.length - 10);
    const broken = await folder.try(`${copy} --verify`);
    expect([broken.exitCode, broken.stdout]).toEqual([
      1,
      expect.stringMatching(/^unreadable: .*chunk\(s\) are broken, the first: .*\(0, 0, 0, 0\)/),
    ]);
    rmSync(shard);
    const lost = await folder.try(`${copy} --verify`);
    expect([lost.exitCode, lost.stdout]).toEqual([
      1,
      expect.stringMatching(/^unreadable: .*1 object\(s\) are lost: 0\/c\/0\/0\/0\/0\./),
    ]);
  });
});

describe('four tasks of a SLURM array at once', () => {
  it('make the same bytes, though one is killed and repeated', async () => {
    const words = `predict p.ilp volume.npy -o array.zarr --threads 1 ${layout}`.split(' ');
    const start = (task: number, more: Record<string, string>, onStart?: (child: ChildProcess) => void) => {
      const env = { SLURM_ARRAY_TASK_ID: String(task), SLURM_ARRAY_TASK_MIN: '0', ...more };
      return runCommand(words, { cwd: folder.path, env, onStart, timeoutMs: 60_000 });
    };
    const kill = (child: ChildProcess) => {
      const timer = setInterval(() => existsSync(folder.at('array.zarr.partial')) && child.kill('SIGKILL'), 5);
      child.once('exit', () => clearInterval(timer));
    };
    const tasks = [0, 1, 2, 3].map((task) =>
      start(task, { SLURM_ARRAY_TASK_COUNT: '4' }, task === 2 ? kill : undefined),
    );
    const runs = await Promise.all(tasks);
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0, undefined, 0]);
    const again = await start(2, { SLURM_ARRAY_TASK_COUNT: '1', BRUSHWOOD_SHARD_COUNT: '4' });
    expect([again.exitCode, again.stderr]).toEqual([0, expect.stringContaining('Part 3/4')]);
    await folder.run([...words, '--finish'].join(' '));
    expect(contents(folder.at('array.zarr'))).toEqual(contents(folder.at('whole.zarr')));
  });
});

describe('a part of the work', () => {
  it('is a box of the whole result: --roi', async () => {
    await folder.run('predict p.ilp volume.npy -o roi.npy --roi 2:7,:,11:20');
    const whole = await readImage(folder.at('whole.npy'));
    const box = cropTensor(whole, { start: [0, 0, 2, 0, 11], stop: [1, 2, 7, 20, 20] });
    const roi = await readImage(folder.at('roi.npy'));
    expect(roi.shape).toEqual(box.shape);
    expect(numbersOf(roi)).toEqual(numbersOf(box));
    const outside = await folder.try('predict p.ilp volume.npy -o no.npy --roi 2:13,:,:');
    expect([outside.exitCode, outside.stderr]).toEqual([1, expect.stringContaining('has 12 along z')]);
  });

  it('is one class, scaled as asked for: --classes, --renormalize', async () => {
    await folder.run('predict p.ilp volume.npy -o object.npy --classes object --dtype uint8 --renormalize 0:1 0:200');
    const whole = numbersOf(await readImage(folder.at('whole.npy')));
    const object = whole.slice(whole.length / 2).map((p) => Math.round(p * 200));
    const found = await readImage(folder.at('object.npy'));
    expect(found.shape).toEqual([1, 1, 12, 20, 24]);
    const worst = Math.max(...numbersOf(found).map((value, i) => Math.abs(value - object[i]!)));
    expect(worst).toBeLessThanOrEqual(1); // rounds half to even
    const wrong = await folder.try('predict p.ilp volume.npy -o no.npy --classes cell');
    expect([wrong.exitCode, wrong.stderr]).toEqual([2, expect.stringContaining('no class "cell"')]);
  });
});

describe('other ways in and out', () => {
  it('takes slices of a folder for a volume: --stack', async () => {
    await folder.run('predict p.ilp slices --stack z -o {nickname}-stack.npy');
    expect(numbersOf(await readImage(folder.at('s-stack.npy')))).toEqual(
      numbersOf(await readImage(folder.at('whole.npy'))),
    );
  });

  it('writes a file for each slice, and knows them for its own: {slice_index}', async () => {
    const line = 'predict p.ilp volume.npy -o seq/v_{slice_index}.tif --source segmentation';
    const asOne = await folder.try(line);
    expect([asOne.exitCode, asOne.stderr]).toEqual([2, expect.stringContaining('--format tif-sequence')]);
    await folder.run(`${line} --format tif-sequence`);
    const files = (await readdir(folder.at('seq'))).filter((name) => name.endsWith('.tif'));
    expect(files).toEqual(Array.from({ length: 12 }, (_, z) => `v_${String(z).padStart(2, '0')}.tif`));
    const again = await folder.json<{ skipped: string[] }>(`${line} --format tif-sequence`);
    expect(again.skipped).toEqual([folder.at('seq/v_{slice_index}.tif')]);
    const asInput = await folder.try('predict p.ilp seq -o no/');
    expect([asInput.exitCode, asInput.stderr]).toEqual([1, expect.stringContaining('12 file(s) that Brushwood wrote')]);
    rmSync(folder.at('seq/v_07.tif'));
    expect((await folder.try(`${line} --format tif-sequence --verify`)).stdout).toMatch(
      /^unknown: .*its size has changed/,
    );
  });

  it('writes what NumPy loads: --for python, wherever no ending says otherwise', async () => {
    await folder.run('predict p.ilp volume.npy -o python --for python');
    expect((await readImage(folder.at('python.npy'))).data).toBeInstanceOf(Float32Array);
    await folder.run('predict p.ilp volume.npy -o python.tif --for python');
    expect(existsSync(folder.at('python.tif'))).toBe(true);
  });

  it('writes what Fiji shows at once: --for fiji', async () => {
    await folder.run('predict p.ilp volume.npy -o fiji --for fiji');
    const { data } = await readImage(folder.at('fiji.tif'));
    const whole = numbersOf(await readImage(folder.at('whole.npy')));
    expect(data).toBeInstanceOf(Uint8Array);
    expect(
      Math.max(...Array.from(data as Uint8Array, (value, i) => Math.abs(value - 255 * whole[i]!))),
    ).toBeLessThanOrEqual(0.5001);
    expect(readFileSync(folder.at('fiji.tif'), 'latin1')).toContain('ImageJ=');
  });

  it('tells what a run would write, and writes nothing: --dry-run', async () => {
    const before = await readdir(folder.path);
    const facts = await folder.json<{ images: unknown[]; totals: Record<string, number> }>(
      'predict p.ilp volume.npy -o dry/new.zarr --dtype uint8 --dry-run --threads 1',
    );
    const output = {
      path: folder.at('dry/new.zarr'),
      axes: 'zyxc',
      shape: [12, 20, 24, 2],
      dtype: 'uint8',
      bytes: 11_520,
    };
    expect(facts.images).toMatchObject([
      { input: 'volume.npy', outputs: [output], blocks: 1, blockShape: [12, 20, 24] },
    ]);
    expect(facts.totals['memoryBytes']).toBeGreaterThan(0);
    expect(facts.totals['seconds']).toBeGreaterThan(0);
    expect(await readdir(folder.path)).toEqual(before);
  });
});
