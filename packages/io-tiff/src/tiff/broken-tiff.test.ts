import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';
import { BrushwoodError, wholeRoi, type TypedArray } from '@brushwood/core';
import { seededRandom } from '@brushwood/core/testing';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { tiff } from './format.ts';

const fixtures = [
  'bigtiff_tiled_deflate_u8.tif',
  'big_endian_strips_u16.tif',
  'big_endian_predictor_u16.tif',
  'imagej_tzcyx_u16.tif',
  'imagej_one_directory_u16.tif',
  'lzw_u8.tif',
  'lzw_noise_u8.tif',
  'lzw_predictor_u16.tif',
  'ome_zcyx_u16.ome.tif',
  'packbits_u8.tif',
  'planar_rgb_u8.tif',
  'zstd_f32.tif',
];
const folder = await temporaryFolder();
const read = (name: string) =>
  new Uint8Array(readFileSync(fileURLToPath(new URL(`../../../../fixtures/tiff/${name}`, import.meta.url))));

/** The pixels of a file in memory, or what was thrown. */
async function outcome(bytes: Uint8Array<ArrayBuffer>): Promise<TypedArray | Error> {
  try {
    const source = await tiff.open({ path: 'broken.tif', blob: new Blob([bytes]) });
    return (await source.read(wholeRoi(source.info.shape))).data;
  } catch (error) {
    return error as Error;
  }
}

describe('truncated files', () => {
  it.each(fixtures)('%s, cut at any length, is broken-file that names the file', async (name) => {
    const whole = read(name);
    const step = Math.max(1, Math.floor(whole.length / 60));
    for (let length = 0; length < whole.length - step; length += step) {
      const found = await outcome(whole.slice(0, length));
      if (!(found instanceof Error)) continue; // only what no pixel needs was cut off: compared below
      expect(found).toMatchObject({ code: 'broken-file', message: expect.stringContaining('broken.tif') });
    }
  });

  it.each(fixtures)('%s, cut, never gives other pixels', async (name) => {
    const whole = read(name);
    const truth = await outcome(whole);
    for (const part of [0.2, 0.5, 0.8, 0.95, 0.99]) {
      const found = await outcome(whole.slice(0, Math.floor(part * whole.length)));
      if (!(found instanceof Error)) expect(found).toEqual(truth);
    }
  });

  it('the message says where the file ends', async () => {
    const path = folder.file('cut.tif');
    await writeFile(path, read('big_endian_strips_u16.tif').slice(0, 2000));
    const source = await tiff.open({ path }).catch((error: unknown) => error as Error);
    expect(source).toMatchObject({ code: 'broken-file', message: expect.stringContaining('ends after 2000 bytes') });
  });
});

describe('damaged files', () => {
  it.each(fixtures)('%s with random bytes changed fails with a BrushwoodError or not at all', async (name) => {
    const random = seededRandom(11);
    const whole = read(name);
    for (let trial = 0; trial < 40; trial++) {
      const bytes = whole.slice();
      const count = 1 + Math.floor(random() * 4);
      for (let i = 0; i < count; i++) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
      const found = await outcome(bytes);
      if (found instanceof Error) expect(found).toBeInstanceOf(BrushwoodError);
    }
  });

  it.each(fixtures)('%s with its first directory changed fails with a BrushwoodError or not at all', async (name) => {
    const random = seededRandom(12);
    const whole = read(name);
    const view = new DataView(whole.buffer);
    const little = whole[0] === 0x49;
    const start = view.getUint16(2, little) === 43 ? Number(view.getBigUint64(8, little)) : view.getUint32(4, little);
    for (let trial = 0; trial < 40; trial++) {
      const bytes = whole.slice();
      const at = start + Math.floor(random() * Math.min(200, bytes.length - start));
      bytes[at] = Math.floor(random() * 256);
      const found = await outcome(bytes);
      if (found instanceof Error) expect(found).toBeInstanceOf(BrushwoodError);
    }
  });

  it('a directory that points to itself is broken-file', async () => {
    const bytes = read('pages_u8.tif');
    const view = new DataView(bytes.buffer);
    const start = view.getUint32(4, true);
    view.setUint32(start + 2 + 12 * view.getUint16(start, true), start, true);
    expect(await outcome(bytes)).toMatchObject({ code: 'broken-file', message: expect.stringContaining('circle') });
  });

  it.each([1, 5, 8])(
    'a header that claims 100,000² pixels in 1 KB (compression %d) is refused at once',
    async (compression) => {
      const bytes = claimingTiff(100_000, compression);
      const found = await outcome(bytes);
      expect(['broken-file', 'too-large']).toContain((found as BrushwoodError).code);
    },
  );

  it.each([5, 8, 50000])(
    'sizes that compression %d cannot reach are broken-file before memory is taken',
    async (compression) => {
      expect(await outcome(claimingTiff(12_000, compression))).toMatchObject({ code: 'broken-file' });
    },
  );

  it.each([8, 32946])(
    'a strip of 12 × 12 pixels that inflates to 50 MB is broken-file, and is not inflated (compression %d)',
    async (compression) => {
      const bomb = deflateSync(new Uint8Array(50 << 20));
      const before = process.memoryUsage().arrayBuffers;
      const found = await outcome(claimingTiff(12, compression, bomb));
      expect(found).toMatchObject({ code: 'broken-file', message: expect.stringContaining('more than the pixels') });
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10 << 20);
    },
  );

  it('a last strip that is padded to full height is read', async () => {
    const padded = deflateSync(new Uint8Array(12 * 20).fill(7));
    expect(await outcome(claimingTiff(12, 8, padded, 20))).toEqual(new Uint8Array(144).fill(7));
  });

  it('a text named .tif is no TIFF', async () => {
    const path = folder.file('text.tif');
    await writeFile(path, 'This is a text.');
    expect(await tiff.probe({ path })).toBe(false);
    await expect(tiff.open({ path })).rejects.toMatchObject({ code: 'broken-file' });
  });
});

/** A TIFF of one strip that says it is `size` pixels wide and high; 800 zeros if not told what it holds. */
function claimingTiff(
  size: number,
  compression: number,
  strip: Uint8Array = new Uint8Array(800),
  rowsPerStrip = size,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Math.max(1024, 200 + strip.length));
  const view = new DataView(bytes.buffer);
  const tags = [
    [256, 4, size],
    [257, 4, size],
    [258, 3, 8],
    [259, 3, compression],
    [262, 3, 1],
    [273, 4, 200],
    [277, 3, 1],
    [278, 4, rowsPerStrip],
    [279, 4, strip.length],
  ] as const;
  bytes.set(strip, 200);
  bytes.set([0x49, 0x49, 42, 0, 8, 0, 0, 0]);
  view.setUint16(8, tags.length, true);
  tags.forEach(([tag, type, value], i) => {
    view.setUint16(10 + 12 * i, tag, true);
    view.setUint16(12 + 12 * i, type, true);
    view.setUint32(14 + 12 * i, 1, true);
    view.setUint32(18 + 12 * i, value, true);
  });
  return bytes;
}
