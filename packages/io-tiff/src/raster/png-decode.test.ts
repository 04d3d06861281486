import sharp, { type PngOptions } from 'sharp';
import { describe, expect, it } from 'vitest';
import { rasterCodec } from './codec.node.ts';
import { decodePng } from './png-decode.ts';
import { encodePng } from './png-encode.ts';
import { pngChunk } from './png-chunks.ts';
import { infoOf, readPngHeader } from './png-header.ts';

const [width, height] = [21, 13];

/** Values that use the whole range, with runs that make an encoder choose among its filters. */
function pixels<T extends Uint8Array | Uint16Array>(out: T): T {
  const most = out instanceof Uint16Array ? 65535 : 255;
  return out.map((_, i) => (i % 7 < 4 ? (i * 37 * (most / 255)) % (most + 1) : most - i)) as T;
}

async function made(channels: 1 | 3 | 4, is16: boolean, options: PngOptions = {}): Promise<Uint8Array> {
  const count = width * height * channels;
  const data = pixels(is16 ? new Uint16Array(count) : new Uint8Array(count));
  const space = channels === 1 ? (is16 ? 'grey16' : 'b-w') : is16 ? 'rgb16' : 'srgb';
  return sharp(data, { raw: { width, height, channels } }).toColourspace(space).png(options).toBuffer();
}

describe('a PNG decoded without the platform', () => {
  const kinds: [string, () => Promise<Uint8Array>][] = [
    ['8-bit grey', () => made(1, false)],
    ['8-bit RGB', () => made(3, false)],
    ['8-bit RGBA', () => made(4, false)],
    ['16-bit grey', () => made(1, true)],
    ['16-bit RGB', () => made(3, true)],
    ['16-bit RGBA', () => made(4, true)],
    ['interlaced RGB', () => made(3, false, { progressive: true })],
    ['interlaced 16-bit grey', () => made(1, true, { progressive: true })],
    ['a palette of 256 colours', () => made(3, false, { palette: true, colours: 256 })],
    ['a palette of 4 colours', () => made(3, false, { palette: true, colours: 4 })],
    ['a palette of 2 colours, interlaced', () => made(3, false, { palette: true, colours: 2, progressive: true })],
    ['a palette with alpha', () => made(4, false, { palette: true })],
    ['filtered rows', () => made(3, false, { adaptiveFiltering: true })],
  ];
  it.each(kinds)('has the values of sharp: %s', async (_, make) => {
    const png = await make();
    const expected = await rasterCodec.decode(png);
    const found = await decodePng(png);
    expect(infoOf(readPngHeader(png))).toEqual(await rasterCodec.readInfo(png));
    expect({ ...found, data: [...found.data] }).toEqual({ ...expected, data: [...expected.data] });
  });

  // 5 pixels with 1, 2 and 4 bits, most significant first: PNG specification, section 7.2.
  it.each([
    [1, [0b10110000], [255, 0, 255, 255, 0]],
    [2, [0b00011011, 0b01000000], [0, 85, 170, 255, 85]],
    [4, [0x01, 0x8f, 0x20], [0, 17, 136, 255, 34]],
  ])('stretches %i bits of grey to 8', async (depth, row, expected) => {
    expect([...(await decodePng(await handmade({ depth, row, width: 5 }))).data]).toEqual(expected);
  });

  it('makes an alpha channel of a transparent grey', async () => {
    const extra = [pngChunk('tRNS', Uint8Array.of(0, 7))];
    const { channels, data } = await decodePng(await handmade({ depth: 8, row: [6, 7, 8], width: 3, extra }));
    expect([channels, ...data]).toEqual([2, 6, 255, 7, 0, 8, 255]);
  });

  it('is what was encoded', async () => {
    for (const channels of [1, 3] as const) {
      for (const dtype of ['uint8', 'uint16'] as const) {
        const count = width * height * channels;
        const data = pixels(dtype === 'uint16' ? new Uint16Array(count) : new Uint8Array(count));
        const png = await encodePng({ width, height, channels, dtype, data });
        expect(await decodePng(png)).toEqual({ width, height, channels, dtype, data });
        expect((await rasterCodec.decode(png)).data).toEqual(data);
      }
    }
  });

  it.each([
    ['is cut off', (png: Uint8Array) => png.slice(0, -20), /ends/],
    ['has a flipped bit', (png: Uint8Array) => png.map((byte, i) => (i === 70 ? byte ^ 4 : byte)), /checksum of IDAT/],
    ['has no header', (png: Uint8Array) => Uint8Array.from([...png.slice(0, 8), ...png.slice(33)]), /header/],
  ])('is refused if it %s', async (_, damage, message) => {
    await expect(decodePng(damage(await made(1, false)))).rejects.toThrow(message);
  });

  it('is refused if there are fewer pixels than its header says', async () => {
    await expect(decodePng(await handmade({ depth: 8, row: [1, 2], width: 3 }))).rejects.toThrow('fewer pixels');
    await expect(decodePng(await handmade({ depth: 8, row: [1, 2, 3, 4], width: 3 }))).rejects.toThrow('more pixels');
  });
});

/** A grey PNG of one row without a filter. */
async function handmade(image: {
  depth: number;
  row: readonly number[];
  width: number;
  extra?: Uint8Array[];
}): Promise<Uint8Array> {
  const header = Uint8Array.of(0, 0, 0, image.width, 0, 0, 0, 1, image.depth, 0, 0, 0, 0);
  const stream = new Blob([Uint8Array.of(0, ...image.row)]).stream().pipeThrough(new CompressionStream('deflate'));
  const compressed = new Uint8Array(await new Response(stream).arrayBuffer());
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  const parts = [pngChunk('IHDR', header), ...(image.extra ?? []), pngChunk('IDAT', compressed)];
  return Buffer.concat([signature, ...parts, pngChunk('IEND', new Uint8Array())]);
}
