// Bundles the command and its worker into dist/bin, so that starting loads a few files instead of hundreds. Libraries that
// bring binaries or workers of their own stay outside and are loaded when they are needed.
import { chmodSync, readdirSync, rmSync } from 'node:fs';
import { rolldown } from 'rolldown';

const external = [
  /^node:/,
  'fast-bmp',
  'geotiff',
  'h5wasm',
  'h5wasm/node',
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
const { output } = await bundle.write({
  dir: 'dist/bin',
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: '[name]-[hash].js',
  sourcemap: true,
});
await bundle.close();
chmodSync('dist/bin/main.js', 0o755);
// Only now, so that a command that runs meanwhile finds the files it was started with until the new ones are there.
const fresh = new Set(output.flatMap(({ fileName }) => [fileName, `${fileName}.map`]));
for (const name of readdirSync('dist/bin')) if (!fresh.has(name)) rmSync(`dist/bin/${name}`, { force: true });
