import { throwIfAborted, BrushwoodError } from '../errors.ts';
import type { ProjectLocation, ProjectStore, SaveOptions } from '../contracts/project-store.ts';
import { wholeRoi } from '../grid/roi.ts';
import type { ImageReference, Lane } from '../project/lane.ts';
import type { Project } from '../project/project.ts';

/** What lies at the paths a `memoryProjectStore` sees: projects, and texts as files of another kind. */
export type MemoryFiles = Map<string, Project | string>;

/** A project store over a map. */
export function memoryProjectStore(files: MemoryFiles): ProjectStore {
  const locked = new Set<string>();
  return {
    id: 'memory',
    displayName: 'Memory',
    extensions: ['.project'],
    probe: async ({ path }) => typeof files.get(path) === 'object',
    load: async (location, options) => {
      throwIfAborted(options?.signal);
      return { project: structuredClone(find(files, location)), warnings: [] };
    },
    save: async (project, location, options) => {
      const kept = await prepare(project, location, options);
      files.set(location.path, kept);
      return { project: structuredClone(kept), warnings: [] };
    },
    lock: async ({ path }) => {
      if (locked.has(path))
        throw new BrushwoodError('locked', `"${path}" is being edited by this process already.`, { path });
      locked.add(path);
      return { release: async () => void locked.delete(path) };
    },
  };
}

function find(files: MemoryFiles, { path }: ProjectLocation): Project {
  const found = files.get(path);
  if (found === undefined) throw new BrushwoodError('not-found', `There is no project "${path}" in memory.`, { path });
  if (typeof found === 'string') throw new BrushwoodError('broken-file', `"${path}" is a text, no project.`, { path });
  return found;
}

async function prepare(project: Project, location: ProjectLocation, options: SaveOptions): Promise<Project> {
  throwIfAborted(options.signal);
  if (project.isIncomplete) {
    throw new BrushwoodError(
      'project-incomplete',
      `Not everything in "${location.path}" could be read: it is not overwritten.`,
    );
  }
  const lanes: Lane[] = [];
  for (const [i, lane] of project.lanes.entries()) {
    const rawData = await embed(lane.rawData, { path: location.path, innerPath: `images/${i}`, options });
    lanes.push({ ...lane, rawData });
  }
  throwIfAborted(options.signal);
  return structuredClone({ ...project, lanes, origin: location.path });
}

async function embed(
  reference: ImageReference,
  { path, innerPath, options }: { path: string; innerPath: string; options: SaveOptions },
): Promise<ImageReference> {
  if (reference.storage !== 'embedded' || reference.location.path === path) return reference;
  const source = await options.openImage(reference);
  try {
    const tensor = await source.read(wholeRoi(source.info.shape), { signal: options.signal });
    return { ...reference, location: { path, innerPath, tensor } };
  } finally {
    await source.close();
  }
}
