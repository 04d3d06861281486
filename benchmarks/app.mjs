// `npm run bench:app [-- --project P.ilp] [--strokes N] [--batch N] [--json FILE]`
// The app in a real Chromium, behind `brushwood ui`: from letting go of the pointer until the first tile, and until the whole view of
// about a megapixel, is repainted; what a pointer event costs the page's main thread; its longest task. Without a project it labels the
// bench image of BRUSHWOOD_DATA. With --batch the page predicts N images of 512² meanwhile, in its own background workers. Needs /usr/bin/chromium (or BRUSHWOOD_CHROMIUM) and `npm run build`.
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';

const { values } = parseArgs({
  options: {
    project: { type: 'string' },
    strokes: { type: 'string', default: '20' },
    batch: { type: 'string', default: '0' },
    json: { type: 'string', default: 'reports/bench-app.json' },
  },
});
const main = fileURLToPath(new URL('../packages/cli/dist/bin/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'brushwood-bench-app-'));
const project = values.project ?? benchProject();

/** A copy of the bench project beside its image. */
function benchProject() {
  const data = process.env.BRUSHWOOD_DATA;
  if (!data) throw new Error('Name a project with labels (--project), or set BRUSHWOOD_DATA.');
  for (const name of ['cells.ilp', 'cells1024.npy']) copyFileSync(join(data, 'bench', name), join(folder, name));
  const path = join(folder, 'cells.ilp');
  spawnSync(process.execPath, [main, 'lanes', path, 'relink', '0', join(folder, 'cells1024.npy')]);
  return path;
}

const quantile = (list, share) =>
  [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(share * list.length))];
const spread = (list) => ({
  median: quantile(list, 0.5),
  p95: quantile(list, 0.95),
  min: Math.min(...list),
  max: Math.max(...list),
});

const server = spawn(process.execPath, [main, 'ui', project, '--no-open', '--json', '--threads', '1'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const { url } = JSON.parse(await new Promise((resolve) => server.stdout.once('data', (text) => resolve(String(text)))));
const executablePath = process.env.BRUSHWOOD_CHROMIUM ?? '/usr/bin/chromium';
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const context = await browser.newContext({ viewport: { width: 1600, height: 1100 } });
const page = await context.newPage();
await page.goto(url);
await page.getByRole('button', { name: 'Training' }).click();
const box = await page.locator('brushwood-viewer canvas').first().boundingBox();
const at = (u, v) => [box.x + box.width / 2 + u, box.y + box.height / 2 + v];
await page.mouse.move(...at(0, 0));
await page.keyboard.press('w');
await page.keyboard.press('c');
await page.evaluate(() => {
  const app = document.querySelector('brushwood-app');
  const { labeling } = app.shadowRoot.querySelector('brushwood-labeler');
  const bench = { labeling, events: [], released: 0 };
  window.bench = bench;
  labeling.addEventListener('change', ({ detail }) => {
    if (detail === 'prediction') bench.events.push(performance.now() - bench.released);
  });
  const release = () => Object.assign(bench, { events: [], released: performance.now() });
  window.addEventListener('pointerup', release, true);
});
const phase = () => page.evaluate(() => window.bench.labeling.liveState.phase);
async function settled() {
  await page.waitForTimeout(300);
  while ((await phase()) !== 'settled') await page.waitForTimeout(30);
}
const started = performance.now();
await page.getByRole('button', { name: 'Live update' }).click();
await settled();
const firstViewMs = performance.now() - started;

const batchCount = Number(values.batch);
if (batchCount > 0) {
  await page.evaluate((count) => {
    const { desk } = document.querySelector('brushwood-app');
    desk.server = undefined; // the page does the work itself
    const shape = [1, 1, 1, 512, 512];
    const imageOf = (i) => {
      const data = Uint8Array.from({ length: 512 * 512 }, (_, k) => (k * 7919 + i * 31 + (k >> 9) * 13) % 256);
      return { nickname: `image ${i}`, image: { location: { path: `image${i}.tif`, tensor: { data, shape } } } };
    };
    desk.batch.add(Array.from({ length: count }, (_, i) => imageOf(i)));
  }, batchCount);
  await page.getByRole('button', { name: 'Batch' }).click();
  await page.getByRole('button', { name: 'Start' }).click();
  await page.getByRole('button', { name: 'Training' }).click();
}
const batchDone = () => page.evaluate(() => document.querySelector('brushwood-app').desk.batch.progress().done);

await browser.startTracing(page, { categories: ['devtools.timeline', 'toplevel'] });
const strokes = [];
for (let i = 0; i < Number(values.strokes); i++) {
  await page.keyboard.press(String(1 + (i % 2)));
  const [u, v] = [-300 + 30 * (i % 20), -200 + 20 * (i % 20)];
  await page.mouse.move(...at(u, v));
  await page.mouse.down();
  await page.mouse.move(...at(u + 8, v + 4), { steps: 6 });
  await page.mouse.up();
  await settled();
  strokes.push(
    await page.evaluate(() => {
      const { events, labeling } = window.bench;
      const tiles = Math.ceil(events.length / 2); // each is painted by the rough model and by the settled one
      const { sampleCount } = labeling.project.classifier.report ?? {};
      return { first: events[0], view: events[tiles - 1], settled: events.at(-1), tiles, sampleCount };
    }),
  );
}
const batchLeft = batchCount - (await batchDone());
const { traceEvents } = JSON.parse(String(await browser.stopTracing()));
const thread = traceEvents.find(
  ({ name, args, pid }) =>
    name === 'thread_name' &&
    args.name === 'CrRendererMain' &&
    traceEvents.some((event) => event.pid === pid && event.name === 'EventDispatch'),
);
const mine = traceEvents.filter(({ pid, tid, ph }) => pid === thread.pid && tid === thread.tid && ph === 'X');
const pointer = mine.filter(
  ({ name, args }) => name === 'EventDispatch' && /^pointer(down|move|up)$/.test(args.data.type),
);
const result = {
  tiles: strokes[0].tiles,
  labelled: strokes.at(-1).sampleCount,
  firstViewMs,
  firstTileMs: spread(strokes.map(({ first }) => first)),
  wholeViewMs: spread(strokes.map(({ view }) => view)),
  settledMs: spread(strokes.map((stroke) => stroke.settled)),
  pointerEventMs: spread(pointer.map(({ dur }) => dur / 1000)),
  longestTaskMs: Math.max(...mine.filter(({ name }) => name.endsWith('RunTask')).map(({ dur }) => dur / 1000)),
};
await browser.close();
server.kill('SIGINT');
rmSync(folder, { recursive: true, force: true });

const shown = ({ median, p95 }) =>
  `${median.toFixed(median < 10 ? 1 : 0)} ms, 95th percentile ${p95.toFixed(p95 < 10 ? 1 : 0)} ms`;
console.log(`${result.tiles} tiles of 256² in view, ${result.labelled} labelled voxels, ${strokes.length} strokes`);
console.log(`first view              ${firstViewMs.toFixed(0)} ms`);
console.log(`stroke → first tile     ${shown(result.firstTileMs)}`);
console.log(`stroke → whole view     ${shown(result.wholeViewMs)} (rough model)`);
console.log(`stroke → settled        ${shown(result.settledMs)}`);
console.log(`work per pointer event  ${shown(result.pointerEventMs)}`);
console.log(`longest task            ${result.longestTaskMs.toFixed(0)} ms`);
if (batchCount > 0)
  console.log(`batch                   ${batchCount - batchLeft} of ${batchCount} images done meanwhile`);
mkdirSync(dirname(values.json), { recursive: true });
writeFileSync(values.json, `${JSON.stringify(result, null, 2)}\n`);
