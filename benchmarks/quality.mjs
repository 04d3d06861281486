// How good are the segmentations, beside ilastik's? Trains on the scribbles of each set of BRUSHWOOD_DATA and scores every
// image without scribbles, three seeds, through the command alone: truth is read by `brushwood evaluate` only.
// Run: BRUSHWOOD_DATA=… BRUSHWOOD_REFERENCE=… npm run bench:quality [-- SET …] [--classifier ID] [--json FILE]
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const main = fileURLToPath(new URL('../packages/cli/dist/bin/main.js', import.meta.url));
const seeds = [1, 2, 3];
/** No more than this below ilastik's figure. */
const allowance = 0.01;
const figures = ['accuracy', 'iou_class1', 'iou_class2'];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    classifier: { type: 'string', default: 'random-forest' },
    json: { type: 'string' },
    channels: { type: 'string' },
  },
});

function brushwood(...args) {
  return JSON.parse(
    execFileSync(process.execPath, [main, ...args, '--json', '--quiet'], { encoding: 'utf8', maxBuffer: 2 ** 28 }),
  );
}

/** The images of a set: with scribbles for training, without for scoring. Truth is one number per object, or 0/255. */
function imagesOf(data, set) {
  const isTem = set === 'tem';
  const folder = isTem ? join(data, 'tem') : join(data, 'nuclei', set);
  const names = isTem
    ? readdirSync(join(folder, 'image')).map((file) => file.replace('.png', ''))
    : readdirSync(folder)
        .filter((file) => file.endsWith('_image.png'))
        .map((file) => file.replace('_image.png', ''));
  const path = (kind, name) =>
    isTem ? join(folder, kind === 'labels' ? 'label' : kind, `${name}.png`) : join(folder, `${name}_${kind}.png`);
  const all = names
    .sort()
    .map((name) => ({ image: path('image', name), truth: path('labels', name), scribbles: path('scribbles', name) }));
  return {
    training: all.filter(({ scribbles }) => existsSync(scribbles)),
    test: all.filter(({ scribbles }) => !existsSync(scribbles)),
  };
}

function score(data, set) {
  const { training, test } = imagesOf(data, set);
  const folder = mkdtempSync(join(tmpdir(), 'brushwood-quality-'));
  const project = join(folder, `${set}.ilp`);
  try {
    brushwood(
      'create',
      project,
      ...training.flatMap(({ image }) => ['--image', image]),
      '--class',
      'one',
      '--class',
      'two',
      ...(values.channels ? ['--channels', values.channels] : []),
    );
    training.forEach(({ scribbles }, lane) =>
      brushwood('label', project, '--lane', String(lane), '--labels', scribbles),
    );
    brushwood('features', project, '--all');
    const runs = seeds.map((seed) => {
      const { outOfBagError } = brushwood('train', project, '--seed', String(seed), '--classifier', values.classifier);
      const { accuracy, classes } = brushwood(
        'evaluate',
        project,
        ...test.map(({ image }) => image),
        ...test.flatMap(({ truth }) => ['--truth', truth]),
        '--instances',
      );
      return { accuracy, iou_class1: classes[0].iou, iou_class2: classes[1].iou, oob: outOfBagError };
    });
    const mean = (key) => runs.reduce((sum, run) => sum + run[key], 0) / runs.length;
    return {
      accuracy: mean('accuracy'),
      iou_class1: mean('iou_class1'),
      iou_class2: mean('iou_class2'),
      oob: mean('oob'),
      test_images: test.length,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const { BRUSHWOOD_DATA: data, BRUSHWOOD_REFERENCE: reference } = process.env;
if (!data || !reference) {
  console.error(
    'Set BRUSHWOOD_DATA and BRUSHWOOD_REFERENCE to the folders with the images and with quality-ilastik.json.',
  );
  process.exit(2);
}
const ilastik = JSON.parse(readFileSync(join(reference, 'quality-ilastik.json'), 'utf8'));
const sets = positionals.length > 0 ? positionals : Object.keys(ilastik);
const results = {};
let isGood = true;
console.log(
  `${'set'.padEnd(14)}${'figure'.padEnd(14)}${'ours'.padStart(8)}${'ilastik'.padStart(10)}${'difference'.padStart(12)}`,
);
for (const set of sets) {
  results[set] = score(data, set);
  for (const figure of figures) {
    const [ours, theirs] = [results[set][figure], ilastik[set][figure]];
    const isBelow = ours < theirs - allowance;
    isGood &&= !isBelow;
    const row = [
      set.padEnd(14),
      figure.padEnd(14),
      ours.toFixed(4).padStart(8),
      theirs.toFixed(4).padStart(10),
      (ours - theirs).toFixed(4).padStart(12),
    ];
    console.log(`${row.join('')}${isBelow ? '  more than one point below' : ''}`);
  }
}
if (values.json) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
process.exit(isGood ? 0 : 1);
