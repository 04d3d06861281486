import {
  BrushwoodError,
  findById,
  openImage,
  requestOf,
  type Catalog,
  type Project,
  type ProjectStore,
  type SaveOptions,
} from '@brushwood/core';
import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Report } from './report.ts';

/** Where a command's words go, and what stops it. */
export interface ProjectRun {
  readonly report: Report;
  readonly signal?: AbortSignal;
}

/** The store of a project path. There is one format, ilastik's. */
export function storeOf(catalog: Catalog, path: string): ProjectStore {
  const store = catalog.projectStores.find((candidate) =>
    candidate.extensions.some((extension) => path.toLowerCase().endsWith(extension)),
  );
  if (!store) {
    throw new BrushwoodError(
      'invalid-parameter',
      `A project file ends in ${catalog.projectStores.flatMap((candidate) => candidate.extensions).join(' or ')}; "${path}" does not.`,
      { path },
    );
  }
  return store;
}

/** Reads a project and reports what could not be carried over. */
export async function loadProject(catalog: Catalog, path: string, { report, signal }: ProjectRun): Promise<Project> {
  const store = storeOf(catalog, path);
  checkProjectPath(path);
  const { project, warnings } = await store.load({ path: resolve(path) }, { signal });
  for (const warning of warnings) report.warn(`${path}: ${warning}`);
  return project;
}

export function checkProjectPath(path: string): void {
  if (!existsSync(path)) {
    throw new BrushwoodError(
      'not-found',
      `There is no project "${path}". Make one: brushwood create ${path} --image IMAGE.`,
      { path },
    );
  }
  if (statSync(path).isDirectory()) throw folderError(path);
}

function folderError(path: string): BrushwoodError {
  return new BrushwoodError('broken-file', `"${path}" is a folder, not a project file. Name the .ilp file.`, { path });
}

/** Writes a project that is new on disk. */
export async function createProject(
  catalog: Catalog,
  path: string,
  make: () => Promise<Project>,
  options: ProjectRun & { force?: boolean },
): Promise<void> {
  const store = storeOf(catalog, path);
  if (existsSync(path) && statSync(path).isDirectory()) throw folderError(path);
  if (existsSync(path) && !options.force) {
    throw new BrushwoodError(
      'already-exists',
      `"${path}" exists already. Use another name, or --force to replace it.`,
      { path },
    );
  }
  const location = { path: resolve(path) };
  checkFolder(dirname(location.path), path);
  const lock = await store.lock(location);
  try {
    const { warnings } = await store.save(await make(), location, saveOptions(catalog, options));
    for (const warning of warnings) options.report.warn(`${path}: ${warning}`);
  } finally {
    await lock.release();
  }
}

function checkFolder(folder: string, path: string): void {
  if (existsSync(folder) && statSync(folder).isDirectory()) return;
  throw new BrushwoodError(
    'not-found',
    `"${path}" cannot be written: there is no folder "${folder}". Make it first, or name another place.`,
    { path, folder },
  );
}

/** Reads a project, changes it and writes it back, under its lock. Returns what was written. */
export async function editProject(
  catalog: Catalog,
  path: string,
  edit: (project: Project) => Promise<Project> | Project,
  run: ProjectRun,
): Promise<Project> {
  const store = storeOf(catalog, path);
  checkProjectPath(path);
  const location = { path: resolve(path) };
  const lock = await store.lock(location);
  try {
    const before = await loadProject(catalog, path, run);
    const after = await edit(before);
    if (after === before) return before;
    const { project: saved, warnings } = await store.save(after, location, saveOptions(catalog, run));
    for (const warning of warnings) run.report.warn(`${path}: ${warning}`);
    if (before.classifier.model && !after.classifier.model) {
      run.report.note('The trained classifier fits no longer and was removed. Train again: brushwood train PROJECT.');
    }
    return saved;
  } finally {
    await lock.release();
  }
}

export function saveOptions({ formats }: Catalog, { signal }: ProjectRun): SaveOptions {
  return { openImage: (reference) => openImage(formats, requestOf(reference), { signal }), signal };
}

/** The workflow a project belongs to. */
export function workflowOf(catalog: Catalog, project: Project) {
  return findById(catalog.workflows, project.workflowId, 'workflow');
}
