import type { StoredModel } from '../contracts/classifier.ts';
import type { ImageLocation } from '../contracts/image-location.ts';
import type { ImageSource } from '../contracts/image-source.ts';
import type { ProjectLocation, ProjectStore, SaveOptions } from '../contracts/project-store.ts';
import { BrushwoodError } from '../errors.ts';
import { wholeRoi } from '../grid/roi.ts';
import type { Tensor } from '../grid/tensor.ts';
import { readLabels } from '../project/labels.ts';
import type { Lane } from '../project/lane.ts';
import { withLane } from '../project/lanes.ts';
import { dropModel, type Project } from '../project/project.ts';
import {
  CheckFailure,
  expectError,
  expectSameValues,
  expectThat,
  withExpectedFailures,
  type Check,
  type CheckKitOptions,
} from './check.ts';
import { findDifference } from './find-difference.ts';
import { memoryImageSource } from './memory-image.ts';
import { randomTensor } from './random.ts';

export interface ProjectStoreSubject extends CheckKitOptions {
  readonly store: ProjectStore;
  /** A new place where no project is yet. */
  makeLocation(): ProjectLocation | Promise<ProjectLocation>;
  /**
   * A project with as much in it as the store can keep: lanes with and without labels, a mask, classes, features, options of
   * the classifier, a model, export settings. What it leaves undefined is not compared. No image of it is embedded, or in
   * memory. Its images are not opened.
   */
  makeProject(location: ProjectLocation): Project;
  /** Files that are no projects, such as a text. */
  readonly foreign: readonly ProjectLocation[];
  /** Opens an image that lies in a project file; without it the voxels of embedded images are not compared. */
  openEmbedded?(location: ImageLocation): Promise<ImageSource>;
}

/** One place, and a project to be saved there. */
interface Desk {
  readonly subject: ProjectStoreSubject;
  readonly store: ProjectStore;
  readonly location: ProjectLocation;
  readonly project: Project;
}

/** Checks of a `ProjectStore`. */
export function projectStoreChecks(subject: ProjectStoreSubject): Check[] {
  const check = (name: string, body: (desk: Desk) => Promise<void>): Check => ({
    name,
    run: async () => {
      const location = await subject.makeLocation();
      await body({ subject, store: subject.store, location, project: subject.makeProject(location) });
    },
  });
  const comesBack = (name: string, part: (project: Project) => unknown) =>
    check(`${name} come back`, async (desk) => {
      // A store may fill in what the project left open.
      const loaded = await saveAndLoad(desk);
      const difference = findDifference(part(loaded), part(desk.project), name, { allowsMore: true });
      if (difference) throw new CheckFailure(`After save and load, ${difference}.`);
    });
  const checks = [
    check('id and extensions are set', ({ store }) => checkNames(store)),
    comesBack('images and their settings', ({ lanes }) => lanes.map(imagesOf)),
    comesBack('labels', ({ lanes }) => lanes.map(labelsOf)),
    comesBack('classes', ({ classes }) => classes),
    comesBack('selected features', ({ features }) => features),
    comesBack('normalisation', ({ normalization }) => normalization),
    comesBack('steps for results', ({ resultSteps }) => resultSteps),
    comesBack('classifier, options and seed', ({ classifier: { classifierId, options, seed } }) => [
      classifierId,
      options,
      seed,
    ]),
    comesBack('the numbers of a model', ({ classifier }) => withoutTexts(classifier.model)),
    comesBack('export settings', ({ exportSettings }) => exportSettings),
    check('a second save replaces the first', checkSecondSave),
    check('a project without a model has none after it was saved over one', checkModelDropped),
    check('an embedded image is copied into the project', checkEmbedding),
    check('a save tells where the images lie now', checkSavedLocations),
    check('a saved project is recognised', checkProbe),
    check('foreign files are not taken for projects', checkForeignProbe),
    check('loading a foreign file is refused', checkForeignLoad),
    check('loading a missing file is refused', ({ store, location }) =>
      expectError('not-found', () => store.load(location), 'Loading where nothing is'),
    ),
    check('a signal that has fired rejects loading', checkLoadAbort),
    check('an incomplete project is not saved', checkIncomplete),
    check('a save that fails leaves the old project', checkFailedSave),
    check('a save that is aborted leaves the old project', checkAbortedSave),
    check('saving leaves the project in memory untouched', checkUntouched),
    check('a lock keeps others out until it is released', checkLock),
  ];
  return withExpectedFailures(checks, subject);
}

const refuseImages: SaveOptions = {
  openImage: () => Promise.reject(new BrushwoodError('not-found', 'The image is gone.')),
};

async function saveAndLoad({ store, location, project }: Desk, options = refuseImages): Promise<Project> {
  await store.save(project, location, options);
  return (await store.load(location)).project;
}

async function checkNames({ id, extensions }: ProjectStore): Promise<void> {
  expectThat(id.trim() !== '', 'The id is blank.');
  const isFine = extensions.length > 0 && extensions.every((extension) => /^\.[a-z0-9]+$/.test(extension));
  expectThat(isFine, `The extensions are ${extensions.join(', ')}, expected lower case after a dot.`);
}

function imagesOf({ rawData, predictionMask }: Lane): unknown {
  return { rawData, predictionMask };
}

/** Dense, since another chunking is the same labels. */
function labelsOf({ labels }: Lane): unknown {
  return { shape: labels.shape, values: readLabels(labels, wholeRoi(labels.shape)) };
}

/** Forests or arrays; texts may be written in another way. */
function withoutTexts(model: StoredModel | undefined): unknown {
  return model?.layout === 'arrays' ? { ...model, texts: undefined } : model;
}

async function checkSecondSave(desk: Desk): Promise<void> {
  await saveAndLoad(desk);
  const [first] = desk.project.classes;
  expectThat(first, 'makeProject gives a project without classes.');
  const classes = [{ ...first, name: 'Renamed' }, ...desk.project.classes.slice(1)];
  const loaded = await saveAndLoad({ ...desk, project: { ...desk.project, classes } });
  expectThat(loaded.classes[0]?.name === 'Renamed', `The first class is "${loaded.classes[0]?.name}", not "Renamed".`);
}

async function checkModelDropped(desk: Desk): Promise<void> {
  await saveAndLoad(desk);
  const loaded = await saveAndLoad({ ...desk, project: dropModel(desk.project) });
  expectThat(!loaded.classifier.model, 'The model of the earlier save is still there.');
}

/** The project with its first image to be copied in, from a file that holds noise. */
function withForeignImage({ project }: Desk): { project: Project; image: Tensor; options: SaveOptions } {
  const lane = project.lanes[0];
  expectThat(lane, 'makeProject gives a project without images.');
  const rawData = { ...lane.rawData, storage: 'embedded', location: { path: 'elsewhere.tif' } } as const;
  const image = randomTensor(rawData.dtype ?? 'uint8', rawData.shape, 6);
  const openImage = async () => memoryImageSource(image, { info: { fileAxes: rawData.axes } });
  return { project: withLane(project, 0, { ...lane, rawData }), image, options: { openImage } };
}

async function checkEmbedding(desk: Desk): Promise<void> {
  const { subject } = desk;
  const { project, image, options } = withForeignImage(desk);
  const loaded = await saveAndLoad({ ...desk, project }, options);
  const found = loaded.lanes[0]?.rawData;
  expectThat(found?.storage === 'embedded', `The image comes back as "${found?.storage}", expected "embedded".`);
  expectThat(found.location.path !== 'elsewhere.tif', 'The image is still looked for in the file it was copied from.');
  const source = await subject.openEmbedded?.(found.location);
  if (!source) return;
  try {
    const { data } = await source.read(wholeRoi(source.info.shape));
    expectSameValues(data, image.data, 'The embedded image');
  } finally {
    await source.close();
  }
}

async function checkSavedLocations(desk: Desk): Promise<void> {
  const { store, location } = desk;
  const { project, options } = withForeignImage(desk);
  const saved = await store.save(project, location, options);
  const { project: loaded } = await store.load(location);
  const placesOf = ({ origin, lanes }: Project) => ({ origin, images: lanes.map(({ rawData }) => rawData.location) });
  const difference = findDifference(placesOf(saved.project), placesOf(loaded), 'the project that save returns');
  if (difference) throw new CheckFailure(`Other than in the file: ${difference}.`);
  // Saved again, the image is where the first save says.
  await store.save(saved.project, location, refuseImages);
}

async function checkProbe(desk: Desk): Promise<void> {
  await desk.store.save(desk.project, desk.location, refuseImages);
  expectThat((await desk.store.probe(desk.location)) === true, 'probe of a project it saved itself is false.');
}

async function checkForeignProbe({ subject, store, location }: Desk): Promise<void> {
  for (const other of [...subject.foreign, location]) {
    expectThat((await store.probe(other)) === false, `probe("${other.path}") is true.`);
  }
}

async function checkForeignLoad({ subject, store }: Desk): Promise<void> {
  for (const other of subject.foreign) {
    await expectError('broken-file', () => store.load(other), `Loading "${other.path}"`);
  }
}

async function checkLoadAbort(desk: Desk): Promise<void> {
  await desk.store.save(desk.project, desk.location, refuseImages);
  const signal = AbortSignal.abort();
  await expectError('aborted', () => desk.store.load(desk.location, { signal }), 'Loading');
}

async function checkIncomplete({ store, location, project }: Desk): Promise<void> {
  const incomplete = { ...project, isIncomplete: true };
  await expectError('project-incomplete', () => store.save(incomplete, location, refuseImages), 'Saving');
}

/** The image that has to be copied in cannot be opened. */
async function checkFailedSave(desk: Desk): Promise<void> {
  const { store, location, project } = desk;
  await store.save(project, location, refuseImages);
  const lane = project.lanes[0]!;
  const rawData = { ...lane.rawData, storage: 'embedded', location: { path: 'gone.tif' } } as const;
  const changed = withLane({ ...project, classes: [] }, 0, { ...lane, rawData });
  await expectError(
    'not-found',
    () => store.save(changed, location, refuseImages),
    'A save whose image cannot be opened',
  );
  await expectClasses(desk);
}

async function checkAbortedSave(desk: Desk): Promise<void> {
  const { store, location, project } = desk;
  await store.save(project, location, refuseImages);
  const options = { ...refuseImages, signal: AbortSignal.abort() };
  await expectError('aborted', () => store.save({ ...project, classes: [] }, location, options), 'A save');
  await expectClasses(desk);
}

async function expectClasses({ store, location, project }: Desk): Promise<void> {
  const { project: found } = await store.load(location);
  const [names, expected] = [found, project].map(({ classes }) => classes.map(({ name }) => name).join(', '));
  expectThat(names === expected, `The file has the classes "${names}", before the save it had "${expected}".`);
}

async function checkUntouched({ store, location, project }: Desk): Promise<void> {
  const before = structuredClone(project);
  await store.save(project, location, refuseImages);
  const difference = findDifference(project, before, 'project');
  if (difference) throw new CheckFailure(`Saving changed the project it was given: ${difference}.`);
}

async function checkLock({ store, location, project }: Desk): Promise<void> {
  await store.save(project, location, refuseImages);
  const lock = await store.lock(location);
  try {
    await expectError('locked', () => store.lock(location), 'A second lock');
  } finally {
    await lock.release();
  }
  await (await store.lock(location)).release();
}
