// The demo proper; scripts/demo.mjs has installed and built everything. Each step is a command that can be typed as well.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createContainer, elementCount, hasEqualChannels, openImage, parseImagePath } from '@brushwood/core';
import { plugins } from '@brushwood/cli';
import { writeOverlay } from './overlay.mjs';
import { syntheticMicrograph } from './synthetic-micrograph.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const output = join(root, 'demo-output');
const main = join(root, 'packages', 'cli', 'dist', 'bin', 'main.js');
const callerFolder = process.env.INIT_CWD ?? process.cwd();

/** Runs a command as a user would, shows it, and returns what it printed as JSON. */
function brushwood(...args) {
  const shown = args.map((arg) => (/[\s{}]/.test(arg) ? `'${arg}'` : arg)).join(' ');
  console.log(`\n$ brushwood ${shown.replaceAll(`${root}`, '')}`);
  const started = performance.now();
  const { status, stdout } = spawnSync(process.execPath, [main, ...args, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  if (status !== 0) {
    console.error(`The demo stopped: the command above failed (exit code ${status}).`);
    process.exit(1);
  }
  return { ...JSON.parse(stdout), seconds: (performance.now() - started) / 1e3 };
}

async function writePng(path, values, size) {
  const png = createContainer(plugins).catalog.formats.find((format) => format.id === 'png');
  const shape = [1, 1, 1, size, size];
  const sink = await png.create(
    { path },
    { axes: 'yx', shape, dtype: 'uint8', content: 'intensity' },
    { overwrite: true },
  );
  await sink.write({ start: [0, 0, 0, 0, 0], stop: shape }, { data: values, shape });
  await sink.close();
}

/** Writes two micrographs: one with strokes to learn from, one with its truth to be judged on. */
async function makeImages() {
  const size = 512;
  const first = syntheticMicrograph(size, 1);
  const second = syntheticMicrograph(size, 2);
  const paths = Object.fromEntries(
    ['image', 'strokes', 'other', 'truth'].map((name) => [name, join(output, `${name}.png`)]),
  );
  await writePng(paths.image, first.image, size);
  await writePng(paths.strokes, first.strokes, size);
  await writePng(paths.other, second.image, size);
  await writePng(paths.truth, second.truth, size);
  return paths;
}

/** Is the user's image a grey picture stored as RGB? Then one channel is enough. */
async function channelArguments(path) {
  const { formats } = createContainer(plugins).catalog;
  const source = await openImage(formats, { location: parseImagePath(path, formats) });
  const isGray = await hasEqualChannels(source);
  await source.close();
  return isGray ? ['--channels', 'gray'] : [];
}

function train(project, image, labels, extra) {
  brushwood('create', project, '--image', image, '--force', ...extra);
  const { labelled } = brushwood('label', project, '--labels', labels);
  console.log(
    `  labelled voxels: ${Object.entries(labelled)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')}`,
  );
  const { features } = brushwood('features', project, '--all');
  console.log(`  ${features.length} features per voxel`);
  const trained = brushwood('train', project, '--seed', '1');
  console.log(
    `  trained in ${trained.seconds.toFixed(2)} s; out-of-bag error ${(100 * trained.outOfBagError).toFixed(2)} %`,
  );
}

function predict(project, image) {
  const pattern = join(output, '{nickname}_{result_type}');
  const probabilities = brushwood(
    'predict',
    project,
    image,
    '-o',
    pattern,
    '--source',
    'probabilities,uncertainty',
    '--force',
    '--stats',
  );
  const segmentation = brushwood(
    'predict',
    project,
    image,
    '-o',
    pattern,
    '--source',
    'segmentation',
    '--format',
    segmentationFormat(probabilities),
    '--force',
  );
  const { shape, stats } = probabilities.outputs[0];
  const voxels = elementCount(shape) / shape[1];
  console.log(
    `  ${(voxels / 1e6).toFixed(2)} megavoxels in ${probabilities.seconds.toFixed(2)} s as a whole process, ${stats.seconds.toFixed(2)} s of it computing; peak ${stats.peakMiB} MiB`,
  );
  return segmentation.outputs[0].files.segmentation;
}

/** PNG holds one flat image. */
function segmentationFormat({ outputs: [{ shape }] }) {
  return shape[0] === 1 && shape[2] === 1 ? 'png' : 'tiff';
}

function printScores({ accuracy, classes }) {
  console.log(`  accuracy on the image it has never seen: ${(100 * accuracy).toFixed(1)} %`);
  for (const { name, f1, iou } of classes)
    console.log(`  ${name.padEnd(12)} F1 ${(100 * f1).toFixed(1)} %   IoU ${(100 * iou).toFixed(1)} %`);
}

async function showDemo(words) {
  const started = performance.now();
  const project = join(output, 'demo.ilp');
  const isOwn = words.length > 0;
  if (isOwn && words.length !== 2) usage();
  const [ownImage, ownLabels] = words.map((path) => join(path.startsWith('/') ? '' : callerFolder, path));
  for (const path of isOwn ? [ownImage, ownLabels] : [])
    if (!existsSync(parseImagePath(path, createContainer(plugins).catalog.formats).path))
      usage(`There is no file ${path}.`);
  // Only now: results of an earlier run must not be lost to a typing error.
  rmSync(output, { recursive: true, force: true });
  mkdirSync(output, { recursive: true });
  let shown = ownImage;
  if (isOwn) {
    train(project, ownImage, ownLabels, await channelArguments(ownImage));
  } else {
    const { image, strokes, other, truth } = await makeImages();
    train(project, image, strokes, ['--class', 'background', '--class', 'nucleus']);
    printScores(brushwood('evaluate', project, other, '--truth', truth));
    shown = other;
  }
  const segmentationPath = predict(project, shown);
  const { classes } = brushwood('classes', project);
  await writeOverlay({
    imagePath: shown,
    segmentationPath,
    outputPath: join(output, 'overlay.png'),
    colors: classes.map((item) => item.color),
  });
  console.log(
    `\nDone in ${((performance.now() - started) / 1e3).toFixed(1)} s. Look at ${relative(callerFolder, join(output, 'overlay.png'))}; everything is in ${relative(callerFolder, output)}/.`,
  );
  console.log(
    'A segmentation holds the numbers of the classes (1, 2, …), so picture viewers show it almost black: overlay.png is for the eye.',
  );
  console.log('The project demo.ilp opens in ilastik as well.');
}

function usage(problem) {
  if (problem) console.error(problem);
  console.error(
    'Usage: npm run demo            a synthetic micrograph\n       npm run demo -- IMAGE LABELS   your image and a label image (0 = none, 1, 2, … = classes)',
  );
  process.exit(2);
}

await showDemo(process.argv.slice(2));
