import { checkProject } from './check-project.ts';
import { packValue, unpackValue } from './pack-values.ts';
import type { Project } from './project.ts';

/** Marks a packed project, and the version of its layout. */
const magic = 'bwproj01';

/**
 * A whole project as bytes, for another process or the browser's storage: `unpackProject` gives an equal one. The layout is that of
 * `packValue`. Images are referred to, as in the project; only those in memory come with their voxels.
 * @throws 'unsupported' for an image that is a file the browser was given: its place means nothing elsewhere
 */
export function packProject(project: Project): Uint8Array<ArrayBuffer> {
  return packValue(project, magic);
}

/**
 * Every field is checked for its type, sizes before memory is taken, arrays against the shapes they have to fill.
 * @throws 'broken-file' for bytes that are no packed project
 */
export function unpackProject(bytes: Uint8Array): Project {
  return checkProject(unpackValue(bytes, magic));
}
