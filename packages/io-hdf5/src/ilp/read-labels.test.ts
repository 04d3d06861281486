import { readLabels } from '@brushwood/core';
import { describe, expect, it } from 'vitest';
import { formatAxisTags } from '../axistags.ts';
import { labelCounts } from '../testing/label-counts.ts';
import type { Edits } from '../testing/rebuild-hdf5.ts';
import { addBlock, labelSet, rawData, smallProject } from '../testing/small-project.node.ts';
import { temporaryFolder } from '../testing/temporary-folder.node.ts';

const { loadEdited } = smallProject(temporaryFolder());

describe('labels', () => {
  const onlyNew = { drop: [`${labelSet}/block0000`] };
  const dense = async (edits: Edits) => {
    const { project } = await loadEdited(edits);
    const { labels } = project.lanes[0]!;
    return {
      project,
      at: (y: number, x: number) => readLabels(labels, { start: [0, 0, 0, y, x], stop: [1, 1, 1, y + 1, x + 1] })[0],
    };
  };
  it('later blocks win, and zeros leave what was there', async () => {
    const { at } = await dense({
      ...onlyNew,
      add(writer) {
        addBlock(writer, 'block0000', { shape: [2, 2, 1], slice: '[10:12,20:22,0:1]', fill: 1 });
        addBlock(writer, 'block0001', {
          shape: [2, 2, 1],
          slice: '[11:13,20:22,0:1]',
          data: Uint8Array.of(0, 2, 2, 0),
        });
      },
    });
    expect([at(10, 20), at(11, 20), at(11, 21), at(12, 20), at(12, 21)]).toEqual([1, 1, 2, 2, 0]);
  });
  it('the value 100 erases', async () => {
    const { at, project } = await dense({
      ...onlyNew,
      add(writer) {
        addBlock(writer, 'block0000', { shape: [1, 3, 1], slice: '[5:6,5:8,0:1]', fill: 2 });
        addBlock(writer, 'block0001', { shape: [1, 3, 1], slice: '[5:6,5:8,0:1]', data: Uint8Array.of(100, 0, 1) });
      },
    });
    expect([at(5, 5), at(5, 6), at(5, 7)]).toEqual([0, 2, 1]);
    expect(labelCounts(project)).toEqual([[1, 1]]);
  });
  it('five axes of old projects', async () => {
    const { at } = await dense({
      drop: [`${labelSet}/block0000`, `${rawData}/axistags`],
      set: { ilastikVersion: '1.2.0rc10' },
      add(writer) {
        // t, x, y, z, c: x 30…32, y 40
        addBlock(writer, 'block0000', {
          shape: [1, 2, 1, 1, 1],
          slice: '[0:1,30:32,40:41,0:1,0:1]',
          data: Uint8Array.of(1, 2),
        });
        writer.attribute(`${labelSet}/block0000`, 'axistags', formatAxisTags('txyzc'));
      },
    });
    expect([at(40, 30), at(40, 31)]).toEqual([1, 2]);
  });
  it.each([
    ['1.4.0b7', 'xy', [20, 10]],
    ['1.4.0b11', 'xy', [10, 20]],
  ])('of version %s on an image stored as %s', async (version, axes, [y, x]) => {
    const tags = formatAxisTags(axes);
    const { at } = await dense({
      ...onlyNew,
      set: { ilastikVersion: version, [`${rawData}/axistags`]: tags },
      add: (writer) => addBlock(writer, 'block0000', { shape: [1, 1, 1], slice: '[10:11,20:21,0:1]' }),
    });
    expect(at(y!, x!)).toBe(1);
  });
  it('belong to lanes by the order of their sets', async () => {
    const { project } = await loadEdited({
      add(writer) {
        writer.write('Input Data/infos/lane0001/Raw Data/filePath', 'b.tif');
        writer.write('Input Data/infos/lane0001/Raw Data/nickname', 'b');
        writer.write('Input Data/infos/lane0001/Raw Data/axistags', formatAxisTags('yx'));
        writer.write('Input Data/infos/lane0001/Raw Data/shape', BigInt64Array.of(30n, 40n));
        writer.write('PixelClassification/LabelSets/labels001/block0000', Uint8Array.of(2), [1, 1, 1]);
        writer.attribute('PixelClassification/LabelSets/labels001/block0000', 'blockSlice', '[3:4,4:5,0:1]');
      },
    });
    expect(labelCounts(project)).toEqual([
      [226, 64],
      [0, 1],
    ]);
  });
});
