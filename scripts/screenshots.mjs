// `npm run screenshots [-- NAME …]`: takes the pictures of README and docs from the built app, as docs/images/NAME.webp. Needs a Chromium
// (BRUSHWOOD_CHROMIUM or /usr/bin/chromium) and a finished `npm run build`. Whole pictures are taken anew, so look at them before a commit.
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import sharp from 'sharp';
import { root } from './run.mjs';
import { Guide } from './screenshots/guide.mjs';
import { serveFolder } from './screenshots/serve-folder.mjs';

/**
 * Every picture: its colour scheme, and the way there from a page with the trained example in its Training step (`volume`: a trained volume).
 * A further picture is a further line.
 */
const pictures = {
  'training-light': { scheme: 'light', walk: (guide) => guide.show('segmentation') },
  'training-dark': { scheme: 'dark', walk: (guide) => guide.show('prediction') },
  uncertainty: { scheme: 'dark', walk: (guide) => guide.show('uncertainty') },
  features: { scheme: 'light', walk: (guide) => guide.step('Feature Selection') },
  suggest: { scheme: 'light', walk: (guide) => guide.suggest() },
  batch: { scheme: 'light', walk: (guide) => guide.step('Batch') },
  export: { scheme: 'light', walk: (guide) => guide.step('Prediction Export') },
  volume: { scheme: 'dark', image: 'volume', walk: (guide) => guide.show('segmentation') },
};

const size = { width: 1280, height: 800 };
const mostBytes = 300_000;
const folder = join(root, 'docs/images');

async function take(name, { scheme, image = 'example', walk }, browser, origin) {
  const context = await browser.newContext({
    baseURL: origin,
    viewport: size,
    deviceScaleFactor: 1.5,
    colorScheme: scheme,
  });
  try {
    const page = await context.newPage();
    await page.goto('/index.html');
    const guide = new Guide(page);
    await guide.open(image);
    await guide.train();
    await walk(guide);
    await guide.settled();
    const png = await page.screenshot();
    const path = join(folder, `${name}.webp`);
    await sharp(png).webp({ quality: 80, effort: 6 }).toFile(path);
    const bytes = statSync(path).size;
    console.log(`docs/images/${name}.webp: ${Math.round(bytes / 1000)} kB`);
    if (bytes > mostBytes)
      throw new Error(`${name}.webp has ${bytes} bytes; pages should load fast: at most ${mostBytes}.`);
  } finally {
    await context.close();
  }
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(pictures, name));
if (unknown.length > 0) {
  console.error(`There is no picture ${unknown.join(', ')}. There are: ${Object.keys(pictures).join(', ')}.`);
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
const server = await serveFolder(join(root, 'packages/ui-lit/dist/web'));
const browser = await chromium.launch({
  executablePath: process.env.BRUSHWOOD_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
try {
  for (const [name, picture] of Object.entries(pictures)) {
    if (wanted.length === 0 || wanted.includes(name)) await take(name, picture, browser, server.origin);
  }
} finally {
  await browser.close();
  await server.close();
}
