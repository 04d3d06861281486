import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import {
  BlockGrid,
  createContainer,
  cropTensor,
  wholeRoi,
  type ImageLayout,
  type ImageSpec,
  type Shape5,
  type Tensor,
} from '@brushwood/core';
import { seededRandom } from '@brushwood/core/testing';
import { afterAll } from 'vitest';
import { plugins } from '../plugins.ts';

/** A folder for images, removed after the tests of the file. */
export async function sampleFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'brushwood-samples-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Noise of the whole range of uint8 or uint16. */
export function noiseImage(shape: Shape5, dtype: 'uint8' | 'uint16' = 'uint16'): Tensor {
  const random = seededRandom(7);
  const count = shape.reduce((a, b) => a * b);
  const data = dtype === 'uint8' ? new Uint8Array(count) : new Uint16Array(count);
  return { data: data.map(() => random() * (dtype === 'uint8' ? 256 : 65536)), shape };
}

/** Writes an image in the format of its name's extension. */
export async function writeImage(path: string, image: Tensor, layout?: ImageLayout): Promise<string> {
  const { formats } = createContainer(plugins).catalog;
  const format = formats.find(({ extensions, create }) => create && extensions.some((end) => path.endsWith(end)))!;
  const dtype = image.data instanceof Uint8Array ? 'uint8' : 'uint16';
  const spec: ImageSpec = { axes: 'czyx', shape: image.shape, dtype, content: 'intensity' };
  const sink = await format.create!({ path }, spec, { layout });
  const grid = new BlockGrid(wholeRoi(image.shape), sink.unitShape ?? image.shape);
  for (let i = 0; i < grid.count; i++) await sink.write(grid.block(i), cropTensor(image, grid.block(i)));
  await sink.close();
  return path;
}

/** The files below a folder by their paths in it. */
export async function filesBelow(folder: string): Promise<Record<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files: Record<string, Buffer> = {};
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files[relative(folder, path).replaceAll('\\', '/')] = await readFile(path);
  }
  return files;
}

/**
 * A zip file of stored entries after PKWARE's APPNOTE 6.3: for each a local header (30 bytes, the name, the bytes), then the directory
 * of the same facts (46 bytes each, the name), then its end (22 bytes). Checksums are left 0.
 */
export async function writeZip(path: string, files: Readonly<Record<string, Buffer>>): Promise<string> {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, bytes] of Object.entries(files)) {
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0); // version needed
    facts.writeUInt32LE(bytes.length, 14);
    facts.writeUInt32LE(bytes.length, 18);
    facts.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), facts, Buffer.from(name), bytes]);
    const more = Buffer.alloc(14);
    more.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), facts, more, Buffer.from(name)]));
    parts.push(local);
    offset += local.length;
  }
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(offset, 16);
  await writeFile(path, Buffer.concat([...parts, ...directory, end]));
  return path;
}
