import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeFile } from 'node:fs/promises';
import { runCommand } from './testing/command-line.ts';
import { npyBytes } from './testing/file-bytes.ts';
import { SampleFolder } from './testing/sample-folder.ts';
import { sampleImage, writeImage, writeProject } from './testing/sample-project.ts';

/** Lets the command believe that standard error is a terminal. */
const env = { NODE_OPTIONS: '--import=data:text/javascript,process.stderr.isTTY=true' };

let folder: SampleFolder;
beforeAll(async () => {
  folder = await SampleFolder.make();
  await writeImage(folder.at('gray.npy'), sampleImage([1, 1, 1, 400, 400]));
  await writeProject(folder.at('p.ilp'), { image: folder.at('gray.npy') });
  const values = Float32Array.from({ length: 160_000 }, (_, i) => i % 13).fill(Number.NaN, 159_999);
  await writeFile(folder.at('late-nan.npy'), npyBytes('<f4', [400, 400], values));
});
afterAll(() => folder.remove());

const predict = (image: string) =>
  runCommand(['predict', 'p.ilp', image, '-o', '{nickname}-out.npy', '--block', '32', '--threads', '1'], {
    cwd: folder.path,
    timeoutMs: 15_000,
    env,
  });
const showCursor = '\u001b[?25h';

describe('a command on a terminal', () => {
  it('shows a bar and gives the cursor back', async () => {
    const { exitCode, stderr } = await predict('gray.npy');
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/Predicting gray\.npy \[[=-]+\] 169\/169 blocks/);
    expect(stderr.lastIndexOf(showCursor)).toBeGreaterThan(stderr.lastIndexOf('\u001b[?25l'));
  });

  it('ends, with the cursor back, when it fails half-way', async () => {
    const { exitCode, stderr } = await predict('late-nan.npy');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/\nbrushwood: .*late-nan\.npy holds NaN at t=0 c=0 z=0 y=399 x=399/);
    expect(stderr.lastIndexOf(showCursor)).toBeGreaterThan(stderr.lastIndexOf('\u001b[?25l'));
  });
});
