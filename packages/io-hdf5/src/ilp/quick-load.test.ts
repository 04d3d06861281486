import { deepStrictEqual } from 'node:assert';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { runtime } from '#hdf5-runtime';
import type { Hdf5Writer } from '../hdf5-writer.ts';
import { lane, newProject, projectPlaces, saveAs } from '../testing/sample-project.node.ts';
import { forests, gray2d, smallProject } from '../testing/small-project.node.ts';
import { fixturePath, temporaryFolder } from '../testing/temporary-folder.node.ts';
import { ilpStore } from './ilp-store.ts';
import { loadQuickly, loadWithLibrary, type LoadedProject } from './load-project.ts';

const folder = temporaryFolder();
const place = projectPlaces(folder);
const { edited } = smallProject(folder);

/** What the library finds, down to types of arrays and the order of attributes. */
async function expectAsLibrary(quick: LoadedProject | undefined, path: string): Promise<void> {
  const whole = await loadWithLibrary({ path });
  deepStrictEqual(quick, whole);
  const order = (loaded: LoadedProject | undefined) =>
    loaded?.project.carried.map((node) => [node.path, Object.keys(node.attributes)]);
  expect(order(quick)).toEqual(order(whole));
}

describe('a quick load is the same as one with the HDF5 library', () => {
  const folders = [
    fixturePath('ilp'),
    ...[process.env['BRUSHWOOD_REFERENCE']].flatMap((root) => (root ? [join(root, 'projects')] : [])),
    ...[process.env['BRUSHWOOD_DATA']].flatMap((root) => (root ? [join(root, 'projects'), join(root, 'bench')] : [])),
  ];
  const projects = folders.flatMap((at) => readdirSync(at).map((name) => join(at, name)));
  it.each(projects.filter((path) => path.endsWith('.ilp')))('of a project saved by ilastik: %s', async (path) => {
    await expectAsLibrary(await loadQuickly({ path }), path);
  });
  const numbers = [
    Int8Array.of(-1, 2),
    Uint16Array.of(65_535),
    Int32Array.of(-70_000),
    Float32Array.of(0.1, Number.NaN),
  ];
  const arrays = Object.fromEntries(numbers.map((data, i) => [`a/${i}`, data]));
  const model = {
    layout: 'arrays' as const,
    classifierId: 'other',
    knownLabels: [1, 2, 3],
    featureCount: 2,
    classCount: 3,
    arrays,
    texts: { note: 'größer als σ 核', empty: '' },
  };
  it.each([
    ['new', newProject([])],
    ['with labels', newProject([lane(), lane({ nickname: 'zweites Bild: Ä', dtype: 'uint8' })])],
    [
      'with a model of its own',
      newProject([lane()], { classifier: { classifierId: 'other', options: {}, seed: 1, model } }),
    ],
  ])('of a project saved here: %s', async (_, project) => {
    const path = place();
    await saveAs(project, path);
    await expectAsLibrary(await loadQuickly({ path }), path);
  });
  it('of one with forests and an embedded image, saved here and loaded again', async () => {
    const path = place();
    await saveAs((await ilpStore.load({ path: gray2d })).project, path, {
      openImage: () => Promise.reject(new Error('not needed')),
    });
    await expectAsLibrary(await loadQuickly({ path }), path);
  });
  it('of carried values of every type', async () => {
    const path = await edited({
      add: (writer: Hdf5Writer) => {
        writer.write('Other/int64', BigInt64Array.of(-(2n ** 62n), 5n));
        writer.write('Other/uint64', BigUint64Array.of(2n ** 64n - 1n));
        writer.write('Other/one', -7);
        writer.write('Other/half', 0.5);
        writer.write('Other/byte', Uint8Array.of(9), []);
        writer.write('Other/flag', true);
        writer.write('Other/texts', ['', 'Ã¼ stays', 'ü', '核']);
        writer.write('Other/volume', Int16Array.of(1, 2, 3, 4, 5, 6), [1, 2, 3]);
        writer.attribute('Other/volume', 'z', 'text');
        writer.attribute('Other/volume', 'a', Float64Array.of(1, 2));
        writer.attribute('Other/volume', 'k', ['b', 'ß']);
        writer.attribute('Other', 'number', 3);
      },
    });
    const quick = await loadQuickly({ path });
    expect(quick?.project.carried.filter((node) => node.path.startsWith('Other')).length).toBe(9);
    await expectAsLibrary(quick, path);
  });
});

describe('the HDF5 library', () => {
  it('is not loaded for a plain project, also not to recognise it', async () => {
    vi.resetModules();
    const library = vi.fn(() => Promise.reject(new Error('the library was asked for')));
    vi.doMock('#hdf5-runtime', () => ({ runtime: { ...runtime, library } }));
    const { ilpStore: store } = await import('./ilp-store.ts');
    expect(await store.probe({ path: gray2d })).toBe(true);
    expect((await store.load({ path: gray2d })).project.classes).toHaveLength(2);
    expect(library).not.toHaveBeenCalled();
    await expect(store.load({ path: await edited({ drop: ['workflowName'] }) })).rejects.toThrow('was asked for');
    vi.doUnmock('#hdf5-runtime');
  });
  it('reads what the quick reader refuses: a file of a newer format', async () => {
    const path = join(folder, 'newer.ilp');
    const { h5, run } = await runtime.library();
    run(() => {
      const file = new h5.File(path, 'w');
      file.create_dataset({ name: 'ilastikVersion', data: '1.4.1', dtype: 'S', shape: [] });
      file.close();
    });
    expect(await loadQuickly({ path })).toBeUndefined();
    expect(await ilpStore.probe({ path })).toBe(true);
  });
  it.each([
    ['warnings', { drop: ['workflowName'] }],
    ['a classifier that is left out', { drop: [`${forests}/Forest0000/Tree_00`] }],
    ['an error', { set: { ilastikVersion: '2.0.0' } }],
  ])('has the word where there are %s', async (_, edits) => {
    expect(await loadQuickly({ path: await edited(edits) })).toBeUndefined();
  });
  it('is not needed to miss a linked image', async () => {
    const path = place();
    const { warnings } = await saveAs(newProject([lane()]), path);
    expect(warnings.join()).toContain('is missing');
    expect((await loadQuickly({ path }))?.warnings).toEqual(warnings);
  });
});

describe('a damaged project', () => {
  it('that is cut off is left to the library', async () => {
    const bytes = readFileSync(gray2d);
    for (const length of [0, 8, 95, 96, 2048, 100_000, bytes.length - 1]) {
      const path = join(folder, `cut-${length}.ilp`);
      writeFileSync(path, bytes.subarray(0, length));
      expect(await loadQuickly({ path }), `${length} bytes`).toBeUndefined();
    }
  });
  it.each([0x00, 0x01, 0xff])('is never read as something else, wherever a byte becomes %i', async (value) => {
    const source = await edited({});
    const bytes = readFileSync(source);
    const isEqualTo = async (path: string) => {
      const quick = await loadQuickly({ path });
      if (quick) await expectAsLibrary(quick, path);
      return quick !== undefined;
    };
    let read = 0;
    // Every byte of the superblock and, by a step that meets all places within 8 bytes, of what describes objects.
    for (let at = 8; at < bytes.length; at += at < 96 ? 5 : 2003) {
      const damaged = Uint8Array.from(bytes);
      damaged[at] = value;
      const path = join(folder, `byte-${value}-${at}.ilp`); // names of their own: the library keeps broken files in mind
      writeFileSync(path, damaged);
      if (await isEqualTo(path)) read++;
    }
    expect(read).toBeGreaterThan(0);
  });
});
