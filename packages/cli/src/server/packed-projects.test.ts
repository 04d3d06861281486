import { createContainer, packProject, unpackProject } from '@brushwood/core';
import { findDifference } from '@brushwood/core/testing';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { plugins } from '../plugins.ts';

const [store] = createContainer(plugins).catalog.projectStores;
const fixtures = fileURLToPath(new URL('../../../../fixtures/ilp', import.meta.url));
const reference = process.env['BRUSHWOOD_REFERENCE'];
const data = process.env['BRUSHWOOD_DATA'];

/** Projects below a folder that ilastik wrote. */
function projectsIn(folder: string | undefined, ...below: readonly string[]): string[] {
  const place = folder && join(folder, ...below);
  if (!place || !existsSync(place)) return [];
  return readdirSync(place, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ilp'))
    .map((name) => join(place, name));
}

describe('projects of ilastik, packed', () => {
  const own = projectsIn(fixtures);
  it('there are some', () => expect(own.length).toBeGreaterThan(0));
  it.each([
    ...own,
    ...projectsIn(reference, 'projects'),
    ...projectsIn(data, 'projects'),
    ...projectsIn(data, 'bench'),
  ])('%s comes back whole', async (path) => {
    const { project } = await store!.load({ path });
    expect(findDifference(unpackProject(packProject(project)), project)).toBeUndefined();
  });
});
