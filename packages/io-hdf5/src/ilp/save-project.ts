import {
  BrushwoodError,
  isAbortError,
  messageOf,
  throwIfAborted,
  type ImageReference,
  type Project,
  type ProjectLocation,
  type SavedProject,
  type SaveOptions,
} from '@brushwood/core';
import { runtime } from '#hdf5-runtime';
import { Hdf5File } from '../hdf5-file.ts';
import type { FileOperations, MemoryFiles } from '../hdf5-runtime.ts';
import { Hdf5Writer } from '../hdf5-writer.ts';
import { writeBrushwoodGroup } from './brushwood-group.ts';
import { writeCarriedNodes } from './carried-nodes.ts';
import { writeExportSettings } from './export-settings.ts';
import { folderOf, withForwardSlashes } from './image-paths.ts';
import * as layout from './ilp-layout.ts';
import { withLock } from './project-lock.ts';
import type { StoredForests } from './read-forests.ts';
import { checkReferences, writeInputData } from './write-input-data.ts';
import { writeFeatures, writePixelClassification } from './write-training.ts';

/** Writes a whole project file; see `ProjectStore.save`. */
export async function saveProject(
  project: Project,
  location: ProjectLocation,
  options: SaveOptions,
): Promise<SavedProject> {
  const { files, memory } = runtime;
  checkSavable(project, location);
  throwIfAborted(options.signal);
  if (memory) return saveInMemory(memory, project, { location, options });
  if (!files) throw noDisk(location);
  const target = await realTarget(files, location);
  return withLock(files, target, async () => {
    const partial = `${target}.partial`;
    try {
      const path = withForwardSlashes(runtime.absolutePath(location.path));
      const saved = await writeProject(project, { partial, target, path }, options);
      await files.flush(partial);
      await checkWritten(partial);
      throwIfAborted(options.signal);
      await files.replace(partial, target, `${target}.bak`);
      return saved;
    } catch (error) {
      await files.remove(partial);
      throw asSaveError(error, target);
    }
  });
}

async function saveInMemory(
  memory: MemoryFiles,
  project: Project,
  { location: { path }, options }: { location: ProjectLocation; options: SaveOptions },
): Promise<SavedProject> {
  const partial = await memory.newName();
  try {
    const saved = await writeProject(project, { partial, target: path, path }, options);
    const blob = await memory.read(partial);
    await checkWritten(path, blob);
    throwIfAborted(options.signal);
    const lanes = saved.project.lanes.map((lane) => ({
      ...lane,
      rawData: inBlob(lane.rawData, blob),
      ...(lane.predictionMask ? { predictionMask: inBlob(lane.predictionMask, blob) } : {}),
    }));
    return { ...saved, project: { ...saved.project, lanes }, blob };
  } catch (error) {
    throw asSaveError(error, path);
  } finally {
    await memory.remove(partial);
  }
}

/** An embedded image, to be read from the new file from now on. */
function inBlob(reference: ImageReference, blob: Blob): ImageReference {
  if (reference.storage !== 'embedded') return reference;
  return { ...reference, location: { ...reference.location, blob } };
}

async function realTarget(files: FileOperations, location: ProjectLocation): Promise<string> {
  const path = runtime.absolutePath(location.path);
  try {
    return await files.realPath(path);
  } catch (error) {
    throw new BrushwoodError(
      'write-failed',
      `"${path}" cannot be written: its folder does not exist.`,
      { path },
      { cause: error },
    );
  }
}

async function writeProject(
  project: Project,
  { partial, target, path }: { partial: string; target: string; path: string },
  options: SaveOptions,
): Promise<SavedProject> {
  const warnings: string[] = [];
  const writer = await Hdf5Writer.create(partial);
  try {
    writer.write('ilastikVersion', layout.writtenVersion);
    writer.write('workflowName', layout.workflowName);
    writer.write('time', timeText(new Date()));
    const folder = folderOf(withForwardSlashes(target));
    const written = await writeInputData({ writer, folder, path, project, options });
    writeFeatures(writer, project.features);
    const forests = forestsForIlastik(project, warnings);
    writePixelClassification(writer, project, forests);
    writeExportSettings(writer, project.exportSettings);
    const notes = written.map(({ stored }) => stored);
    writeBrushwoodGroup(writer, project, { lanes: notes, isOnlyOurs: !forests });
    // The names of features belong to the forests they were stored with.
    writeCarriedNodes(
      writer,
      project.carried.filter((node) => !node.path.startsWith(layout.classifierForests)),
    );
    writer.close();
    const lanes = written.map(({ lane }) => lane);
    return { project: { ...project, lanes, origin: path }, warnings };
  } catch (error) {
    writer.abandon();
    throw error;
  }
}

/** The model if ilastik can use it: vigra's layout, on images it sees with the same channels. */
function forestsForIlastik(project: Project, warnings: string[]): StoredForests | undefined {
  const { model } = project.classifier;
  if (model?.layout !== 'vigra-forests') return undefined;
  if (project.normalization) {
    warnings.push(
      'The project normalises intensities, which ilastik does not know of: the classifier is kept for Brushwood only, and ilastik would ' +
        'train on intensities as they are.',
    );
    return undefined;
  }
  const chosen = project.lanes.find(({ rawData }) => rawData.channels !== 'all' && rawData.storage !== 'embedded');
  if (!chosen) return model;
  warnings.push(
    `"${chosen.rawData.nickname}" uses only some channels of its file, which ilastik does not know of: the classifier is ` +
      'kept for Brushwood only, and ilastik would train on all channels. Copy the image into the project to share it.',
  );
  return undefined;
}

function checkSavable(project: Project, location: ProjectLocation): void {
  if (project.isIncomplete) {
    throw new BrushwoodError(
      'project-incomplete',
      `Not everything in "${project.origin ?? location.path}" could be read, so saving the project would lose the rest. ` +
        'Repair the file or start from its backup (.bak).',
      { path: location.path },
    );
  }
  if (runtime.files) checkReferences(project);
}

/** A last look before the old file goes: does the new one open, and is everything there? */
async function checkWritten(partial: string, blob?: Blob): Promise<void> {
  const file = await Hdf5File.open({ path: partial, blob });
  try {
    const roots = file.children('/');
    const needed = [layout.inputData, layout.featureSelections, layout.pixelClassification, 'ilastikVersion'];
    const missing = needed.filter((name) => !roots.includes(name));
    if (missing.length > 0) {
      throw new BrushwoodError('write-failed', `"${partial}" was written without ${missing.join(', ')}.`, { partial });
    }
  } finally {
    await file.close();
  }
}

function asSaveError(error: unknown, target: string): unknown {
  if (error instanceof BrushwoodError || isAbortError(error)) return error;
  return new BrushwoodError(
    'write-failed',
    `"${target}" was not saved (${messageOf(error)}); the file on disk is what it was.`,
    { path: target },
    { cause: error },
  );
}

function noDisk(location: ProjectLocation): BrushwoodError {
  return new BrushwoodError(
    'unsupported',
    `"${location.path}" cannot be saved here: project files are written where there is a disk.`,
    { path: location.path },
  );
}

/** C's ctime, as ilastik notes it: `Mon Jan 25 19:23:55 2021`. */
function timeText(date: Date): string {
  const [day, month, number, year, time] = date.toString().split(' ');
  return `${day} ${month} ${String(Number(number)).padStart(2, ' ')} ${time} ${year}`;
}
