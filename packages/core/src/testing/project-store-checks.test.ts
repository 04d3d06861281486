import { describe, it } from 'vitest';
import type { StoredModel } from '../contracts/classifier.ts';
import type { ProjectStore } from '../contracts/project-store.ts';
import { BrushwoodError, type ErrorCode } from '../errors.ts';
import type { Project } from '../project/project.ts';
import { kitChecks } from './kit-checks.ts';
import { memoryImageSource } from './memory-image.ts';
import { memoryProjectStore, type MemoryFiles } from './memory-project-store.ts';
import { phantomProject } from './phantom-project.ts';
import { blobsPhantom, strokesOn } from './phantoms.ts';
import { projectStoreChecks, type ProjectStoreSubject } from './project-store-checks.ts';

const { image, truth } = blobsPhantom({ shape: [1, 1, 1, 20, 24], count: 3, radius: 4 });
const model: StoredModel = {
  layout: 'arrays',
  classifierId: 'centroids',
  knownLabels: [1, 2],
  featureCount: 1,
  classCount: 2,
  arrays: { centroids: Float32Array.of(1, 2) },
  texts: {},
};

function makeProject(): Project {
  const project = phantomProject({
    filters: [],
    classifierId: 'centroids',
    lanes: [{ image, labels: strokesOn(truth) }, { image }],
  });
  return {
    ...project,
    normalization: { method: 'z-score' },
    resultSteps: { postprocessing: { smoothing: 1 }, smallestObject: 5 },
    classifier: { classifierId: 'centroids', options: { depth: 4 }, seed: 9, model },
    exportSettings: { outputFormat: 'tif', inputRange: [0, 1] },
  };
}

type Fault = (store: ProjectStore, files: MemoryFiles) => Partial<ProjectStore>;

function subject(fault: Fault = () => ({})): ProjectStoreSubject {
  const files: MemoryFiles = new Map([['notes.txt', 'not a project']]);
  const store = memoryProjectStore(files);
  let count = 0;
  return {
    store: { ...store, ...fault(store, files) },
    makeLocation: () => ({ path: `p${count++}.project` }),
    makeProject,
    foreign: [{ path: 'notes.txt' }],
    openEmbedded: async ({ tensor }) => memoryImageSource(tensor!),
  };
}

/** Loses something when it loads. */
const losing = (lose: (project: Project) => Partial<Project>) =>
  subject((store) => ({
    load: async (location, options) => {
      const loaded = await store.load(location, options);
      return { ...loaded, project: { ...loaded.project, ...lose(loaded.project) } };
    },
  }));

/** Writes the new project although it then reports the failure. */
const writingInSpiteOf = (code: ErrorCode) =>
  subject((store, files) => ({
    save: (project, location, options) =>
      store.save(project, location, options).catch((error: BrushwoodError) => {
        if (error.code === code) files.set(location.path, project);
        throw error;
      }),
  }));

const keepingModel = subject((store, files) => ({
  save: async (project, location, options) => {
    const old = files.get(location.path);
    const saved = await store.save(project, location, options);
    if (typeof old === 'object' && !project.classifier.model) {
      files.set(location.path, { ...project, classifier: old.classifier });
    }
    return saved;
  },
}));

describe('projectStoreChecks', () => {
  const checks = kitChecks<ProjectStoreSubject>({
    kit: projectStoreChecks,
    correct: subject(),
    broken: {
      'id and extensions are set': subject(() => ({ extensions: ['project'] })),
      'images and their settings come back': losing(({ lanes }) => ({
        lanes: lanes.map((lane) => ({ ...lane, rawData: { ...lane.rawData, nickname: 'image' } })),
      })),
      'labels come back': losing(({ lanes }) => ({
        lanes: lanes.map((lane) => ({ ...lane, labels: { ...lane.labels, chunks: new Map<number, Uint8Array>() } })),
      })),
      'classes come back': losing(({ classes }) => ({
        classes: classes.map((item) => ({ ...item, color: [0, 0, 0] })),
      })),
      'selected features come back': losing(({ features }) => ({ features: { ...features, sigmas: [] } })),
      'steps for results come back': losing(() => ({ resultSteps: { smallestObject: 4 } })),
      'normalisation come back': losing(() => ({ normalization: { method: 'equalize' } })),
      'classifier, options and seed come back': losing(({ classifier }) => ({
        classifier: { ...classifier, seed: 0 },
      })),
      'the numbers of a model come back': losing(({ classifier }) => ({
        classifier: classifier.model ? { ...classifier, model: { ...model, featureCount: 2 } } : classifier,
      })),
      'export settings come back': losing(() => ({ exportSettings: {} })),
      'a second save replaces the first': subject((store, files) => ({
        save: async (project, location, options) =>
          files.has(location.path) && project.classes[0]?.name === 'Renamed'
            ? { project, warnings: [] }
            : store.save(project, location, options),
      })),
      'a project without a model has none after it was saved over one': keepingModel,
      'an embedded image is copied into the project': subject((store) => ({
        save: (project, location, options) =>
          store.save(project, location, {
            ...options,
            openImage: async (reference) => {
              const source = await options.openImage(reference);
              return { ...source, read: async () => ({ data: new Uint8Array(image.data.length), shape: image.shape }) };
            },
          }),
      })),
      'a save tells where the images lie now': subject((store) => ({
        save: async (project, location, options) => ({ ...(await store.save(project, location, options)), project }),
      })),
      'a saved project is recognised': subject(() => ({ probe: async () => false })),
      'foreign files are not taken for projects': subject((store) => ({
        probe: async (location) => location.path === 'notes.txt' || store.probe(location),
      })),
      'loading a foreign file is refused': subject((store) => ({
        load: async (location, options) =>
          location.path === 'notes.txt' ? { project: makeProject(), warnings: [] } : store.load(location, options),
      })),
      'loading a missing file is refused': subject((store) => ({
        load: (location, options) =>
          store.load(location, options).catch((error: BrushwoodError) => {
            throw error.code === 'not-found' ? new BrushwoodError('broken-file', error.message) : error;
          }),
      })),
      'a signal that has fired rejects loading': subject((store) => ({ load: (location) => store.load(location) })),
      'an incomplete project is not saved': subject((store) => ({
        save: (project, location, options) => store.save({ ...project, isIncomplete: false }, location, options),
      })),
      'a save that fails leaves the old project': writingInSpiteOf('not-found'),
      'a save that is aborted leaves the old project': writingInSpiteOf('aborted'),
      'saving leaves the project in memory untouched': subject((store) => ({
        save: async (project, location, options) => {
          const saved = await store.save(project, location, options);
          return Object.assign(project, { origin: location.path }) && saved;
        },
      })),
      'a lock keeps others out until it is released': subject(() => ({
        lock: async () => ({ release: async () => undefined }),
      })),
    },
  });
  for (const check of checks) it(check.name, check.run);
});
