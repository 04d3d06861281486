import { createTensor } from '@brushwood/core';
import { readFileSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SampleFolder } from '../testing/sample-folder.ts';
import { sampleImage, writeImage, writeProject } from '../testing/sample-project.ts';

const [height, width] = [24, 32];
const good = ['i1', 'i2', 'i10'];

interface BatchFacts {
  readonly outputs: readonly { readonly input: string; readonly files: Record<string, string> }[];
  readonly skipped: readonly string[];
  readonly failures: readonly { readonly input: string; readonly code: string; readonly message: string }[];
}

let folder: SampleFolder;
beforeAll(async () => {
  folder = await SampleFolder.make();
  await writeImage(folder.at('own.png'), sampleImage([1, 1, 1, height, width]));
  await writeProject(folder.at('p.ilp'), { image: folder.at('own.png') });
  const size = { unit: 'micrometer', x: 0.5, y: 0.5 };
  for (const [i, name] of good.entries()) {
    await writeImage(folder.at(`in/${name}.tif`), sampleImage([1, 1, 1, height, width], i + 1), { voxelSize: size });
  }
  await writeFile(folder.at('in/i3.tif'), 'not a TIFF at all');
  await writeFile(folder.at('in/notes.txt'), 'no image');
});
afterAll(() => folder.remove());

const json = async (line: string) => {
  const run = await folder.try(`${line} --json`);
  return { ...run, facts: JSON.parse(run.stdout) as BatchFacts };
};
const names = (paths: readonly string[]) => paths.map((path) => path.split('/').at(-1));

describe('a batch with a broken image', () => {
  it('predicts the others, names it at once and at the end, and fails', async () => {
    const { exitCode, stderr, facts } = await json('predict p.ilp in -o one/{nickname}.npy --source segmentation');
    expect(exitCode).toBe(1);
    expect(facts.outputs.map(({ files }) => names(Object.values(files))).flat()).toEqual([
      'i1.npy',
      'i2.npy',
      'i10.npy',
    ]);
    expect(facts.failures).toMatchObject([{ input: 'in/i3.tif', message: expect.stringContaining('i3.tif') }]);
    expect(stderr).toMatch(
      /failed: in\/i3\.tif: .*\n1 of the images failed:\n {2}in\/i3\.tif: .*\n3 image\(s\) predicted/,
    );
  });

  it('stops there with --fail-fast', async () => {
    const { exitCode, facts } = await json('predict p.ilp in -o fast/{nickname}.npy --source segmentation --fail-fast');
    expect(exitCode).toBe(1);
    expect([facts.outputs.length, facts.failures.length]).toEqual([2, 1]);
  });

  it('tells machines each image, each failure and a summary, a JSON object a line', async () => {
    const { stderr } = await folder.try('predict p.ilp in -o log/{nickname}.npy --source segmentation --log-json');
    const events = stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const of = (event: string) => events.filter((one) => one['event'] === event);
    expect(of('start')).toMatchObject([{ images: 4 }]);
    // Images are in work at once, so any of them may be done first.
    expect(new Set(of('done').map((one) => one['file']))).toEqual(new Set(['in/i1.tif', 'in/i2.tif', 'in/i10.tif']));
    expect(of('failure')).toMatchObject([{ file: 'in/i3.tif', code: expect.any(String), message: expect.any(String) }]);
    expect(of('summary')).toMatchObject([{ done: 3, skipped: 0, failed: 1, voxels: 3 * height * width }]);
    expect(events.at(-1)).toMatchObject({ event: 'summary' });
  });
});

describe('a batch into one file', () => {
  it('adds a dataset for each image, and knows them when it is repeated', async () => {
    await writeImage(folder.at('in/i11.tif'), sampleImage([1, 1, 1, height, width], 4));
    const line = 'predict p.ilp in/i1.tif in/i2.tif in/i10.tif in/i11.tif -o all.h5/{nickname} --threads 2';
    await folder.run(line);
    await rm(folder.at('in/i11.tif'));
    const { datasets } = await folder.json<{ datasets: { innerPath: string }[] }>('info all.h5');
    expect(datasets.map(({ innerPath }) => innerPath)).toEqual(['i1', 'i10', 'i11', 'i2']);
    const { facts } = await json('predict p.ilp in/i1.tif in/i2.tif in/i10.tif -o all.h5/{nickname}');
    expect([facts.outputs.length, facts.skipped.length, facts.failures.length]).toEqual([0, 3, 0]);
  });
});

describe('a batch that is repeated', () => {
  const line = 'predict p.ilp in/i[12]*.tif -o again/{nickname}.npy --source segmentation';

  it('skips what is finished, makes what is missing, and all by --force', async () => {
    await folder.run(line);
    await rm(folder.at('again/i2.npy'));
    const { exitCode, stderr, facts } = await json(line);
    expect(exitCode).toBe(0);
    expect(names(facts.skipped)).toEqual(['i1.npy', 'i10.npy']);
    expect(facts.outputs).toMatchObject([{ input: folder.at('in/i2.tif') }]);
    expect(stderr).toMatch(/2 finished output\(s\) skipped.*--force/);
    const forced = await json(`${line} --force`);
    expect([forced.facts.outputs.length, forced.facts.skipped.length]).toEqual([3, 0]);
  });

  it('refuses outputs of other settings, and files it does not know', async () => {
    await folder.run('predict p.ilp in/i1.tif in/i2.tif -o set/{nickname}.npy');
    await writeFile(folder.at('set/i10.npy'), 'of somebody else');
    const { exitCode, facts } = await json('predict p.ilp in/i[12]*.tif -o set/{nickname}.npy --dtype uint8');
    expect(exitCode).toBe(1);
    expect(facts.failures.map(({ code }) => code)).toEqual(['other-settings', 'other-settings', 'already-exists']);
    expect(facts.failures.every(({ message }) => message.includes('--force'))).toBe(true);
    expect(await readFile(folder.at('set/i10.npy'), 'utf8')).toBe('of somebody else');
  });

  it('makes only the sources that are missing', async () => {
    const both = 'predict p.ilp in/i1.tif -o src/{result_type}.npy --source probabilities,uncertainty';
    await folder.run(both);
    await rm(folder.at('src/Uncertainty.npy'));
    const { facts } = await json(both);
    expect(facts.outputs.map(({ files }) => Object.keys(files))).toEqual([['uncertainty']]);
  });
});

describe('--report', () => {
  const line = 'predict p.ilp in/i1.tif in/i10.tif -o areas/{nickname}.npy --source segmentation --report areas.csv';
  const rows = async () =>
    (await readFile(folder.at('areas.csv'), 'utf8'))
      .trimEnd()
      .split('\n')
      .map((row) => row.split(','));

  it('tells voxels, percent and µm² of each class of each image', async () => {
    await folder.run(line);
    const [head, ...found] = await rows();
    expect(head).toEqual(['image', 'label', 'class', 'voxels', 'percent', 'area_um2', 'volume_um3']);
    expect(found.map((row) => row.slice(0, 3))).toEqual([
      ['in/i1.tif', '1', 'background'],
      ['in/i1.tif', '2', 'object'],
      ['in/i10.tif', '1', 'background'],
      ['in/i10.tif', '2', 'object'],
    ]);
    const segmentation = await folder.values('areas/i1.npy');
    const count = segmentation.filter((value) => value === 2).length;
    // A pixel of 0.5 µm × 0.5 µm has 0.25 µm².
    expect(found[1]!.slice(3).map(Number)).toEqual([
      count,
      Number(((100 * count) / (height * width)).toFixed(4)),
      count / 4,
      0,
    ]);
  });

  it('has skipped images too', async () => {
    const before = await rows();
    const { facts } = await json(line);
    expect(facts.skipped).toHaveLength(2);
    expect(await rows()).toEqual(before);
  });
});

describe('--min-object', () => {
  it('makes small objects what is around them, also in the report', async () => {
    const bright = (x: number, y: number) => (x >= 3 && x < 9 && y >= 3 && y < 9) || x >= 16;
    const data = Uint8Array.from({ length: 24 * 32 }, (_, i) => (bright(i % 32, Math.floor(i / 32)) ? 180 : 60));
    await writeImage(folder.at('spot.npy'), createTensor(data, [1, 1, 1, 24, 32]));
    const line = 'predict p.ilp spot.npy --source segmentation';
    await folder.run(`${line} -o with.npy`);
    await folder.run(`${line} -o without.npy --min-object 60 --report without.csv`);
    const [before, after] = [await folder.values('with.npy'), await folder.values('without.npy')];
    const inCorner = (i: number) => i % 32 < 12 && i < 32 * 12;
    expect(before.filter((value, i) => inCorner(i) && value === 2).length).toBeGreaterThan(9);
    expect(after).toEqual(before.map((value, i) => (inCorner(i) ? 1 : value)));
    const count = after.filter((value) => value === 2).length;
    expect(readFileSync(folder.at('without.csv'), 'utf8')).toContain(`object,${count},`);
    expect((await readdir(folder.path)).filter((name) => name.endsWith('.npy') && name.startsWith('.'))).toEqual([]);
  });
});

describe('--finish and --verify', () => {
  const line = 'predict p.ilp in/i1.tif -o fin.zarr --source segmentation --chunk 8 --zarr-shard 8';

  it('refuse what would count or lose voxels that they do not compute', async () => {
    for (const part of ['1/2', '2/2']) await folder.run(`${line} --shard ${part}`);
    const refused = ['--finish --report fin.csv', '--finish --min-object 5', '--verify --force'];
    for (const options of refused) {
      expect((await folder.try(`${line} ${options}`)).exitCode, options).toBe(2);
    }
    expect((await readdir(folder.path)).includes('fin.csv')).toBe(false);
    expect((await folder.try(`${line} --verify`)).stdout).toContain('only --finish is missing');
    await folder.run(`${line} --finish`);
    expect(new Set(await folder.values('fin.zarr'))).toEqual(new Set([1, 2]));
  });
});

describe('parts of a folder', () => {
  it('share its images, and --finish and --verify tell what is missing', async () => {
    const line = 'predict p.ilp in/i1.tif in/i2.tif in/i10.tif -o parts/{nickname}.npy';
    const first = await json(`${line} --shard 1/2`);
    expect(first.facts.outputs).toHaveLength(2);
    const early = await json(`${line} --finish`);
    expect([early.exitCode, early.facts.failures.map(({ code }) => code)]).toEqual([1, ['incomplete']]);
    const missing = await folder.try(`${line} --verify`);
    expect(missing).toMatchObject({ exitCode: 1, stdout: expect.stringMatching(/^missing: .*i2\.npy: .*\n2 of 3/) });
    await runAsTask(line, '1');
    expect((await folder.try(`${line} --finish`)).exitCode).toBe(0);
    expect((await folder.try(`${line} --verify`)).exitCode).toBe(0);
  });
});

/** As SLURM starts the task with this number of an array of two. */
async function runAsTask(line: string, task: string): Promise<void> {
  const { runCommand } = await import('../testing/command-line.ts');
  const env = { SLURM_ARRAY_TASK_ID: task, SLURM_ARRAY_TASK_COUNT: '2', SLURM_ARRAY_TASK_MIN: '0' };
  expect(await runCommand(line.split(' '), { cwd: folder.path, env })).toMatchObject({ exitCode: 0 });
}
