import { createTensor, type Shape5 } from '@brushwood/core';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sampleImage, sampleLabels, writeImage, writeProject } from './sample-project.ts';

const shape: Shape5 = [1, 1, 1, 40, 48];

/** Writes a trained project, and label images, masks and truths that do not fit it. */
export async function writeWrongLabels(folder: string): Promise<void> {
  const at = (name: string) => join(folder, name);
  await writeImage(at('gray.png'), sampleImage(shape));
  await writeImage(at('other.npy'), sampleImage(shape, 2));
  await writeProject(at('p.ilp'), { image: at('gray.png') });
  await writeProject(at('three.ilp'), { image: at('gray.png'), classes: ['a', 'b', 'c'] });
  const labels = sampleLabels(shape);
  await writeImage(at('labels.npy'), labels);
  await writeImage(at('mask.npy'), labels);
  await writeImage(at('small.npy'), sampleLabels([1, 1, 1, 30, 30]));
  await writeImage(at('volume.npy'), sampleLabels([1, 1, 12, 20, 24]));
  await writeImage(at('two.npy'), createTensor(new Uint8Array(2 * 1920), [1, 2, 1, 40, 48]));
  await writeImage(at('half.npy'), createTensor(new Float32Array(1920).fill(1.5, 5, 6), shape));
  await writeImage(at('minus.npy'), createTensor(new Int8Array(1920).fill(-1, 100, 120), shape));
  await writeImage(
    at('high.npy'),
    createTensor(
      (labels.data as Uint8Array).map((value) => (value === 2 ? 255 : value)),
      shape,
    ),
  );
  // Every pixel another colour.
  const colours = new Uint8Array(3 * 1920).map((_, i) => (i < 1920 ? i % 250 : i % 241));
  await writeImage(at('colours.png'), createTensor(colours, [1, 3, 1, 40, 48]));
  await mkdir(at('taken.npy'));
}
