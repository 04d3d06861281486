import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { wholeRoi, type ImageSpec, type Shape5 } from '@brushwood/core';
import { imageSinkChecks } from '@brushwood/core/testing';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { png } from './formats.ts';

const folder = await temporaryFolder();
/** A Python that has Pillow, or undefined. */
const python = ['python3', '/usr/bin/python3'].find((path) => spawnSync(path, ['-c', 'import PIL']).status === 0);

const shape: Shape5 = [1, 1, 1, 2, 4];
const colors = [
  [255, 225, 25],
  [0, 130, 200],
] as const;
const labels: ImageSpec = { axes: 'yx', shape, dtype: 'uint8', content: 'labels', colors };
const values = Uint8Array.of(0, 1, 2, 1, 2, 255, 0, 3);

async function written(name: string, spec: ImageSpec, flavour: string | undefined): Promise<string> {
  const path = folder.file(name);
  const sink = await png.create!({ path }, spec, { layout: flavour === undefined ? {} : { flavour } });
  await sink.write(wholeRoi(shape), { data: values, shape });
  await sink.close();
  return path;
}

describe('a PNG of class numbers with a palette', () => {
  const create = async (spec: ImageSpec, name: string) => {
    const location = { path: folder.file(`${name}.png`) };
    const sink = await png.create!(location, spec, { overwrite: true, layout: { flavour: 'palette' } });
    return { sink, reopen: () => png.open(location).catch(() => undefined) };
  };
  const subject = { create, specs: [{ ...labels, shape: [1, 1, 1, 9, 11] }] as const };
  for (const check of imageSinkChecks(subject)) it(check.name, check.run);

  it('comes back as class numbers', async () => {
    const source = await png.open({ path: await written('numbers.png', labels, 'palette') });
    const { data } = await source.read(wholeRoi(shape));
    expect([source.info.fileAxes, source.info.dtype, data]).toEqual(['yx', 'uint8', values]);
    await source.close();
  });

  it('is shown in the colours of the classes, 0 in black, others in white', async () => {
    const path = await written('colours.png', labels, 'palette');
    const { data, info } = await sharp(path).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    expect(info.channels).toBe(3);
    const shown = [...values].map((value) => (value === 0 ? [0, 0, 0] : (colors[value - 1] ?? [255, 255, 255])));
    expect([...data]).toEqual(shown.flat());
  });

  it.skipIf(!python)('is indices for Pillow (needs a Python with Pillow)', async () => {
    const path = await written('pillow.png', labels, 'palette');
    const code = 'import sys; from PIL import Image; i = Image.open(sys.argv[1]); print(i.mode, list(i.getdata()))';
    const { stdout } = spawnSync(python!, ['-c', code, path], { encoding: 'utf8' });
    expect(stdout.trim()).toBe(`P [${[...values].join(', ')}]`);
  });

  it('is one only if asked for: else it is grey as ilastik writes it', async () => {
    const bytes = await readFile(await written('grey.png', labels, undefined));
    expect(bytes[25]).toBe(0);
  });

  it('of others is read as colours', async () => {
    const path = folder.file('others.png');
    const rgb = Buffer.from([...values].flatMap((value) => [...(colors[value % 2] ?? [])]));
    await sharp(rgb, { raw: { width: 4, height: 2, channels: 3 } })
      .png({ palette: true })
      .toFile(path);
    expect((await readFile(path))[25]).toBe(3);
    const source = await png.open({ path });
    expect(source.info.fileAxes).toBe('yxc');
    await source.close();
  });

  it.each([
    ['palette', { ...labels, content: 'intensity' }],
    ['palette', { ...labels, colors: undefined }],
    ['rainbow', labels],
  ] as const)('is refused where it makes no sense: %s', async (flavour, spec) => {
    const create = png.create!({ path: folder.file('refused.png') }, spec, { layout: { flavour } });
    await expect(create).rejects.toMatchObject({ code: 'unsupported', message: expect.stringContaining(flavour) });
  });
});
