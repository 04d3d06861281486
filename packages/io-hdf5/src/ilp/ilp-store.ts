import type { ProjectLocation, ProjectStore } from '@brushwood/core';
import { Hdf5File, isHdf5 } from '../hdf5-file.ts';
import { tryQuickly } from '../quick/try-quickly.ts';
import { loadProject } from './load-project.ts';
import { lockProject } from './project-lock.ts';
import { saveProject } from './save-project.ts';

/** ilastik's project file, which is also ours: there is no second format. */
export const ilpStore: ProjectStore = createIlpStore();

function createIlpStore(): ProjectStore {
  // Saves of one process wait for each other: they share the lock and the name of the unfinished file.
  let lastSave: Promise<unknown> = Promise.resolve();
  return {
    id: 'ilp',
    displayName: 'ilastik project',
    extensions: ['.ilp'],
    probe,
    load: loadProject,
    save(project, location, options) {
      const save = lastSave.then(() => saveProject(project, location, options));
      lastSave = save.catch(() => undefined); // its caller hears of the failure
      return save;
    },
    lock: lockProject,
  };
}

async function probe(location: ProjectLocation): Promise<boolean> {
  if (!(await isHdf5(location))) return false;
  if (await tryQuickly(location, (quick) => quick.has('ilastikVersion'))) return true;
  const file = await Hdf5File.open(location).catch(() => undefined); // damaged: `load` says how
  try {
    return file?.has('ilastikVersion') ?? false;
  } finally {
    await file?.close();
  }
}
