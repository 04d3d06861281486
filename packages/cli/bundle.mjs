// Bundles the command and its worker into dist/bin, so that starting loads a few files instead of hundreds. Libraries that
// bring binaries or workers of their own stay outside and are loaded when they are needed.
import { chmodSync } from 'node:fs';
import { rolldown } from 'rolldown';

const external = [
  /^node:/,
  'fast-bmp',
  'geotiff',
  'h5wasm',
  'h5wasm/node',
  'piscina',
  'sharp',
  /^@?zarrita/,
  'ml-cart',
  'ml-random-forest',
];

const bundle = await rolldown({
  input: { main: 'dist/main.js', worker: 'dist/worker.js' },
  platform: 'node',
  external,
});
await bundle.write({
  dir: 'dist/bin',
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: '[name]-[hash].js',
  cleanDir: true,
  sourcemap: true,
});
await bundle.close();
chmodSync('dist/bin/main.js', 0o755);
