import {
  addLane,
  createContainer,
  emptyLabels,
  newProject,
  type Catalog,
  type ImageReference,
  type Project,
  type Workflow,
} from '@brushwood/core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { plugins } from '../../plugins.ts';
import type { Labeling } from '../labeling.ts';
import { ProjectSession } from '../project-session.ts';
import { ExportDesk } from './export-desk.ts';
import type { ExportImage } from './export-plan.ts';

const { catalog } = createContainer(plugins);
const image = (nickname: string, size: number): ImageReference => ({
  nickname,
  location: { path: `${nickname}.tif` },
  storage: 'absolute',
  axes: 'yx',
  shape: [1, 1, 1, size, size],
  dtype: 'uint8',
  channels: 'all',
});
const projectOf = (...references: readonly ImageReference[]): Project =>
  references.reduce((project, reference) => addLane(project, reference), newProject(catalog, ['ground', 'cell']));

/** A labeling without a viewer, whose classifier remembers what it was trained on. */
function deskOf(project: Project) {
  const trained: Project[] = [];
  const [workflow] = catalog.workflows;
  const train: Workflow['train'] = async (on) => {
    trained.push(on);
    return {
      project: { ...on, classifier: { ...on.classifier, model: {} as never } },
      report: {} as never,
      featureSeconds: 0,
      trainSeconds: 0,
    };
  };
  const workflows = [{ ...workflow!, id: workflow!.id, exportSources: workflow!.exportSources, train }];
  const session = new ProjectSession(project);
  const labeling = {
    services: { catalog: { ...catalog, workflows } as Catalog },
    session,
    get project() {
      return session.project;
    },
    resultSteps: {},
    isLive: true,
    isBusy: true,
  };
  const desk = new ExportDesk(labeling as unknown as Labeling);
  const seen: { project: Project; images: readonly ExportImage[] }[] = [];
  desk.serverRunner = {
    async run(of, images) {
      seen.push({ project: of, images });
    },
  };
  return { desk, labeling, session, trained, seen };
}
const askTaken = async () => undefined;
// The desk keeps pages from being closed during a run.
beforeAll(() => {
  for (const name of ['addEventListener', 'removeEventListener']) vi.stubGlobal(name, () => undefined);
  return () => vi.unstubAllGlobals();
});

describe('an export', () => {
  it('is of the project as it was when it began, however long training takes', async () => {
    const before = projectOf(image('mine', 20), image('second', 30));
    const { desk, labeling, session, trained, seen } = deskOf(before);
    const run = desk.start({ lanes: [1], askTaken });
    session.open(projectOf(image('other', 5)));
    labeling.isBusy = false;
    await run;
    expect(desk.run).toMatchObject({ problem: undefined, images: [{ name: 'second', voxels: 900 }] });
    expect(trained).toEqual([before]);
    expect(seen).toHaveLength(1);
    expect(seen[0]!.images.map(({ nickname }) => nickname)).toEqual(['second']);
    expect(seen[0]!.project.lanes).toBe(before.lanes);
  });

  it('takes the model that live update makes of it meanwhile, but not one of other labels', async () => {
    const before = projectOf(image('mine', 20));
    const { desk, labeling, session, trained, seen } = deskOf(before);
    const first = desk.start({ lanes: [0], askTaken });
    session.setModel(before, { ...before.classifier, model: { of: 'live' } as never });
    labeling.isBusy = false;
    await first;
    expect([trained.length, seen[0]!.project.classifier.model]).toEqual([0, { of: 'live' }]);
    session.open(before);
    labeling.isBusy = true;
    const second = desk.start({ lanes: [0], askTaken });
    const lanes = [{ ...before.lanes[0]!, labels: emptyLabels([1, 1, 1, 20, 20]) }];
    session.edit({ ...before, lanes, classifier: { ...before.classifier, model: { of: 'other' } as never } });
    labeling.isBusy = false;
    await second;
    expect(trained).toEqual([before]);
  });

  it('is cancelled while it waits for live update', async () => {
    const { desk, seen } = deskOf(projectOf(image('mine', 20)));
    const run = desk.start({ lanes: [0], askTaken });
    desk.cancel();
    await run;
    expect(desk.run).toMatchObject({ isCancelled: true, problem: undefined });
    expect(seen).toEqual([]);
  });
});
