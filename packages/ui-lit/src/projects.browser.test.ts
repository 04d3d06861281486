import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ImageReference, Project } from '@brushwood/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, openTestPage, type TestPage } from './testing/browser.ts';
import { bundleForTests } from './testing/bundle-for-tests.ts';
import { loadProject, makeProject, saveProject } from './testing/projects.page.ts';
import { readWhole } from './testing/read-image.ts';
import { noiseImage, sampleFolder, writeImage } from './testing/sample-images.ts';

type Projects = typeof import('./testing/projects.page.ts');
type ReadImages = typeof import('./testing/read-image.page.ts');
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What does not depend on the time, the place and the random names of a save. */
function comparable(project: Project): unknown {
  const image = ({ location, ...facts }: ImageReference) => ({ ...facts, isInFile: location.innerPath !== undefined });
  const lanes = project.lanes.map(({ rawData, labels }) => ({ rawData: image(rawData), labels }));
  return { ...project, lanes, origin: undefined };
}

describe.skipIf(!hasBrowser)('projects in a page', { timeout: 60_000 }, async () => {
  const folder = await sampleFolder();
  const at = (name: string) => join(folder, name);
  let test: TestPage;
  beforeAll(async () => {
    const bundle = await bundleForTests({
      projects: here('testing/projects.page.ts'),
      'read-image': here('testing/read-image.page.ts'),
    });
    await copyFile(here('../../../fixtures/ilp/gray2d.ilp'), at('gray2d.ilp'));
    await writeImage(at('a.tif'), noiseImage([1, 1, 1, 40, 50]));
    await writeImage(at('b.tif'), noiseImage([1, 1, 1, 30, 60]));
    test = await openTestPage({ files: { ...bundle, '/made': folder } });
  }, 60_000);

  it('of ilastik are loaded and saved as in Node, embedded image and forest included', async () => {
    const saved = await test.page.evaluate(async () => {
      const { loadProject, saveProject, toBase64 } = await importModule<Projects>('/projects.js');
      const { fetchFile } = await importModule<ReadImages>('/read-image.js');
      const blob = await fetchFile('/made/gray2d.ilp');
      const first = await saveProject(await loadProject({ path: 'gray2d.ilp', blob }), 'gray2d.ilp');
      // Again from what the save returned: the image is in the new file now.
      const second = await saveProject(first.project, 'copy.ilp');
      return { bytes: await toBase64(second.blob!), warnings: second.warnings, origin: second.project.origin };
    });
    expect(saved.origin).toBe('copy.ilp');
    await writeFile(at('browser.ilp'), saved.bytes, 'base64');
    const inNode = await saveProject(await loadProject({ path: at('gray2d.ilp') }), at('node.ilp'));
    expect(saved.warnings).toEqual(inNode.warnings);
    const [browser, node] = [
      await loadProject({ path: at('browser.ilp') }),
      await loadProject({ path: at('node.ilp') }),
    ];
    expect(comparable(browser)).toEqual(comparable(node));
    const image = (project: Project) => readWhole(project.lanes[0]!.rawData.location);
    expect(await image(browser)).toEqual(await image(node));
  });

  it('take in images, and link others by their name', async () => {
    const saved = await test.page.evaluate(async () => {
      const { loadProject, makeProject, saveProject, toBase64 } = await importModule<Projects>('/projects.js');
      const { fetchFile } = await importModule<ReadImages>('/read-image.js');
      const project = await makeProject([
        { path: 'a.tif', blob: await fetchFile('/made/a.tif'), storage: 'embedded' },
        { path: 'b.tif', blob: await fetchFile('/made/b.tif'), storage: 'relative' },
      ]);
      const { blob } = await saveProject(project, 'new.ilp');
      const { lanes } = await loadProject({ path: 'new.ilp', blob });
      return {
        bytes: await toBase64(blob!),
        links: lanes.map(({ rawData: { location, storage } }) => [location.path, storage, location.blob !== undefined]),
      };
    });
    expect(saved.links).toEqual([
      ['new.ilp', 'embedded', true],
      ['b.tif', 'relative', false],
    ]);
    await writeFile(at('new.ilp'), saved.bytes, 'base64');
    const found = await loadProject({ path: at('new.ilp') });
    const own = await makeProject([
      { path: at('a.tif'), storage: 'embedded' },
      { path: at('b.tif'), storage: 'relative' },
    ]);
    await saveProject(own, at('own.ilp'));
    expect(comparable(found)).toEqual(comparable(await loadProject({ path: at('own.ilp') })));
    expect(found.lanes[1]!.rawData.location.path).toBe(at('b.tif'));
    expect(found.lanes[1]!.rawData.fingerprint).toBeDefined();
    expect(await readWhole(found.lanes[0]!.rawData.location)).toMatchObject({
      levels: (await readWhole({ path: at('a.tif') })).levels,
    });
  });

  it('that were not read completely are not saved', async () => {
    const code = await test.page.evaluate(async () => {
      const { makeProject, saveProject } = await importModule<Projects>('/projects.js');
      const { fetchFile } = await importModule<ReadImages>('/read-image.js');
      const blob = await fetchFile('/made/b.tif');
      const project = await makeProject([{ path: 'b.tif', blob, storage: 'relative' }]);
      return saveProject({ ...project, isIncomplete: true }, 'new.ilp').catch((error: { code: string }) => error.code);
    });
    expect(code).toBe('project-incomplete');
  });
});
