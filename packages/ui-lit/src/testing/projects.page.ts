import {
  addLane,
  createContainer,
  describeImage,
  newProject,
  openImage,
  requestOf,
  writeLabels,
  type ImageReference,
  type Project,
  type ProjectLocation,
} from '@brushwood/core';
import { plugins } from '../plugins.ts';

/** What a project is made from: images, and how it keeps them. */
export interface ImageFile {
  readonly path: string;
  readonly blob?: Blob;
  readonly storage: ImageReference['storage'];
}

const { catalog } = createContainer(plugins);
const store = catalog.projectStores[0]!;

/** A project with two classes, one label of each at the first image's corner. */
export async function makeProject(images: readonly ImageFile[]): Promise<Project> {
  let project = newProject(catalog, ['ground', 'cell']);
  for (const { path, blob, storage } of images) {
    const options = { nickname: path.replace(/^.*\//, ''), storage };
    const { reference } = await describeImage(catalog.formats, { path, blob }, options);
    project = addLane(project, reference);
  }
  const [first, ...others] = project.lanes;
  const corner = { start: [0, 0, 0, 0, 0], stop: [1, 1, 1, 1, 2] } as const;
  const lanes = [{ ...first!, labels: writeLabels(first!.labels, corner, Uint8Array.of(1, 2)) }, ...others];
  return { ...project, lanes };
}

export function saveProject(project: Project, path: string): ReturnType<typeof store.save> {
  return store.save(project, { path }, { openImage: (image) => openImage(catalog.formats, requestOf(image)) });
}

export async function loadProject(location: ProjectLocation): Promise<Project> {
  return (await store.load(location)).project;
}

/** Puts bytes where a test in Node can fetch them. */
export async function toBase64(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = '';
  for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
  return btoa(text);
}
