import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom } from '@brushwood/core/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCommand } from '../testing/command-line.ts';
import { SampleFolder } from '../testing/sample-folder.ts';
import { sampleImage, writeImage, writeProject } from '../testing/sample-project.ts';

let folder: SampleFolder;
beforeAll(async () => {
  folder = await SampleFolder.make();
  await writeImage(folder.at('small.npy'), sampleImage([1, 1, 12, 20, 24]));
  await writeImage(folder.at('volume.npy'), sampleImage([1, 1, 128, 128, 128], 2));
  await writeProject(folder.at('p.ilp'), { image: folder.at('small.npy') });
});
afterAll(() => folder.remove());

function filesBelow(path: string): string[] {
  if (!existsSync(path)) return [];
  const entries = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.map(({ parentPath, name }) => join(parentPath, name)).sort();
}

/** The sum over the bytes of every file below a folder. */
function sums(path: string): Record<string, string> {
  const sumOf = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');
  return Object.fromEntries(filesBelow(path).map((file) => [file.slice(path.length), sumOf(file)]));
}

const line = (output: string) =>
  `predict p.ilp volume.npy -o ${output} --source probabilities --dtype uint8 --chunk 32 --zarr-shard 32 --threads 2`.split(
    ' ',
  );
const unitsDone = (output: string) => filesBelow(folder.at(`${output}.partial/0/c`)).length;

it('a volume of 128³ whose run is killed ten times, each after some more chunks, is the same bytes in the end', async () => {
  await folder.run(line('whole.zarr').join(' '));
  const expected = sums(folder.at('whole.zarr'));
  expect(filesBelow(folder.at('whole.zarr/0/c'))).toHaveLength(64);
  const seed = 20261123;
  console.log(`Seed of the kills: ${seed}`);
  const random = seededRandom(seed);
  const marks = Array.from({ length: 10 }, () => 1 + Math.floor(random() * 60)).sort((a, b) => a - b);
  for (const mark of marks) {
    const kill = (child: ChildProcess) => {
      const timer = setInterval(() => unitsDone('killed.zarr') >= mark && child.kill('SIGKILL'), 2);
      child.once('exit', () => clearInterval(timer));
    };
    const { exitCode, stderr } = await runCommand(line('killed.zarr'), {
      cwd: folder.path,
      timeoutMs: 60_000,
      onStart: kill,
    });
    expect(exitCode, `killed after ${mark} units: ${stderr}`).toBeUndefined();
    expect(existsSync(folder.at('killed.zarr'))).toBe(false);
  }
  await folder.run(line('killed.zarr').join(' '));
  expect(sums(folder.at('killed.zarr'))).toEqual(expected);
  expect(readdirSync(folder.path).filter((name) => name.startsWith('killed'))).toEqual(['killed.zarr']);
}, 120_000);

it('four parts of it in any order, each on its own, are the same bytes', async () => {
  const expected = sums(folder.at('whole.zarr'));
  for (const part of [3, 1, 4, 2]) await folder.run(`${line('parts.zarr').join(' ')} --shard ${part}/4`);
  await folder.run(`${line('parts.zarr').join(' ')} --finish`);
  expect(sums(folder.at('parts.zarr'))).toEqual(expected);
}, 60_000);
