import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, openTestPage, type TestPage } from './testing/browser.ts';
import { bundleForTests } from './testing/bundle-for-tests.ts';
import { readWhole } from './testing/read-image.ts';
import { filesBelow, noiseImage, sampleFolder, writeImage, writeZip } from './testing/sample-images.ts';

type ReadImages = typeof import('./testing/read-image.page.ts');
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const fixtures = here('../../../fixtures');
const reference = process.env['BRUSHWOOD_REFERENCE'];
const inputs = reference ? readdirSync(join(reference, 'inputs')) : [];
const tiffs = readdirSync(join(fixtures, 'tiff')).filter((name) => name.endsWith('.tif'));

describe.skipIf(!hasBrowser)('opening images in a page and its workers', { timeout: 60_000 }, async () => {
  const folder = await sampleFolder();
  let test: TestPage;
  beforeAll(async () => {
    const bundle = await bundleForTests({ 'read-image': here('testing/read-image.page.ts') });
    await makeSamples(folder);
    test = await openTestPage({
      files: { ...bundle, '/fixtures': fixtures, '/made': folder, ...(reference ? { '/reference': reference } : {}) },
    });
  }, 60_000);

  /** Reads a file as one that was chosen in a dialog. */
  const readFile = (address: string, innerPath?: string) =>
    test.page.evaluate(
      async ([from, inner]) => {
        const { fetchFile, readTwice } = await importModule<ReadImages>('/read-image.js');
        const blob = await fetchFile(from!);
        return readTwice({ path: blob.name, blob, innerPath: inner });
      },
      [address, innerPath] as const,
    );

  it.each(tiffs)('TIFF: %s', async (name) => {
    const expected = await readWhole({ path: join(fixtures, 'tiff', name) });
    expect(await readFile(`/fixtures/tiff/${name}`)).toEqual({ page: expected, worker: expected });
  });

  it.each(['g8.png', 'g16.png', 'rgb8.png', 'rgb16.png', 'rgba8.png', 'palette.png', 'interlaced.png', 'profile.png'])(
    'PNG: %s',
    async (name) => {
      const expected = await readWhole({ path: join(folder, name) });
      expect(await readFile(`/made/${name}`)).toEqual({ page: expected, worker: expected });
    },
  );

  it.each([
    'lossless.webp',
    'lossy.webp',
    'still.gif',
    'gray.jpg',
    'bitmap.bmp',
    'stack.npy',
    'stack.tif',
    'hyperstack.ome.tif',
  ])('%s', async (name) => {
    const expected = await readWhole({ path: join(folder, name) });
    expect(await readFile(`/made/${name}`)).toEqual({ page: expected, worker: expected });
  });

  // A browser turns a picture by its Exif data and changes colours by its profile unless it is kept from it.
  it.each(['turned.jpg', 'halved-colours.jpg', 'profile.jpg'])('JPEG in colour: %s', async (name) => {
    const expected = await readWhole({ path: join(folder, name) });
    expect(await readFile(`/made/${name}`)).toEqual({ page: expected, worker: expected });
  });

  it.each(['gzip', 'fletcher', 'big-endian/u2', 'axes/axistags', 'bool', 'float16', undefined])(
    'HDF5, of several datasets %s',
    async (innerPath) => {
      const found = await readFile('/fixtures/hdf5/variants.h5', innerPath);
      const expected = await readWhole({ path: join(fixtures, 'hdf5/variants.h5'), innerPath }).catch(
        (error: { code: string; message: string }) => ({
          code: error.code,
          message: error.message.replaceAll(`${fixtures}/hdf5/`, ''),
        }),
      );
      expect(found).toEqual({ page: expected, worker: expected });
    },
  );

  it('HDF5 with one dataset', async () => {
    const expected = await readWhole({ path: join(fixtures, 'hdf5/single.h5') });
    expect(await readFile('/fixtures/hdf5/single.h5')).toEqual({ page: expected, worker: expected });
  });

  it.skipIf(!reference)('the reference images (needs BRUSHWOOD_REFERENCE)', async () => {
    expect(inputs).not.toHaveLength(0);
    for (const name of inputs) {
      const expected = await readWhole({ path: join(reference!, 'inputs', name) });
      expect(await readFile(`/reference/inputs/${name}`), name).toEqual({ page: expected, worker: expected });
    }
  });

  it('a large HDF5 file, in parts', async () => {
    const expected = await readWhole({ path: join(folder, 'large.h5') });
    const { found, largest } = await test.page.evaluate(async () => {
      const { fetchFile, readTwice } = await importModule<ReadImages>('/read-image.js');
      const blob = await fetchFile('/made/large.h5');
      const { arrayBuffer } = Blob.prototype;
      let largest = 0;
      Blob.prototype.arrayBuffer = function () {
        largest = Math.max(largest, this.size);
        return arrayBuffer.call(this);
      };
      return { found: await readTwice({ path: blob.name, blob }), largest };
    });
    expect(found).toEqual({ page: expected, worker: expected });
    expect(largest).toBeLessThan(1 << 20);
  });

  describe.each(['v2.zarr', 'v3.zarr'])('OME-Zarr %s', (name) => {
    const expected = () => readWhole({ path: join(folder, name) });

    it('behind a URL', async () => {
      const found = await test.page.evaluate(async (name) => {
        const { readTwice } = await importModule<ReadImages>('/read-image.js');
        return readTwice({ path: `${location.origin}/made/${name}` });
      }, name);
      expect(found).toEqual({ page: await expected(), worker: await expected() });
    });

    it('in a zip file', async () => {
      expect(await readFile(`/made/${name}.zip`)).toEqual({ page: await expected(), worker: await expected() });
    });

    it('in a chosen folder, by its handle or by its files', async () => {
      const paths = Object.keys(await filesBelow(join(folder, name)));
      const found = await test.page.evaluate(
        async ([name, paths]) => {
          const { fetchFile, readTwice } = await importModule<ReadImages>('/read-image.js');
          const files = new Map<string, Blob>();
          const root = await (await navigator.storage.getDirectory()).getDirectoryHandle(name, { create: true });
          for (const path of paths) {
            const file = await fetchFile(`/made/${name}/${path}`);
            files.set(path, file);
            const folders = path.split('/').slice(0, -1);
            let inner = root;
            for (const part of folders) inner = await inner.getDirectoryHandle(part, { create: true });
            const stream = await (
              await inner.getFileHandle(path.split('/').at(-1)!, { create: true })
            ).createWritable();
            await stream.write(file);
            await stream.close();
          }
          return [await readTwice({ path: name, files: root }), await readTwice({ path: name, files })];
        },
        [name, paths] as const,
      );
      const both = { page: await expected(), worker: await expected() };
      expect(found).toEqual([both, both]);
    });
  });

  it('several files as one stack', async () => {
    const paths = ['slice1.png', 'slice2.png'];
    const expected = await readWhole({
      path: 'slices',
      stack: { paths: paths.map((name) => join(folder, name)), axis: 'z' },
    });
    const found = await test.page.evaluate(async (paths) => {
      const { fetchFile, readTwice } = await importModule<ReadImages>('/read-image.js');
      const files = new Map<string, Blob>();
      for (const path of paths) files.set(path, await fetchFile(`/made/${path}`));
      return readTwice({ path: 'slices', stack: { paths, axis: 'z' }, files });
    }, paths);
    expect(found).toEqual({ page: expected, worker: expected });
  });

  it.each(['g8.png', 'stack.tif', 'stack.npy', 'large.h5', 'v2.zarr.zip'])(
    'says that %s was changed since it was chosen',
    async (name) => {
      const found = await test.page.evaluate(async (name) => {
        const { fetchFile, readTwice } = await importModule<ReadImages>('/read-image.js');
        const folder = await navigator.storage.getDirectory();
        const handle = await folder.getFileHandle(`changing ${name}`, { create: true });
        const write = async (blob: Blob) => {
          const stream = await handle.createWritable();
          await stream.write(blob);
          await stream.close();
        };
        await write(await fetchFile(`/made/${name}`));
        const blob = await handle.getFile();
        await write(new Blob(['something else']));
        return readTwice({ path: name, blob });
      }, name);
      for (const outcome of [found.page, found.worker]) {
        expect(outcome).toMatchObject({ message: expect.stringContaining('moved or changed') });
      }
    },
  );

  it.each([
    ['/made/broken.png', 'broken-file', 'broken.png'],
    ['/made/broken.tif', 'broken-file', 'broken.tif'],
    ['/made/broken.h5', 'broken-file', 'broken.h5'],
    ['/made/cmyk.jpg', 'unsupported', 'CMYK'],
    ['/made/alpha.webp', 'unsupported', 'transparent'],
    ['/made/notes.txt', 'unsupported-format', 'notes.txt'],
  ])('says what is wrong with %s', async (address, code, name) => {
    const { page, worker } = await readFile(address);
    expect(page).toMatchObject({ code, message: expect.stringContaining(name) });
    expect(worker).toEqual(page);
  });
});

async function makeSamples(folder: string): Promise<void> {
  const at = (name: string) => join(folder, name);
  const [width, height] = [37, 29];
  const raw = (channels: 1 | 3 | 4, is16: boolean) => {
    const { data } = noiseImage([1, channels, 1, height, width], is16 ? 'uint16' : 'uint8');
    const space = channels === 1 ? (is16 ? 'grey16' : 'b-w') : is16 ? 'rgb16' : 'srgb';
    return sharp(data as Uint8Array, { raw: { width, height, channels } }).toColourspace(space);
  };
  await raw(1, false).png().toFile(at('g8.png'));
  await raw(1, true).png().toFile(at('g16.png'));
  await raw(3, false).png().toFile(at('rgb8.png'));
  await raw(3, true).png().toFile(at('rgb16.png'));
  await raw(4, false).png().toFile(at('rgba8.png'));
  await raw(3, false).png({ palette: true, colours: 16 }).toFile(at('palette.png'));
  await raw(3, false).png({ progressive: true }).toFile(at('interlaced.png'));
  await raw(3, false).withIccProfile('p3').png().toFile(at('profile.png'));
  await raw(3, false).webp({ lossless: true }).toFile(at('lossless.webp'));
  await raw(3, false).gif({ colours: 32 }).toFile(at('still.gif'));
  await raw(1, false).jpeg({ quality: 90 }).toFile(at('gray.jpg'));
  await raw(3, false)
    .withMetadata({ orientation: 6 })
    .jpeg({ quality: 90, chromaSubsampling: '4:4:4' })
    .toFile(at('turned.jpg'));
  await raw(3, false).jpeg({ quality: 80 }).toFile(at('halved-colours.jpg'));
  await raw(3, false).withIccProfile('p3').jpeg({ chromaSubsampling: '4:4:4' }).toFile(at('profile.jpg'));
  await raw(3, false).toColourspace('cmyk').jpeg({ quality: 90 }).toFile(at('cmyk.jpg'));
  await raw(4, false).webp({ lossless: true }).toFile(at('alpha.webp'));
  await raw(3, false).webp({ quality: 90 }).toFile(at('lossy.webp'));
  await raw(1, false).png().toFile(at('slice1.png'));
  await raw(1, false).negate().png().toFile(at('slice2.png'));
  await writeFile(at('bitmap.bmp'), bitmapOf(5, 3));
  const volume = noiseImage([1, 2, 6, 40, 50]);
  await writeImage(at('stack.npy'), volume);
  await writeImage(at('stack.tif'), volume);
  await writeImage(at('hyperstack.ome.tif'), volume, { flavour: 'ome' });
  const large = noiseImage([1, 1, 20, 1000, 1000], 'uint8'); // 20 MB
  await writeImage(at('large.h5'), large);
  const layout = { chunkShape: [1, 1, 2, 16, 16], shardShape: [1, 2, 4, 32, 32] } as const;
  for (const [name, options] of [
    ['v2.zarr', { version: 2, chunkShape: layout.chunkShape }],
    ['v3.zarr', { version: 3, ...layout }],
  ] as const) {
    await writeZip(at(`${name}.zip`), await filesBelow(await writeImage(at(name), volume, options)));
  }
  for (const name of ['g8.png', 'stack.tif']) {
    const whole = (await filesBelow(folder))[basename(name)]!;
    await writeFile(at(`broken${name.slice(name.lastIndexOf('.'))}`), whole.subarray(0, whole.length / 2));
  }
  await writeFile(at('broken.h5'), (await filesBelow(join(fixtures, 'hdf5')))['single.h5']!.subarray(0, 700));
  await writeFile(at('notes.txt'), 'no image');
}

/** A BMP of 24 bits: a header of 14 bytes, one of 40, rows from bottom to top in multiples of 4 bytes. */
function bitmapOf(width: number, height: number): Buffer {
  const stride = Math.ceil((3 * width) / 4) * 4;
  const bytes = Buffer.alloc(54 + stride * height, 77);
  bytes.fill(0, 0, 54).write('BM');
  bytes.writeUInt32LE(bytes.length, 2);
  bytes.writeUInt32LE(54, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(width, 18);
  bytes.writeInt32LE(height, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(24, 28);
  for (let i = 54; i < bytes.length; i++) bytes[i] = (i * 31) % 256;
  return bytes;
}
