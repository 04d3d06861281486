import { readFile, writeFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { bmpBytes, npyBytes, npyFile, tiffBytes } from './file-bytes.ts';
import { sampleImage, writeImage } from './sample-project.ts';

/** 16 × 16 pixels of noise. */
const jpeg = Buffer.from(
  '/9j/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6jq62rZ4C8ybqmx5moq6T/wAALCAAQABABAREA' +
    '/8QAFAABAAAAAAAAAAAAAAAAAAAAA//EACAQAAICAQQDAQAAAAAAAAAAAAECESEDABIxgUFRYbH/2gAIAQEAAD8AI4w2EKMbB3BKCpIkxNk2eq70' +
    'q482NEDvvCKrFmA3Yhc/ZmD17EaPGioEO0hFYHcV5Qlb5AMjz68UYRWYDJnFuVlSisJYGhRgcxX6Y1//2Q==',
  'base64',
);

/** Writes sound images of 48 × 40 into a folder, and all kinds of broken ones made of them. */
export async function writeBrokenImages(folder: string): Promise<void> {
  const put = (name: string, bytes: Uint8Array) => writeFile(join(folder, name), bytes);
  const image = sampleImage([1, 1, 1, 40, 48]);
  for (const name of ['gray.png', 'gray.tif', 'gray.h5', 'gray.npy']) await writeImage(join(folder, name), image);
  await put('gray.jpg', jpeg);
  await put('gray.bmp', bmpBytes(48, 40, image.data as Uint8Array));
  const sound = await Promise.all(
    ['png', 'tif', 'h5', 'npy', 'jpg', 'bmp'].map(
      async (ending) => [ending, await readFile(join(folder, `gray.${ending}`))] as const,
    ),
  );
  for (const [ending, bytes] of sound) {
    await put(`empty.${ending}`, new Uint8Array(0));
    await put(`text.${ending}`, Buffer.from('This is a shopping list: milk, bread, 2 kg of potatoes.\n'));
    await put(`start.${ending}`, bytes.subarray(0, 9));
    await put(`half.${ending}`, bytes.subarray(0, Math.floor(bytes.length / 2)));
    await put(`most.${ending}`, bytes.subarray(0, bytes.length - 40));
  }
  await put('text.ilp', Buffer.from('classes: nucleus, background\n'));
  await put('empty.ilp', new Uint8Array(0));
  await writeOddImages(put);
  await mkdir(join(folder, 'folder'));
  await mkdir(join(folder, 'nothing.zarr'));
  await mkdir(join(folder, 'broken.zarr'));
  await put('broken.zarr/.zarray', Buffer.from('{"zarr_format": 2, "shape": ['));
}

/** Files that are whole, but claim what cannot be, or hold what is no image. */
async function writeOddImages(put: (name: string, bytes: Uint8Array) => Promise<void>): Promise<void> {
  const strip = new Uint8Array(100);
  await put('claims.tif', tiffBytes(100_000, 100_000, strip));
  await put('claims.npy', npyBytes('<f8', [100_000, 100_000, 1000], strip));
  await put('no-strip.tif', tiffBytes(40, 30, strip));
  await put('cut-directory.tif', tiffBytes(10, 10, strip).subarray(0, -30));
  await put('pickle.npy', npyFile("{'descr': '|O', 'fortran_order': False, 'shape': (2, 2), }", strip));
  await put('complex.npy', npyFile("{'descr': '<c8', 'fortran_order': False, 'shape': (4, 3), }", strip));
  await put('no-shape.npy', npyFile("{'descr': '|u1', 'fortran_order': False, }", strip));
  await put('vector.npy', npyBytes('|u1', [100], strip));
  await put('no-pixel.npy', npyBytes('|u1', [0, 10], new Uint8Array(0)));
  const values = Float32Array.from({ length: 1200 }, (_, i) => i % 17);
  await put('nan.npy', npyBytes('<f4', [30, 40], values.with(615, Number.NaN)));
  await put('infinite.npy', npyBytes('<f4', [30, 40], values.with(7, Number.POSITIVE_INFINITY)));
  await put('dot.npy', npyBytes('|u1', [1, 1], Uint8Array.of(7)));
  await put('small.npy', npyBytes('|u1', [9, 9], new Uint8Array(81)));
  await put('volume.npy', npyBytes('|u1', [6, 9, 8], new Uint8Array(432)));
  await put(
    'colour.npy',
    npyBytes(
      '|u1',
      [40, 48, 3],
      new Uint8Array(5760).map((_, i) => i % 251),
    ),
  );
}
