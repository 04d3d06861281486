import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { cropTensor, wholeRoi, type ImageSpec, type Shape5 } from '@brushwood/core';
import { imageSinkChecks, imageSourceChecks, randomTensor, storageFormatChecks } from '@brushwood/core/testing';
import { encode } from 'fast-bmp';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { bmp, gif, jpeg, png, webp } from './formats.ts';

const folder = await temporaryFolder();
const grey: ImageSpec = { axes: 'yx', shape: [1, 1, 1, 7, 9], dtype: 'uint8', content: 'labels' };
const rgb: ImageSpec = { axes: 'yxc', shape: [1, 3, 1, 7, 9], dtype: 'uint8', content: 'intensity' };

async function openedSink(spec: ImageSpec, name: string) {
  const location = { path: folder.file(`${name}.png`) };
  const sink = await png.create!(location, spec);
  return { sink, reopen: async () => (existsSync(location.path) ? png.open(location) : undefined) };
}

/** Pixels interleaved as sharp takes them, and the tensor they are. */
function pixels(channels: number, height = 7, width = 9) {
  const shape: Shape5 = [1, channels, 1, height, width];
  const tensor = randomTensor('uint8', shape, 5);
  const interleaved = new Uint8Array(channels * height * width);
  for (let i = 0; i < height * width; i++)
    for (let c = 0; c < channels; c++) interleaved[i * channels + c] = Number(tensor.data[c * height * width + i]);
  return { tensor, interleaved, raw: { width, height, channels: channels as 1 | 2 | 3 | 4 } };
}

async function readAll(format: typeof png, path: string) {
  const source = await format.open({ path });
  const tensor = await source.read(wholeRoi(source.info.shape));
  await source.close();
  return { info: source.info, data: tensor.data };
}

describe('image sink checks: png', () => {
  const specs = [
    { ...rgb, dtype: 'uint16' },
    grey,
    rgb,
    { ...grey, dtype: 'uint16' },
    { ...grey, axes: 'tzcyx' },
  ] as const satisfies readonly ImageSpec[];
  for (const check of imageSinkChecks({ create: openedSink, specs })) it(check.name, check.run);
});

describe('image source checks: png', async () => {
  const { tensor, interleaved, raw } = pixels(3);
  const path = folder.file('source.png');
  await sharp(interleaved, { raw }).png().toFile(path);
  for (const check of imageSourceChecks({ open: () => png.open({ path }), whole: tensor })) it(check.name, check.run);
});

describe('storage format checks', async () => {
  const { interleaved, raw } = pixels(3);
  const text = folder.file('text.png');
  await writeFile(text, 'BM is how a bitmap begins, but this is a text');
  const samples = {
    png: await sharp(interleaved, { raw }).png().toBuffer(),
    jpeg: await sharp(interleaved, { raw }).jpeg().toBuffer(),
    webp: await sharp(interleaved, { raw }).webp().toBuffer(),
    gif: await sharp(interleaved, { raw }).gif().toBuffer(),
    bmp: encodeBmp(interleaved, 3),
  };
  for (const [id, bytes] of Object.entries(samples)) await writeFile(folder.file(`sample.${id}`), bytes);
  for (const format of [png, jpeg, webp, gif, bmp]) {
    const others = Object.keys(samples).filter((id) => id !== format.id);
    const checks = storageFormatChecks({
      format,
      sample: { path: folder.file(`sample.${format.id}`) },
      foreign: [{ path: text }, { path: folder.path }, ...others.map((id) => ({ path: folder.file(`sample.${id}`) }))],
      missing: { path: folder.file('missing.png') },
      createLocation: (name) => ({ path: folder.file(`${name}.png`) }),
    });
    for (const check of checks) it(`${format.id}: ${check.name}`, check.run);
  }
});

describe('reading raster images', () => {
  it('a 16-bit grey PNG is one channel and keeps values above 255', async () => {
    const values = Uint16Array.from({ length: 63 }, (_, i) => i * 1000);
    const path = folder.file('grey16.png');
    await sharp(values, { raw: { width: 9, height: 7, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toFile(path);
    const { info, data } = await readAll(png, path);
    expect([info.fileAxes, info.dtype]).toEqual(['yx', 'uint16']);
    expect(data).toEqual(values);
  });

  it.each([
    [1, 'b-w', 'yx'],
    [3, 'srgb', 'yxc'],
    [4, 'srgb', 'yxc'],
  ] as const)('a PNG of %d channels (%s) has axes %s and its channels as stored', async (channels, space, axes) => {
    const { tensor, interleaved, raw } = pixels(channels);
    const path = folder.file(`channels${channels}.png`);
    await sharp(interleaved, { raw }).toColourspace(space).png().toFile(path);
    const { info, data } = await readAll(png, path);
    expect(info.fileAxes).toBe(axes);
    expect(data).toEqual(tensor.data);
  });

  it('grey with alpha keeps both channels', async () => {
    const { interleaved, raw, tensor } = pixels(2);
    const wide = Uint16Array.from(interleaved, (value) => value * 257);
    const path = folder.file('alpha.png');
    await sharp(wide, { raw }).toColourspace('grey16').png().toFile(path);
    const { info, data } = await readAll(png, path);
    expect(info.shape[1]).toBe(2);
    expect(data).toEqual(Uint16Array.from(tensor.data as Uint8Array, (value) => value * 257));
  });

  it('one bit becomes 0 and 255, and a palette its colours', async () => {
    const values = Uint8Array.from({ length: 63 }, (_, i) => (i % 3 === 0 ? 255 : 0));
    const colors = Uint8Array.from(
      { length: 189 },
      (_, i) =>
        [
          [200, 10, 30],
          [7, 90, 140],
        ][Math.floor(i / 3) % 2]![i % 3]!,
    );
    const [bits, palette] = [folder.file('bits.png'), folder.file('palette.png')];
    await sharp(values, { raw: { width: 9, height: 7, channels: 1 } })
      .toColourspace('b-w')
      .png({ palette: true, colours: 2 })
      .toFile(bits);
    await sharp(colors, { raw: { width: 9, height: 7, channels: 3 } })
      .png({ palette: true })
      .toFile(palette);
    const found = await readAll(png, bits);
    expect([...new Set(found.data as Uint8Array)].toSorted((a, b) => a - b)).toEqual([0, 255]);
    const { info, data } = await readAll(png, palette);
    expect(info.fileAxes).toBe('yxc');
    expect([data[0], data[63], data[126]]).toEqual([200, 10, 30]);
  });

  it('a colour profile does not change the values', async () => {
    const { tensor, interleaved, raw } = pixels(3);
    const path = folder.file('profile.png');
    await sharp(interleaved, { raw }).withIccProfile('p3', { attach: true }).png().toFile(path);
    const stored = await sharp(path, { ignoreIcc: true }).raw().toBuffer();
    const { data } = await readAll(png, path);
    for (let c = 0; c < 3; c++) expect(data[c * 63]).toBe(stored[c]);
    expect(data.length).toBe(tensor.data.length);
  });

  it.each([1, 3] as const)('a BMP of %d channels has its pixels', async (channels) => {
    const { tensor, interleaved } = pixels(channels);
    const path = folder.file(`channels${channels}.bmp`);
    await writeFile(path, encodeBmp(interleaved, channels));
    expect((await readAll(bmp, path)).data).toEqual(tensor.data);
  });

  it.each([
    ['PNG', png, (image: Sharp) => image.png()],
    ['JPEG', jpeg, (image: Sharp) => image.jpeg()],
    ['WebP', webp, (image: Sharp) => image.webp()],
    ['GIF', gif, (image: Sharp) => image.gif()],
  ] as const)('a truncated %s is broken-file that names the file', async (name, format, encoded) => {
    const { interleaved, raw } = pixels(3, 70, 90);
    const bytes = await encoded(sharp(interleaved, { raw })).toBuffer();
    const path = folder.file(`cut.${name}`);
    for (const part of [0.1, 0.5, 0.9]) {
      await writeFile(path, bytes.subarray(0, Math.floor(part * bytes.length)));
      await expect(readAll(format, path)).rejects.toMatchObject({
        code: 'broken-file',
        message: expect.stringContaining(path),
      });
    }
  });

  it('a truncated BMP says how many bytes there are', async () => {
    const { interleaved } = pixels(3);
    const path = folder.file('cut.bmp');
    await writeFile(path, encodeBmp(interleaved, 3).subarray(0, 150));
    await expect(readAll(bmp, path)).rejects.toMatchObject({
      code: 'broken-file',
      message: expect.stringContaining('ends after 150 bytes'),
    });
  });

  it('a box is the crop of the whole', async () => {
    const { tensor, interleaved, raw } = pixels(3);
    const path = folder.file('box.png');
    await sharp(interleaved, { raw }).png().toFile(path);
    const source = await png.open({ path });
    const box = { start: [0, 1, 0, 2, 3], stop: [1, 3, 1, 6, 8] } as const;
    expect((await source.read(box)).data).toEqual(cropTensor(tensor, box).data);
    await source.close();
  });
});

describe('a picture of a few bytes', () => {
  it('that claims more pixels than can be decoded is too-large, with a way out', async () => {
    const path = folder.file('bomb.png');
    const small = await sharp(new Uint8Array(4), { raw: { width: 2, height: 2, channels: 1 } })
      .png()
      .toBuffer();
    small.writeUInt32BE(20_000, 16); // width and height in the header, and its checksum
    small.writeUInt32BE(20_000, 20);
    small.writeUInt32BE(crc32(small.subarray(12, 29)), 29);
    await writeFile(path, small);
    await expect(png.open({ path })).rejects.toMatchObject({
      code: 'too-large',
      message: expect.stringMatching(/20000 × 20000.*268 million.*TIFF/),
    });
  });
});

describe('writing PNG', () => {
  it.each([
    [{ ...grey, dtype: 'float32' }, 'unsupported-dtype'],
    [{ ...grey, dtype: 'uint32' }, 'unsupported-dtype'],
    [{ ...grey, axes: 'zyx', shape: [1, 1, 2, 7, 9] }, 'unsupported'],
    [{ ...grey, axes: 'yxc', shape: [1, 2, 1, 7, 9] }, 'unsupported'],
  ] as const)('%o is refused as %s and another format named', async (spec, code) => {
    const create = png.create!({ path: folder.file('refused.png') }, spec as ImageSpec);
    await expect(create).rejects.toMatchObject({ code, message: expect.stringMatching(/TIFF, HDF5 or NumPy/) });
  });

  it.each(['int64', 'uint64'] as const)(
    '%s, which nothing is converted to, gets no other format named',
    async (dtype) => {
      const error = await png.create!({ path: folder.file('refused.png') }, { ...grey, dtype }).catch(String);
      expect(error).toMatch(/uint8 or uint16, not u?int64\. Choose one of them\.$/);
    },
  );

  it('an aborted sink leaves neither the file nor its partial', async () => {
    const { sink } = await openedSink(grey, 'aborted');
    await sink.abort();
    expect((await readdir(folder.path)).filter((name) => name.startsWith('aborted'))).toEqual([]);
  });
});

/** Of PNG (ISO 3309), bit by bit. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

/** fast-bmp writes no palette for 8 bits; one is put between header and pixels. */
function encodeBmp(interleaved: Uint8Array, channels: 1 | 3): Uint8Array {
  const encoded = encode({
    width: 9,
    height: 7,
    data: interleaved,
    bitsPerPixel: channels * 8,
    components: channels,
    channels,
  });
  if (channels === 3) return encoded;
  const pixelsAt = new DataView(encoded.buffer, encoded.byteOffset).getUint32(10, true);
  const palette = Uint8Array.from({ length: 1024 }, (_, i) => (i % 4 === 3 ? 0 : i >> 2));
  const out = new Uint8Array([...encoded.subarray(0, 138), ...palette, ...encoded.subarray(pixelsAt)]);
  new DataView(out.buffer).setUint32(10, 138 + 1024, true);
  return out;
}
