import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runtime } from '#hdf5-runtime';
import type { Hdf5Writer } from '../hdf5-writer.ts';
import type { Edits } from '../testing/rebuild-hdf5.ts';
import { addBlock, forests, gray2d, labelSet, smallProject } from '../testing/small-project.node.ts';
import { labelCounts } from '../testing/label-counts.ts';
import { temporaryFolder } from '../testing/temporary-folder.node.ts';
import { ilpStore } from './ilp-store.ts';

const folder = temporaryFolder();
const { edited, loadEdited } = smallProject(folder);

describe('damaged projects', () => {
  const bytes = readFileSync(gray2d);
  it.each([100, 2048, 20_000, 120_000, bytes.length - 1])('cut off after %i bytes', async (length) => {
    const path = join(folder, `cut-${length}.ilp`);
    writeFileSync(path, bytes.subarray(0, length));
    await expect(ilpStore.load({ path })).rejects.toMatchObject({ code: 'broken-file' });
  });
  it.each([8, 13, 40, 64])('byte %i of the superblock flipped', async (at) => {
    const path = join(folder, `flipped-${at}.ilp`);
    const flipped = Uint8Array.from(bytes);
    flipped[at]! ^= 0xff;
    writeFileSync(path, flipped);
    await expect(ilpStore.load({ path })).rejects.toMatchObject({
      code: expect.stringMatching(/broken-file|project-unsupported/),
    });
  });
  it('never lose something silently, wherever 64 bytes are spoiled', async () => {
    // Its few trees make it quick to read, and most of its bytes are structure.
    const small = readFileSync(await edited({}));
    const path = join(folder, 'spoiled.ilp');
    writeFileSync(path, small);
    const { project: whole } = await ilpStore.load({ path });
    for (let at = 100; at < small.length; at += Math.ceil(small.length / 16)) {
      const spoiled = Uint8Array.from(small);
      spoiled.fill(0xff, at, at + 64);
      writeFileSync(path, spoiled);
      const loaded = await ilpStore.load({ path }).catch((error: { code?: string }) => {
        expect(['broken-file', 'project-unsupported', 'too-large', 'not-found', 'axes-mismatch']).toContain(error.code);
      });
      if (!loaded || loaded.warnings.length > 0) continue;
      expect(loaded.project.lanes[0]!.rawData.shape).toEqual(whole.lanes[0]!.rawData.shape);
    }
  });
  it.each([
    ['no place', { dropAttributes: [`${labelSet}/block0000@blockSlice`] }],
    [
      'a place that does not fit',
      { add: (w: Hdf5Writer) => addBlock(w, 'block0001', { shape: [2, 2, 1], slice: '[0:3,0:2,0:1]' }) },
    ],
    [
      'a place outside the image',
      { add: (w: Hdf5Writer) => addBlock(w, 'block0001', { shape: [2, 2, 1], slice: '[71:73,0:2,0:1]' }) },
    ],
    [
      'values above 100',
      { add: (w: Hdf5Writer) => addBlock(w, 'block0001', { shape: [1, 1, 1], slice: '[0:1,0:1,0:1]', fill: 101 }) },
    ],
  ])('labels with %s make the project incomplete', async (_, edits: Edits) => {
    const { project, warnings } = await loadEdited(edits);
    expect(project.isIncomplete).toBe(true);
    expect(warnings.join()).toContain('Labels of "gray2d"');
  });
  it.each([
    ['258, which is 2 in a byte', Uint16Array.of(1, 258)],
    ['256, which is none in a byte', Uint16Array.of(1, 256)],
    ['-1', Int8Array.of(1, -1)],
    ['1.5', Float32Array.of(1, 1.5)],
  ])('a block of labels with the value %s is lost as a whole, the others stay', async (_, data) => {
    const add = (writer: Hdf5Writer) => {
      writer.write(`${labelSet}/block0001`, data, [1, 2, 1]);
      writer.attribute(`${labelSet}/block0001`, 'blockSlice', '[71:72,0:2,0:1]');
    };
    const { project, warnings } = await loadEdited({ add });
    expect(project.isIncomplete).toBe(true);
    expect(warnings.join()).toMatch(/Labels of "gray2d".*block0001" holds the label/);
    expect(labelCounts(project)).toEqual([[226, 64]]);
  });
  it.each([
    ['a tree less than it says', { drop: [`${forests}/Forest0000/Tree_00`] }],
    ['a tree without its values', { drop: [`${forests}/Forest0001/Tree_01/parameters`] }],
    ['no options', { drop: [`${forests}/Forest0000/_options`] }],
    [
      'more classes than the project',
      { set: { 'PixelClassification/LabelNames': ['only one'] }, drop: ['PixelClassification/LabelSets'] },
    ],
    ['labels that do not fit', { set: { [`${forests}/known_labels`]: Uint32Array.of(1) } }],
    ['another number of feature names', { set: { [`${forests}/feature_names`]: ['one'] } }],
    ['a pickle', { add: (w: Hdf5Writer) => w.write(`${forests}/pickled_classifier`, 'cos\nsystem\n') }],
    ['a foreign type', { set: { [`${forests}/pickled_type`]: 'csklearn.ensemble\nForest\np0\n.' } }],
  ])('a classifier with %s is left out, and the project stays complete', async (_, edits: Edits) => {
    const { project, warnings } = await loadEdited(edits);
    expect(project.classifier.model).toBeUndefined();
    expect(project.isIncomplete).toBeUndefined();
    expect(warnings.join()).toContain('classifier is left out');
  });
});

describe('links out of the project file', () => {
  const withLink = async (name: string, drop: readonly string[] = []) => {
    const { edited } = smallProject(temporaryFolder());
    const path = await edited({ drop });
    const { h5, run } = await runtime.library();
    run(() => {
      const file = new h5.File(path, 'a');
      file.create_external_link('/etc/passwd.h5', '/x', name);
      file.close();
    });
    return ilpStore.load({ path });
  };
  it('are not followed, with a word about it', async () => {
    const { project, warnings } = await withLink('Foreign');
    expect(warnings.join()).toContain('"Foreign" is not stored in the project file itself');
    expect(project.carried.map((node) => node.path)).not.toContain('Foreign');
    expect(project.isIncomplete).toBeUndefined();
  });
  it('do not shift the labels of other images', async () => {
    const { project } = await withLink(labelSet, [labelSet]);
    expect(project.isIncomplete).toBe(true);
  });
});
