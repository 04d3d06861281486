// Bundles the command and its worker into dist/bin, so that starting loads a few files instead of hundreds. Libraries that
// bring binaries or workers of their own stay outside and are loaded when they are needed. The app of `brushwood ui` is copied beside it.
import { chmodSync, cpSync, existsSync, readdirSync, rmSync } from 'node:fs';
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

// The command and its worker apart: a thread that starts reads one file, not the two dozen that both would share.
const files = [];
for (const name of ['main', 'worker']) {
  const bundle = await rolldown({ input: { [name]: `dist/${name}.js` }, platform: 'node', external });
  const { output } = await bundle.write({
    dir: 'dist/bin',
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    sourcemap: true,
    minify: true, // half of what has to be parsed before anything runs
  });
  await bundle.close();
  files.push(...output);
}
chmodSync('dist/bin/main.js', 0o755);
// Only now, so that a command that runs meanwhile finds the files it was started with until the new ones are there.
const fresh = new Set(files.flatMap(({ fileName }) => [fileName, `${fileName}.map`]));
for (const name of readdirSync('dist/bin')) if (!fresh.has(name)) rmSync(`dist/bin/${name}`, { force: true });

// Static files: no import leads from this app to the other. Nx builds it first (package.json, "nx").
const app = '../ui-lit/dist/web';
if (existsSync(`${app}/index.html`)) {
  rmSync('dist/web', { recursive: true, force: true });
  cpSync(app, 'dist/web', { recursive: true });
} else {
  console.warn('The app of `brushwood ui` is not built yet: npm run build:web, then build this package again.');
}
