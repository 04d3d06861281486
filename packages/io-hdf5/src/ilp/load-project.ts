import {
  BrushwoodError,
  countLabels,
  throwIfAborted,
  type Lane,
  type Project,
  type ProjectLocation,
  type RunOptions,
} from '@brushwood/core';
import { runtime } from '#hdf5-runtime';
import { Hdf5File, isHdf5 } from '../hdf5-file.ts';
import { tryQuickly } from '../quick/try-quickly.ts';
import { readClassifier, readNormalization, readStoredLanes, withResultSteps } from './brushwood-group.ts';
import { readCarriedNodes } from './carried-nodes.ts';
import { readExportSettings } from './export-settings.ts';
import { checkVersion } from './ilastik-version.ts';
import { classifierFactory, classifierForests, inputData, parallelForestClass, workflowName } from './ilp-layout.ts';
import { withForwardSlashes } from './image-paths.ts';
import { ProjectReader } from './project-reader.ts';
import { readClasses } from './read-classes.ts';
import { readFeatures } from './read-features.ts';
import { readForests } from './read-forests.ts';
import { readLaneImages } from './read-input-data.ts';
import { readAllLabels } from './read-labels.ts';

/** A project with what had to be said about its file. */
export interface LoadedProject {
  readonly project: Project;
  readonly warnings: readonly string[];
}

/** Reads a whole project file; see `ProjectStore.load`. Plain files are read without loading the HDF5 library. */
export async function loadProject(location: ProjectLocation, options: RunOptions = {}): Promise<LoadedProject> {
  throwIfAborted(options.signal);
  const path = location.blob ? location.path : withForwardSlashes(runtime.absolutePath(location.path));
  const place = { ...location, path };
  return (await loadQuickly(place, options)) ?? loadWithLibrary(place, options);
}

/** Undefined for all but plain files without fault: about those, what the library says counts. */
export async function loadQuickly(
  location: ProjectLocation,
  { signal, onProgress }: RunOptions = {},
): Promise<LoadedProject | undefined> {
  const loaded = await tryQuickly(location, async (file) => {
    const reader = new ProjectReader(file);
    const project = await readProject(reader, signal);
    return reader.isOdd || reader.isIncomplete ? undefined : { project, warnings: reader.warnings };
  });
  if (loaded) {
    onProgress?.({ phase: 'opening the project', done: 0, total: 1, unit: 'files' });
    onProgress?.({ phase: 'opening the project', done: 1, total: 1, unit: 'files' });
  }
  return loaded;
}

/** Reads any project file, and says what is wrong with it. */
export async function loadWithLibrary(
  location: ProjectLocation,
  { signal, onProgress }: RunOptions = {},
): Promise<LoadedProject> {
  throwIfAborted(signal);
  const { path } = location;
  if ((await runtime.exists(location)) && !(await isHdf5(location))) {
    throw new BrushwoodError(
      'broken-file',
      `"${path}" is not an ilastik project (HDF5) file. Check what it is, or use its backup "${path}.bak" if there is one.`,
      { path },
    );
  }
  const file = await Hdf5File.open(location);
  try {
    onProgress?.({ phase: 'opening the project', done: 0, total: 1, unit: 'files' });
    const reader = new ProjectReader(file);
    const project = await readProject(reader, signal);
    onProgress?.({ phase: 'opening the project', done: 1, total: 1, unit: 'files' });
    return { project, warnings: reader.warnings };
  } finally {
    await file.close();
  }
}

async function readProject(reader: ProjectReader, signal?: AbortSignal): Promise<Project> {
  const version = checkKind(reader);
  const stored = readStoredLanes(reader);
  const images = await readLaneImages(reader, stored);
  throwIfAborted(signal);
  const lanes: Lane[] = readAllLabels(reader, images, version).map(({ lane, labels }) => ({
    rawData: lane.rawData,
    ...(lane.predictionMask ? { predictionMask: lane.predictionMask } : {}),
    labels,
  }));
  throwIfAborted(signal);
  const largestLabel = Math.max(0, ...lanes.map((lane) => countLabels(lane.labels, 0).length));
  const classes = readClasses(reader, largestLabel);
  const features = readFeatures(reader, (lanes[0]?.rawData.shape[2] ?? 1) === 1);
  const forests = readForests(reader, classifierForests, classes.length);
  const normalization = readNormalization(reader);
  const classifier = readClassifier(reader, forests, { lanes, classes, features, normalization });
  reportFactory(reader);
  return withResultSteps(reader, {
    workflowId: workflowName,
    lanes,
    classes,
    features,
    ...(normalization ? { normalization } : {}),
    classifier,
    exportSettings: readExportSettings(reader),
    carried: readCarriedNodes(reader),
    origin: reader.file.location.path,
    ...(reader.isIncomplete ? { isIncomplete: true } : {}),
  });
}

/** @returns ilastik's version. @throws 'project-unsupported' for what is no pixel classification project */
function checkKind(reader: ProjectReader): string {
  const version = reader.text('ilastikVersion');
  if (version === undefined) {
    throw reader.unsupported(
      'is an HDF5 file, but no ilastik project of version 0.6 or later: it has no ilastikVersion.',
    );
  }
  checkVersion(version, reader.file.location.path);
  const name = reader.text('workflowName');
  if (name === undefined) reader.warn('The project does not name its workflow; Pixel Classification is assumed.');
  else if (name !== workflowName && name !== 'PixelClassificationWorkflow') {
    throw reader.unsupported(`is a project of the workflow "${name}". Only "${workflowName}" projects can be opened.`);
  }
  const isNew = name === 'PixelClassificationWorkflow' && reader.file.children('/').length <= 4;
  if (!isNew && !reader.file.has(`${inputData}/StorageVersion`)) {
    throw reader.unsupported(`has no group "${inputData}" with a StorageVersion, so its images are not known.`);
  }
  return version;
}

function reportFactory(reader: ProjectReader): void {
  const text = reader.text(classifierFactory);
  if (text === undefined || text.includes(parallelForestClass)) return;
  const name = /lazyflow[\w.]*\n(\w+?)(?:Factory)?\n/.exec(text)?.[1] ?? 'another classifier';
  reader.warn(`ilastik would train "${name}" for this project, which is not available here; a random forest is used.`);
}
