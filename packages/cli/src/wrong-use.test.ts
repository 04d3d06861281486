import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeWrongLabels } from './testing/broken-labels.ts';
import { complaintsAbout, failedCommands } from './testing/failed-command.ts';
import { removeFolder, temporaryFolder } from './testing/temporary-folder.ts';

let folder: string;
beforeAll(async () => {
  folder = await temporaryFolder();
  await writeWrongLabels(folder);
});
afterAll(() => removeFolder(folder));

const labels = failedCommands([
  [
    'labels of another size',
    'label p.ilp --labels small.npy',
    1,
    ['(1, 1, 1, 30, 30)', 'size of their image'],
    'shape-mismatch',
  ],
  ['labels of another dimensionality', 'label p.ilp --labels volume.npy', 1, ['(1, 1, 12, 20, 24)', '--input-axes']],
  [
    'labels of 1.5',
    'label p.ilp --labels half.npy',
    1,
    ['holds 1.5', 'x=5', 'whole numbers from 1 to 99'],
    'invalid-labels',
  ],
  ['labels above 99', 'label p.ilp --labels high.npy', 1, ['holds 255', '--map 255=2'], 'invalid-labels'],
  ['labels of -1', 'label p.ilp --labels minus.npy', 1, ['holds -1', '--map -1=2']],
  ['colours beyond 99 classes', 'label p.ilp --labels colours.png', 1, ['more than 99 colours', 'one channel']],
  ['two channels of labels', 'label p.ilp --labels two.npy', 1, ['(1, 2, 1, 40, 48)', 'one channel']],
  ['missing labels', 'label p.ilp --labels no.png', 1, ['There is no file "no.png"'], 'not-found'],
  ['labels that are a project', 'label p.ilp --labels p.ilp', 1, ['p.ilp', 'dataset']],
  [
    'labels of an image there is not',
    'label p.ilp --labels labels.npy --lane 3',
    2,
    ['no image "3"', '0 "gray"'],
    'lane-missing',
  ],
  [
    'a map that is none',
    'label p.ilp --labels labels.npy --map 255:2',
    2,
    ['0=1,255=2', 'got "255:2"'],
    'invalid-parameter',
  ],
  ['neither import nor export', 'label p.ilp', 2, ['--labels MASK', '--export FILE'], 'invalid-parameter'],
  ['exporting onto a file', 'label p.ilp --export gray.png', 1, ['exists already', '--force'], 'already-exists'],
]);

const truths = failedCommands([
  ['no truth', 'evaluate p.ilp', 2, ['one --truth per image', '0 truth image(s) for 1'], 'invalid-parameter'],
  ['two truths for one image', 'evaluate p.ilp --truth labels.npy --truth labels.npy', 2, ['2 truth image(s) for 1']],
  [
    'a truth of another size',
    'evaluate p.ilp --truth small.npy',
    1,
    ['(1, 1, 1, 30, 30)', 'must agree'],
    'shape-mismatch',
  ],
  [
    'a truth with other values',
    'evaluate p.ilp --truth high.npy',
    1,
    ['the value 255', '--map', '--instances'],
    'invalid-labels',
  ],
  ['a missing truth', 'evaluate p.ilp --truth no.png', 1, ['There is no file "no.png"']],
  [
    'objects of three classes',
    'evaluate three.ilp --truth labels.npy --instances',
    2,
    ['two classes', 'has 3', '--map'],
  ],
  ['a map to a class there is not', 'evaluate p.ilp --truth high.npy --map 255=3', 2, ['label 3', 'classes 1 to 2']],
]);

const names = failedCommands([
  [
    'a class there is not',
    'classes p.ilp delete 7',
    2,
    ['no class "7"', '1 "background", 2 "object"'],
    'class-missing',
  ],
  ['a class name twice', 'classes p.ilp rename 1 object', 1, ['a class "object" already'], 'already-exists'],
  ['a colour that is none', 'classes p.ilp recolor 1 blue', 2, ['#rrggbb', 'got "blue"'], 'invalid-parameter'],
  ['merging a class into itself', 'classes p.ilp merge 1 1', 2, ['into itself']],
  ['an unknown action on classes', 'classes p.ilp remove 1', 2, ['delete CLASS', 'got "remove 1"']],
  ['an unknown action on images', 'lanes p.ilp move 0', 2, ['relink LANE IMAGE', 'got "move 0"']],
  ['an image there is not', 'lanes p.ilp remove 4', 2, ['no image "4"', '0 "gray"'], 'lane-missing'],
  [
    'an unknown filter',
    'features p.ilp --select Frangi:1',
    2,
    ['Unknown filter "Frangi"', 'GaussianSmoothing'],
    'not-registered',
  ],
  [
    'sigma 0',
    'features p.ilp --select GaussianSmoothing:0',
    2,
    ['sigma above 0', 'GaussianSmoothing:1.6'],
    'invalid-parameter',
  ],
  [
    'a negative sigma',
    'features p.ilp --select GaussianSmoothing:-2',
    2,
    ['sigma above 0', 'got "GaussianSmoothing:-2"'],
  ],
  ['a sigma that is no number', 'features p.ilp --select GaussianSmoothing:abc', 2, ['sigma above 0']],
  [
    'an unknown classifier',
    'train p.ilp --classifier svm',
    2,
    ['Unknown classifier "svm"', 'random-forest'],
    'not-registered',
  ],
  ['an unknown option', 'train p.ilp --option trees=10', 2, ['no option "trees"', 'treeCount'], 'invalid-parameter'],
  ['an option out of range', 'train p.ilp --option treeCount=0', 2, ['from 1 to', '"treeCount"', 'got 0']],
  ['an option without a value', 'train p.ilp --option treeCount', 2, ['KEY=VALUE', 'got "treeCount"']],
  [
    'a seed that is no number',
    'train p.ilp --seed often',
    2,
    ['--seed must be a whole number', 'got "often"'],
    'invalid-parameter',
  ],
  ['training on an image there is not', 'train p.ilp --lanes 0,5', 2, ['no image "5"']],
]);

const outputs = failedCommands([
  [
    'an unknown source',
    'predict p.ilp --source objects',
    2,
    ['no source "objects"', 'probabilities,segmentation'],
    'invalid-parameter',
  ],
  ['an unknown format', 'predict p.ilp --format xyz', 2, ['"xyz"', 'tiff', 'npy'], 'not-registered'],
  [
    'a format that cannot be written',
    'predict p.ilp -o out.jpg',
    1,
    ['out.jpg', '--format', '.npy'],
    'unsupported-format',
  ],
  ['an unknown dtype', 'predict p.ilp --dtype byte', 2, ['Allowed choices are uint8'], 'invalid-parameter'],
  ['64-bit integers', 'predict p.ilp -o out.npy --dtype uint64', 1, ['uint64', 'at most 32 bits'], 'unsupported-dtype'],
  ['probabilities as PNG', 'predict p.ilp -o out.png', 1, ['PNG holds uint8 or uint16', 'TIFF'], 'unsupported-dtype'],
  ['an output that exists', 'predict p.ilp -o small.npy', 1, ['exists already', '--force'], 'already-exists'],
  [
    'an output in a file',
    'predict p.ilp -o gray.png/x.npy',
    1,
    ['cannot be written', 'the folder', 'gray.png'],
    'write-failed',
  ],
  ['an output in /proc', 'predict p.ilp -o /proc/out.npy', 1, ['/proc/out.npy', 'cannot be written'], 'write-failed'],
  ['an output in place of a folder', 'predict p.ilp --format npy -o taken --force', 1, ['taken.npy'], 'write-failed'],
  ['two inputs to one output', 'predict p.ilp gray.png other.npy -o out.npy', 2, ['both be written', '{nickname}']],
  ['two sources to one output', 'predict p.ilp --source segmentation,labels -o o.png', 2, ['both', '{result_type}']],
  ['an output that is the input', 'predict p.ilp other.npy -o other.npy --force', 2, ['an input itself', '-o']],
  ['an output that is a training image', 'predict p.ilp other.npy -o gray.png --force', 2, ['an image of the project']],
  ['an output that is the project', 'predict p.ilp -o p.ilp --force', 2, ['is the project itself', 'would be lost']],
  [
    'an output that is the mask',
    'predict p.ilp other.npy --mask mask.npy -o mask.npy --force',
    2,
    ['is a mask itself'],
  ],
  [
    'an unknown placeholder',
    'predict p.ilp -o {name}.npy',
    2,
    ['{name}', '{nickname}', '{result_type}'],
    'invalid-parameter',
  ],
  ['output axes that are none', 'predict p.ilp -o out.npy --output-axes abc', 2, ['t, c, z, y, x', 'got "abc"']],
  [
    'output axes without channels',
    'predict p.ilp -o out.npy --output-axes yx',
    1,
    ['along c', 'Add the missing letters'],
  ],
  [
    'no thread',
    'predict p.ilp --threads 0',
    2,
    ['--threads must be a whole number from 1', 'got "0"'],
    'invalid-parameter',
  ],
  ['blocks of 0', 'predict p.ilp --block 0', 2, ['like 64 or 32,128,128', 'got "0"'], 'invalid-parameter'],
  ['blocks of two numbers', 'predict p.ilp --block 8,8', 2, ['three for z,y,x', 'got "8,8"']],
  [
    'a mask of another size',
    'predict p.ilp other.npy --mask small.npy -o out.npy',
    1,
    ['The mask', 'must agree'],
    'shape-mismatch',
  ],
  ['a missing mask', 'predict p.ilp other.npy --mask no.npy -o out.npy', 1, ['no file "no.npy"']],
  [
    'one mask for two inputs',
    'predict p.ilp other.npy gray.png --mask mask.npy',
    2,
    ['one --mask per input', '1 mask(s) for 2'],
  ],
  [
    'axes for the project’s own images',
    'predict p.ilp --input-axes yx -o out.npy',
    2,
    ['--input-axes is for images named'],
  ],
]);

const commands = failedCommands([
  ['an unknown command', 'segment p.ilp', 2, ["unknown command 'segment'", '--help'], 'invalid-parameter'],
  ['an unknown option', 'predict p.ilp --model x', 2, ["unknown option '--model'", '--help'], 'invalid-parameter'],
  ['no project', 'train', 2, ["missing required argument 'project'"], 'invalid-parameter'],
]);

describe.each([
  ['label images', labels],
  ['truth images', truths],
  ['names and numbers', names],
  ['outputs', outputs],
  ['command lines', commands],
])('%s', (_, rows) => {
  for (const row of rows) it(row.what, async () => expect(await complaintsAbout(row, folder)).toEqual([]));
});
