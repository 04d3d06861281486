import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { writeBrokenImages } from './testing/broken-images.ts';
import { runCommand } from './testing/command-line.ts';
import { SampleFolder } from './testing/sample-folder.ts';
import { sampleImage, writeImage, writeProject } from './testing/sample-project.ts';

const commands = ['create', 'lanes', 'classes', 'label', 'features', 'train', 'predict', 'evaluate', 'info', 'plugins'];

let folder: SampleFolder;
beforeAll(async () => {
  folder = await SampleFolder.make();
  await writeImage(folder.at('gray.png'), sampleImage([1, 1, 1, 40, 48]));
  await writeProject(folder.at('p.ilp'), { image: folder.at('gray.png') });
});
afterAll(() => folder.remove());

describe('help', () => {
  it('names every command, and begins with an example that works as it stands', async () => {
    const help = await folder.run('--help');
    for (const command of commands) expect(help).toMatch(new RegExp(`^  ${command} `, 'm'));
    const example = help.slice(help.indexOf('Example:')).match(/brushwood .*/g)!;
    expect(example).toHaveLength(5);
    await writeImage(folder.at('cells.tif'), sampleImage([1, 1, 1, 40, 48]));
    await folder.run('predict p.ilp -o strokes.png --source labels');
    for (const line of example) {
      await folder.run(line.replace(/^brushwood /, '').replace('other/*.tif', 'gray.png'));
    }
    expect(new Set(await folder.values('out/gray_Simple Segmentation.png'))).toEqual(new Set([1, 2]));
  });

  /** What a newcomer must be able to find, by the words of the design. */
  const options: Record<string, string[]> = {
    create: ['--image', '--class', '--copy', '--channels', '--input-axes', '--force'],
    lanes: [
      'add IMAGE',
      'remove LANE',
      'replace LANE',
      'relink LANE',
      'copy LANE',
      'mask LANE',
      'unmask LANE',
      '--copy',
    ],
    classes: ['add NAME', 'rename CLASS', 'recolor CLASS', 'merge CLASS', 'delete CLASS', 'clear CLASS'],
    label: ['--labels', '--export', '--lane', '--merge', '--map', '--force'],
    features: ['--all', '--select', '--clear', '--2d', '--3d', '--list'],
    train: ['--classifier', '--option', '--seed', '--lanes', '--threads', '--stats'],
    predict: [
      '--output',
      '--source',
      '--format',
      '--dtype',
      '--mask',
      '--output-axes',
      '--block',
      '--threads',
      '--stats',
    ],
    evaluate: ['--truth', '--instances', '--map', '--input-axes', '--threads'],
    info: ['--input-axes'],
    plugins: ['--plugin'],
  };
  it.each(commands)('of %s names its options', async (command) => {
    const help = await folder.run(`${command} --help`);
    for (const option of [...options[command]!, '--json', '--quiet', '--help']) expect(help).toContain(option);
    expect(help).not.toMatch(/default: \[\]|undefined/);
  });

  it('is shown, on standard error, when nothing is said', async () => {
    const { exitCode, stdout, stderr } = await runCommand([], { cwd: folder.path });
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Usage: brushwood');
  });
});

describe('every command', () => {
  it('tells the version of the package', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
    expect(await folder.run('--version')).toBe(`${version}\n`);
  });

  it.each([
    ['info p.ilp', 'isTrained'],
    ['info gray.png', 'shape'],
    ['lanes p.ilp', 'lanes'],
    ['classes p.ilp', 'classes'],
    ['features p.ilp', 'features'],
    ['train p.ilp', 'outOfBagError'],
    ['predict p.ilp -o out.npy --force', 'outputs'],
    ['evaluate p.ilp --truth strokes.npy', 'accuracy'],
    ['label p.ilp --export labels.npy --force', 'output'],
    ['create new.ilp --image gray.png --force', 'project'],
    ['plugins', 'plugins'],
  ])('prints one JSON document for %s --json', async (line, key) => {
    if (line.includes('strokes.npy')) await folder.run('predict p.ilp -o strokes.npy --source labels --force');
    expect(await folder.json(line)).toHaveProperty(key);
  });

  it('says nothing but the result with --quiet', async () => {
    await writeImage(folder.at('bright.npy'), { data: new Uint16Array(1920).fill(9000), shape: [1, 1, 1, 40, 48] });
    const loud = await folder.try('predict p.ilp bright.npy -o loud.npy --stats');
    expect(loud.stderr).toContain('warning: ');
    const quiet = await folder.try('predict p.ilp bright.npy -o quiet.npy --stats --quiet');
    expect(quiet).toMatchObject({ exitCode: 0, stdout: `${folder.at('quiet.npy')}\n`, stderr: '' });
  });

  it('does short work without a line of progress', async () => {
    expect(await folder.try('predict p.ilp -o short.npy')).toMatchObject({ exitCode: 0, stderr: '' });
  });
});

describe('brushwood info', () => {
  it.each(['png', 'tif', 'h5', 'npy'])('tells what is in a .%s', async (ending) => {
    await writeImage(folder.at(`a.${ending}`), sampleImage([1, 1, 1, 20, 30]));
    expect(await folder.json(`info a.${ending}`)).toMatchObject({
      shape: [1, 1, 1, 20, 30],
      dtype: 'uint8',
      fileAxes: 'yx',
    });
    expect(await folder.run(`info a.${ending}`)).toMatch(/shape tczyx +1 × 1 × 1 × 20 × 30/);
  });

  it('tells what is in a JPEG, a BMP and a Zarr array', async () => {
    await writeBrokenImages(folder.at('.'));
    expect(await folder.json('info gray.jpg')).toMatchObject({
      format: 'jpeg',
      shape: [1, 1, 1, 16, 16],
      dtype: 'uint8',
    });
    expect(await folder.json('info gray.bmp')).toMatchObject({ format: 'bmp', shape: [1, 1, 1, 40, 48] });
    const metadata = { zarr_format: 2, shape: [40, 48], chunks: [40, 48], dtype: '|u1', order: 'C', fill_value: 0 };
    await mkdir(folder.at('gray.zarr'));
    await writeFile(folder.at('gray.zarr/.zarray'), JSON.stringify({ ...metadata, compressor: null, filters: null }));
    await writeFile(folder.at('gray.zarr/0.0'), sampleImage([1, 1, 1, 40, 48]).data as Uint8Array);
    expect(await folder.json('info gray.zarr')).toMatchObject({ shape: [1, 1, 1, 40, 48], dtype: 'uint8' });
    for (const ending of ['zarr', 'png']) await folder.run(`predict p.ilp gray.${ending} -o same-${ending}.npy`);
    expect(await folder.values('same-zarr.npy')).toEqual(await folder.values('same-png.npy'));
  });

  it('reads axes as told', async () => {
    await writeImage(folder.at('three.npy'), sampleImage([1, 1, 5, 6, 7]));
    expect(await folder.json('info three.npy --input-axes cyx')).toMatchObject({ shape: [1, 5, 1, 6, 7] });
  });

  it('tells images, classes, features and classifier of a project', async () => {
    const text = await folder.run('info p.ilp');
    expect(text).toContain('Pixel Classification project with 1 image(s)');
    expect(text).toMatch(/^ *0 +gray +1×1×1×40×48 +1$/m);
    expect(text).toMatch(/^ *2 +object +40$/m);
    expect(text).toMatch(/Classifier random-forest: 3 features, classes 1, 2, \d+ trees/);
  });
});

describe('brushwood plugins', () => {
  it('lists everything with its package, and the options of classifiers', async () => {
    const text = await folder.run('plugins');
    for (const part of [
      /formats +tiff .*io-tiff/,
      /formats +npy .*io-numpy/,
      /filters +GaussianSmoothing .*features/,
    ]) {
      expect(text).toMatch(part);
    }
    expect(text).toMatch(/^random-forest +treeCount +100 /m);
    expect(text).not.toContain('undefined');
  });
});
