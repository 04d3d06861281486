import { createTensor } from '@brushwood/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SampleFolder } from '../testing/sample-folder.ts';
import { sampleImage, writeImage, writeProject } from '../testing/sample-project.ts';

interface Figures {
  readonly folds: number;
  readonly confusion: readonly (readonly number[])[];
  readonly accuracy: { readonly mean: number; readonly values: readonly number[] };
  readonly classes: readonly { name: string; strokes: number; support: number }[];
  readonly singleGroupClasses: readonly number[];
  readonly warnings: readonly { readonly kind: string }[];
  readonly seconds: number;
}

const shape = [1, 1, 1, 40, 48] as const;

/** Three strokes on the dark half, three on the bright one, far enough apart. */
function strokes(): Uint8Array {
  const labels = new Uint8Array(40 * 48);
  for (const [i, y] of [2, 18, 34].entries()) {
    for (let x = 0; x < 9 + i; x++) {
      labels[y * 48 + 6 + x] = 1;
      labels[y * 48 + 34 + x] = 2;
    }
  }
  return labels;
}

let folder: SampleFolder;
beforeAll(async () => {
  folder = await SampleFolder.make();
  await writeImage(folder.at('gray.png'), sampleImage(shape));
  await writeProject(folder.at('p.ilp'), { image: folder.at('gray.png'), isTrained: false });
  await writeImage(folder.at('strokes.npy'), createTensor(strokes(), shape));
  await folder.run('label p.ilp --labels strokes.npy');
});
afterAll(() => folder.remove());

const timeless = ({ seconds: _, ...figures }: Figures) => figures;

describe('brushwood evaluate --cross-validate', () => {
  it('predicts every labelled voxel once, by a classifier that has not seen its stroke', async () => {
    const found = await folder.json<Figures>('evaluate p.ilp --cross-validate 3');
    expect(found).toMatchObject({ folds: 3, singleGroupClasses: [] });
    expect(found.classes).toMatchObject([
      { name: 'background', strokes: 3, support: 30 },
      { name: 'object', strokes: 3, support: 30 },
    ]);
    expect(found.confusion.flat().reduce((sum, count) => sum + count, 0)).toBe(60);
    expect(found.accuracy.values).toHaveLength(3);
    expect(found.accuracy.mean).toBeGreaterThan(0.95);
  });

  it('takes five parts unless told otherwise, and gives the same figures with any number of threads', async () => {
    const one = await folder.json<Figures>('evaluate p.ilp --cross-validate --threads 1');
    const two = await folder.json<Figures>('evaluate p.ilp --cross-validate --threads 2');
    expect(one.folds).toBe(5);
    expect(timeless(two)).toEqual(timeless(one));
  });

  it('prints tables and what they mean, and warns of labels that say little', async () => {
    const text = await folder.run('evaluate p.ilp --cross-validate');
    expect(text).toMatch(/^background +3 +30 +/m);
    expect(text).toMatch(/^painted \\ predicted +background +object$/m);
    expect(text).toContain('Strokes were held out as a whole.');
    const labels = strokes().map((label, i) => (label === 2 && i > 10 * 48 ? 0 : label));
    await writeImage(folder.at('few.npy'), createTensor(labels, shape));
    const project = await folder.copyOf('p.ilp');
    await folder.run(`label ${project} --labels few.npy`);
    expect(await folder.run(`evaluate ${project} --cross-validate`)).toContain('Too good');
    const few = await folder.json<Figures>(`evaluate ${project} --cross-validate`);
    expect(few.singleGroupClasses).toEqual([1]);
    expect(few.warnings.map(({ kind }) => kind)).toContain('few-strokes');
  });

  it('refuses a truth or images beside it, and numbers that make no sense', async () => {
    const both = await folder.try('evaluate p.ilp --cross-validate 3 --truth strokes.npy');
    expect(both).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('strokes.npy') });
    const one = await folder.try('evaluate p.ilp --cross-validate 1');
    expect(one).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('from 2 to 50') });
  });
});
