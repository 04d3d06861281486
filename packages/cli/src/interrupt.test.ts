import { readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { existsSync } from 'node:fs';
import { runCommand } from './testing/command-line.ts';
import { SampleFolder } from './testing/sample-folder.ts';
import { sampleImage, writeImage, writeProject } from './testing/sample-project.ts';

let folder: SampleFolder;
beforeAll(async () => {
  folder = await SampleFolder.make();
  await writeImage(folder.at('large.npy'), sampleImage([1, 1, 60, 200, 200]));
  const features = ['GaussianSmoothing:3.5', 'StructureTensorEigenvalues:5', 'HessianOfGaussianEigenvalues:5'];
  await writeProject(folder.at('p.ilp'), { image: folder.at('large.npy'), features, isTrained: false });
  await folder.run('train p.ilp --option treeCount=3');
}, 120_000);
afterAll(() => folder.remove());

/** Starts a command, sends it a signal as soon as a file appears, and tells how long it took to end. */
async function interrupt(line: string, signal: NodeJS.Signals, whenThereIs: string) {
  let sent = 0;
  const run = await runCommand(line.split(' '), {
    cwd: folder.path,
    timeoutMs: 60_000,
    onStart(child) {
      const timer = setInterval(() => {
        if (!existsSync(folder.at(whenThereIs))) return;
        clearInterval(timer);
        // Some blocks are under way by then.
        setTimeout(() => {
          sent = performance.now();
          child.kill(signal);
        }, 200);
      }, 10);
      child.once('exit', () => clearInterval(timer));
    },
  });
  return { ...run, secondsAfter: (performance.now() - sent) / 1e3, wasSent: sent > 0 };
}

describe.each(['SIGINT', 'SIGTERM'] as const)('%s while predicting', (signal) => {
  it.each(['npy', 'tif', 'h5'])('ends at once and leaves no .%s behind', async (ending) => {
    const before = await readdir(folder.path);
    const line = `predict p.ilp -o out.${ending} --block 16 --threads 2`;
    const run = await interrupt(line, signal, `out.${ending}.partial`);
    expect(run.wasSent).toBe(true);
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toContain('brushwood: cancelled.');
    expect(run.stdout).toBe('');
    expect(run.secondsAfter).toBeLessThan(3);
    expect(await readdir(folder.path)).toEqual(before);
  });
});

describe('SIGINT while training', () => {
  it('ends at once, leaves the project as it was and gives up its lock', async () => {
    const before = [await readdir(folder.path), (await readFile(folder.at('p.ilp'))).toString('base64')];
    const run = await interrupt('train p.ilp --option treeCount=10000', 'SIGINT', 'p.ilp.lock');
    expect(run).toMatchObject({ wasSent: true, exitCode: 1, stdout: '' });
    expect(run.stderr).toContain('brushwood: cancelled.');
    expect(run.secondsAfter).toBeLessThan(3);
    expect([await readdir(folder.path), (await readFile(folder.at('p.ilp'))).toString('base64')]).toEqual(before);
  });
});
