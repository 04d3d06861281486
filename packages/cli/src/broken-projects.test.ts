import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { symlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { writeBrokenProjects } from './testing/broken-projects.ts';
import { complaintsAbout, failedCommands } from './testing/failed-command.ts';
import { lockProject } from './testing/sample-project.ts';
import { removeFolder, temporaryFolder } from './testing/temporary-folder.ts';

let folder: string;
let lock: { release(): Promise<void> };
beforeAll(async () => {
  folder = await temporaryFolder();
  await writeBrokenProjects(folder);
  lock = await lockProject(join(folder, 'locked.ilp'));
});
afterAll(async () => {
  await lock.release();
  await removeFolder(folder);
});

const files = failedCommands([
  ['a project that does not exist', 'train no.ilp', 1, ['no project "no.ilp"', 'brushwood create no.ilp'], 'not-found'],
  ['a text named .ilp', 'train text.ilp', 1, ['not an ilastik project', 'Check what it is'], 'broken-file'],
  ['an empty project file', 'info empty.ilp', 1, ['not an ilastik project', 'empty.ilp.bak']],
  ['half a project', 'predict half.ilp -o out.npy', 1, ['half.ilp', 'cut off', 'use a good copy'], 'broken-file'],
  ['a project without its last bytes', 'classes most.ilp add x', 1, ['cut off', 'use a good copy']],
  ['a folder as project', 'train folder.ilp', 1, ['is a folder, not a project file', 'Name the .ilp file']],
  ['an image as project', 'lanes gray.png', 2, ['ends in .ilp', '"gray.png" does not'], 'invalid-parameter'],
  ['HDF5 that is no project', 'info image.ilp', 1, ['no ilastik project', 'ilastikVersion'], 'project-unsupported'],
  [
    'a project of a future version',
    'train future.ilp',
    1,
    ['saved by ilastik 2.0.0', '1.0 to 1.5'],
    'project-unsupported',
  ],
  ['a project of another workflow', 'info tracking.ilp', 1, ['"Manual Tracking only"', 'Only "Pixel Classification"']],
  ['a project somebody else edits', 'classes locked.ilp add x', 1, ['being edited by process', 'Close it'], 'locked'],
  ['a new project in place of a folder', 'create folder.ilp --image gray.png', 1, ['is a folder']],
  ['a new project in place of another', 'create trained.ilp --image gray.png', 1, ['exists already', '--force']],
  ['a new project in a missing folder', 'create no/p.ilp --image gray.png', 1, ['no folder', 'Make it first']],
  ['a new project inside a file', 'create gray.png/p.ilp --image gray.png', 1, ['no folder', 'gray.png']],
  ['a new project of another extension', 'create p.tif --image gray.png', 2, ['ends in .ilp', '"p.tif" does not']],
]);

const contents = failedCommands([
  ['training without an image', 'train no-lanes.ilp', 2, ['no image', 'brushwood lanes PROJECT add'], 'lane-missing'],
  ['predicting no image', 'predict no-lanes.ilp', 2, ['The project has no image', 'Name the images'], 'lane-missing'],
  ['training without labels', 'train no-labels.ilp', 1, ['No voxel is labelled', '--labels MASK'], 'no-labels'],
  ['one painted class only', 'train one-class.ilp', 1, ['Only the class "background"', 'one more class'], 'one-class'],
  ['training without features', 'train no-features.ilp', 1, ['selects no features', '--all'], 'no-features'],
  ['predicting untrained', 'predict untrained.ilp -o out.npy', 1, ['no trained', 'brushwood train'], 'no-classifier'],
  ['evaluating untrained', 'evaluate untrained.ilp --truth labels.npy', 1, ['no trained', 'brushwood train']],
  ['training on a moved image', 'train moved.ilp', 1, ['no longer at', 'lanes PROJECT relink 0 IMAGE'], 'not-found'],
  ['predicting a moved image', 'predict moved.ilp -o out.npy', 1, ['no longer at', 'lanes PROJECT relink 0 IMAGE']],
  ['evaluating a moved image', 'evaluate moved.ilp --truth labels.npy', 1, ['no longer at', 'relink 0 IMAGE']],
  ['relinking to another image', 'lanes moved.ilp relink 0 other.npy', 1, ['its content differs', 'replace']],
  [
    'relinking to another size',
    'lanes moved.ilp relink 0 small.npy',
    1,
    ['(1, 1, 1, 30, 30), expected (1, 1, 1, 40, 48)'],
  ],
  ['a filter nobody knows', 'train unknown-filter.ilp', 2, ['Unknown filter "FrangiVesselness"', 'Known: Gaussian']],
  ['a sigma below zero in a project', 'train negative-sigma.ilp', 2, ['"GaussianSmoothing"', 'positive', 'got -1']],
]);

const inputs = failedCommands([
  [
    'an image too small for sigma 10',
    'predict big-sigma.ilp small.npy -o out.npy',
    1,
    ['30 voxels along y', 'sigma = 10 need at least 36', 'Untick'],
    'image-too-small',
  ],
  [
    'a flat image for 3-D features',
    'predict volume.ilp gray.png -o out.npy',
    1,
    ['is a flat image', 'volumes', '--input-axes', '--2d'],
    'shape-mismatch',
  ],
  [
    'a colour picture where grey ones are needed',
    'predict grey-of-rgb.ilp colour.png -o out.npy',
    1,
    ['is a colour picture', '--channels 0'],
    'shape-mismatch',
  ],
  [
    '--channels gray of a colour picture',
    'create p.ilp --image colour.png --channels gray',
    1,
    ['no grey picture', 'that differ'],
  ],
  [
    'a channel the image does not have',
    'create p.ilp --image gray.png --channels 7',
    1,
    ['channels 0 to 0', 'asked for 7'],
  ],
  [
    'channels that are no numbers',
    'create p.ilp --image gray.png --channels red',
    2,
    ['gray', 'like 0,2', 'got "red"'],
  ],
  [
    'images of other channels in one project',
    'lanes trained.ilp add colour.png',
    1,
    ['has 3 channel(s)', 'have 1', '--channels'],
  ],
  [
    'a volume in a project of flat images',
    'lanes trained.ilp add volume.npy',
    1,
    ['is a volume', 'flat', '--input-axes'],
  ],
  ['an image of another size below labels', 'lanes trained.ilp replace 0 small.npy', 1, ['labels', 'Remove that lane']],
  ['a mask of another size', 'lanes trained.ilp mask 0 small.npy', 1, ['The mask', '(1, 1, 1, 30, 30)', 'must agree']],
]);

describe.each([
  ['project files', files],
  ['what a project lacks', contents],
  ['images that do not fit a project', inputs],
])('%s', (_, rows) => {
  for (const row of rows) it(row.what, async () => expect(await complaintsAbout(row, folder)).toEqual([]));
});

/** Writing to `/dev/full` fails as a full disk does. The draft itself may be removed. */
describe.skipIf(process.platform !== 'linux')('a full disk', () => {
  const rows = failedCommands([
    ['under a project', 'classes trained.ilp add x', 1, ['cannot be written', 'Is the disk full'], 'write-failed'],
    ['under a .npy', 'predict trained.ilp -o full.npy', 1, ['full.npy', 'cannot be written'], 'write-failed'],
    ['under a TIFF', 'predict trained.ilp -o full.tif', 1, ['full.tif', 'free space'], 'write-failed'],
    ['under an HDF5 file', 'predict trained.ilp -o full.h5', 1, ['full.h5', 'Is the disk full'], 'write-failed'],
    ['under a PNG', 'predict trained.ilp -o full.png --source segmentation', 1, ['free space'], 'write-failed'],
  ]);
  for (const row of rows) {
    it(row.what, async () => {
      const target = row.args.includes('-o') ? row.args[row.args.indexOf('-o') + 1]! : 'trained.ilp';
      await symlink('/dev/full', join(folder, `${target}.partial`));
      // It passes for what a process left that ended (the number is above Linux' largest): such a draft is written over.
      const left = { pid: 2 ** 22 + 1, host: hostname(), startedAt: 0, token: 'left' };
      if (row.args.includes('-o')) await writeFile(join(folder, `${target}.partial.lock`), JSON.stringify(left));
      expect(await complaintsAbout(row, folder, { mayRemove: /\.partial(\.lock)?$/ })).toEqual([]);
    });
  }
});
