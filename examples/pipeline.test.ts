import { createContainer, openImage, wholeRoi, type ImageSpec, type Shape5 } from '@brushwood/core';
import { ioTiff } from '@brushwood/io-tiff';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { syntheticMicrograph } from '../scripts/demo/synthetic-micrograph.mjs';
import { segment } from './pipeline.ts';

const size = 192;
const shape: Shape5 = [1, 1, 1, size, size];
const { formats } = createContainer([ioTiff]).catalog;
const folder = await mkdtemp(join(tmpdir(), 'brushwood-example-'));
afterAll(() => rm(folder, { recursive: true }));

async function writePng(name: string, data: Uint8Array): Promise<string> {
  const path = join(folder, name);
  const spec: ImageSpec = { axes: 'yx', shape, dtype: 'uint8', content: 'intensity' };
  const sink = await formats.find((format) => format.id === 'png')!.create!({ path }, spec);
  await sink.write(wholeRoi(shape), { data, shape });
  await sink.close();
  return path;
}

describe('examples/pipeline.ts', () => {
  it('learns from strokes on one image and segments another', async () => {
    const first = syntheticMicrograph(size, 3);
    const second = syntheticMicrograph(size, 4);
    const image = await writePng('image.png', first.image);
    const labels = await writePng('labels.png', first.strokes);
    const other = await writePng('other.png', second.image);
    await segment(image, labels, other, join(folder, 'out.png'));
    const source = await openImage(formats, { location: { path: join(folder, 'out.png') } });
    const { data } = await source.read(wholeRoi(source.info.shape));
    await source.close();
    const agreement = second.truth.filter((label, i) => label === Number(data[i])).length / second.truth.length;
    expect(agreement).toBeGreaterThan(0.95);
  });
});
