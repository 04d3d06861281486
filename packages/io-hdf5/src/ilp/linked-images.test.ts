import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Shape5 } from '@brushwood/core';
import { describe, expect, it } from 'vitest';
import { formatAxisTags } from '../axistags.ts';
import { labelCounts } from '../testing/label-counts.ts';
import { rebuildHdf5, type Edits } from '../testing/rebuild-hdf5.ts';
import { labelSet, rawData, smallProject } from '../testing/small-project.node.ts';
import { fixturePath, temporaryFolder } from '../testing/temporary-folder.node.ts';
import { ilpStore } from './ilp-store.ts';

const folder = temporaryFolder();
const { edited, loadEdited } = smallProject(folder);

describe('linked images', () => {
  const link = (fields: Record<string, string | BigInt64Array>): Edits => ({
    drop: [rawData, 'Input Data/local_data'],
    add(writer) {
      const shape = BigInt64Array.of(72n, 96n);
      const all = { nickname: 'gray2d', axistags: formatAxisTags('yx'), shape, ...fields };
      for (const [name, value] of Object.entries(all)) writer.write(`${rawData}/${name}`, value);
    },
  });
  const place = async (path: string) => {
    const { project, warnings } = await ilpStore.load({ path });
    return { ...project.lanes[0]!.rawData, warnings };
  };
  mkdirSync(join(folder, 'sub', 'deep'), { recursive: true });
  writeFileSync(join(folder, 'sub', 'deep', 'there.tif'), '');
  copyFileSync(fixturePath('hdf5/single.h5'), join(folder, 'sub', 'single.h5'));

  it('are relative to the project', async () => {
    const { location, storage, warnings } = await place(await edited(link({ filePath: 'sub/deep/there.tif' })));
    expect(location).toEqual({ path: join(folder, 'sub/deep/there.tif') });
    expect(storage).toBe('relative');
    expect(warnings).toEqual([]);
  });
  it('may have the separators of Windows', async () => {
    const { location } = await place(await edited(link({ filePath: 'sub\\deep\\there.tif' })));
    expect(location.path).toBe(join(folder, 'sub/deep/there.tif'));
  });
  it('are found below the project if they moved, with a word about it', async () => {
    const { location, warnings } = await place(await edited(link({ filePath: '/old/disk/sub/deep/there.tif' })));
    expect(location.path).toBe(join(folder, 'sub/deep/there.tif'));
    expect(warnings.join()).toContain('/old/disk/sub/deep/there.tif');
    expect(warnings.join()).toContain(`"${location.path}", of the same name, is used`);
  });
  it.each([
    ['of another size', 'volume/data', [2n, 3n, 5n]],
    ['without the dataset', 'volume/other', [2n, 3n, 4n]],
  ])('are not taken for an HDF5 file of the same name %s', async (_, dataset, shape) => {
    const fields = {
      filePath: `/old/disk/sub/single.h5/${dataset}`,
      axistags: formatAxisTags('zyx'),
      shape: BigInt64Array.from(shape),
    };
    const { location, warnings } = await place(
      await edited({ ...link(fields), drop: [rawData, 'Input Data/local_data', labelSet] }),
    );
    expect(location).toEqual({ path: '/old/disk/sub/single.h5', innerPath: dataset });
    expect(warnings.join()).toContain('is missing');
  });
  it('tell no type that nobody said, and none is stored', async () => {
    const path = await edited(link({ filePath: 'sub/deep/there.tif' }));
    const { project } = await ilpStore.load({ path });
    expect(project.lanes[0]!.rawData.dtype).toBeUndefined();
    await ilpStore.save(project, { path }, { openImage: () => Promise.reject(new Error('not needed')) });
    expect((await place(path)).dtype).toBeUndefined();
  });
  it('may be missing: the lane stays, with a word about it', async () => {
    const { location, shape, storage, warnings } = await place(await edited(link({ filePath: '/old/gone.tif' })));
    expect({ location, shape, storage }).toEqual({
      location: { path: '/old/gone.tif' },
      shape: [1, 1, 1, 72, 96],
      storage: 'absolute',
    });
    expect(warnings.join()).toContain('is missing');
  });
  it('may be datasets of HDF5 files, which tell their own type', async () => {
    const fields = {
      filePath: 'sub/single.h5/volume/data',
      axistags: formatAxisTags('zyx'),
      shape: BigInt64Array.of(2n, 3n, 4n),
    };
    const { location, dtype } = await place(
      await edited({ ...link(fields), drop: [rawData, 'Input Data/local_data', labelSet] }),
    );
    expect(location).toEqual({ path: join(folder, 'sub/single.h5'), innerPath: 'volume/data' });
    expect(dtype).toBe('uint16');
  });
  it('may have axisorder instead of axistags', async () => {
    const path = await edited({
      ...link({ filePath: '/old/gone.tif', axisorder: 'cyx', shape: BigInt64Array.of(3n, 72n, 96n) }),
      set: {},
    });
    const copy = await rebuildHdf5(path, join(folder, 'legacy.ilp'), { drop: [`${rawData}/axistags`] });
    expect(await place(copy)).toMatchObject({ axes: 'cyx', shape: [1, 3, 1, 72, 96] satisfies Shape5 });
  });
  it('without a size are as large as their labels', async () => {
    const path = await rebuildHdf5(await edited(link({ filePath: '/old/gone.tif' })), join(folder, 'no-size.ilp'), {
      drop: [`${rawData}/shape`],
    });
    const { project } = await ilpStore.load({ path });
    expect(project.lanes[0]!.rawData.shape).toEqual([1, 1, 1, 70, 95]); // the block is [1:70,0:95,0:1]
    expect(labelCounts(project)).toEqual([[226, 64]]);
  });
  describe('of several files', () => {
    const volume = { shape: BigInt64Array.of(2n, 72n, 96n), axistags: formatAxisTags('zyx') };
    mkdirSync(join(folder, 'slices'), { recursive: true });
    for (const name of ['s1.png', 's2.png', 'other.png', 's10.tif']) writeFileSync(join(folder, 'slices', name), '');
    const paths = ['s1.png', 's2.png'].map((name) => join(folder, 'slices', name));
    const stackPlace = async (fields: Record<string, string | BigInt64Array>) =>
      place(await edited({ ...link(fields), drop: [rawData, 'Input Data/local_data', labelSet] }));

    it('joined by the path separator are a stack', async () => {
      const { location } = await stackPlace({ ...volume, filePath: 'slices/s1.png:slices/s2.png' });
      expect(location).toEqual({ path: paths.join(':'), stack: { paths, axis: 'z' } });
    });
    it('that fit a pattern are a stack in the order of their names', async () => {
      const { location } = await stackPlace({ ...volume, filePath: 'slices/s?.*' });
      expect(location).toEqual({ path: join(folder, 'slices/s?.*'), stack: { paths, axis: 'z' } });
    });
    it('lie along the axis the project names', async () => {
      const { location } = await stackPlace({ ...volume, axistags: formatAxisTags('tyx'), filePath: 'slices/s?.png' });
      expect(location.stack?.axis).toBe('t');
    });
    it('may be containers with one dataset name', async () => {
      const { location } = await stackPlace({ ...volume, filePath: 'sub/sing*.h5/volume/data' });
      const stack = { paths: [join(folder, 'sub/single.h5')], axis: 'z' };
      expect(location).toEqual({ path: join(folder, 'sub/sing*.h5'), innerPath: 'volume/data', stack });
    });
    it('that are none are named by the pattern', async () => {
      const { location } = await stackPlace({ ...volume, filePath: '/gone/*.png' });
      expect(location).toEqual({ path: '/gone/*.png' });
    });
    it.each([
      ['a list', { path: 'slices', stack: { paths, axis: 'z' } }],
      ['a list of datasets', { path: 'slices', innerPath: 'volume/data', stack: { paths, axis: 'z' } }],
      ['a pattern', { path: join(folder, 'slices/s?.png'), stack: { paths, axis: 'z' } }],
    ] as const)('stay what they are when saved as %s', async (_, location) => {
      const path = await edited({
        ...link({ ...volume, filePath: 'x.tif' }),
        drop: [rawData, 'Input Data/local_data', labelSet],
      });
      const { project } = await ilpStore.load({ path });
      const lane = project.lanes[0]!;
      const changed = { ...project, lanes: [{ ...lane, rawData: { ...lane.rawData, location } }] };
      await ilpStore.save(changed, { path }, { openImage: () => Promise.reject(new Error('not needed')) });
      const found = await place(path);
      const files = 'innerPath' in location ? paths.map((file) => `${file}/volume/data`) : paths;
      expect(found.location.stack).toEqual({ paths: files, axis: 'z' });
    });
  });
  it('may be a prediction mask', async () => {
    const mask = 'Input Data/infos/lane0000/Prediction Mask';
    const { project } = await loadEdited({
      add(writer) {
        writer.write(`${mask}/filePath`, 'sub/deep/there.tif');
        writer.write(`${mask}/nickname`, 'mask');
        writer.write(`${mask}/axistags`, formatAxisTags('yx'));
        writer.write(`${mask}/shape`, BigInt64Array.of(72n, 96n));
      },
    });
    expect(project.lanes[0]!.predictionMask).toMatchObject({ nickname: 'mask', shape: [1, 1, 1, 72, 96] });
  });
});
