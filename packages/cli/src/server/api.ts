import { BrushwoodError, packProject, unpackProject, type Project } from '@brushwood/core';
import type { IncomingMessage } from 'node:http';
import { jsonAnswer, textAnswer, wrongMethod, type Answer } from './answers.ts';
import { answerExports, type ExportServices } from './exports-api.ts';
import { listFiles, maxRequestBytes, openFiles, type FileServices } from './files-api.ts';
import type { ImageService } from './image-service.ts';
import { nameOf } from './open-desk.ts';
import type { ProjectDesk, ProjectState } from './project-desk.ts';
import { readBody } from './read-body.ts';
import { isChunkPlace, resolveObject } from './zarr-view.ts';

export interface ApiServices extends FileServices, ExportServices {
  readonly desk: ProjectDesk;
  readonly reader: ImageService;
  readonly version: string;
  /** Of a project that is sent. */
  readonly maxBodyBytes: number;
}

/** Media type of a packed project. */
const projectType = 'application/vnd.brushwood.project';
/** What a save had to leave out, as JSON with escapes. */
const warningsHeader = 'Brushwood-Warnings';
/** Clients refuse answers with large headers, and would take the save for failed. */
const maxWarningsLength = 8192;

/**
 * Answers what lies below `/api/`:
 *
 *   GET  session                  what was opened, as JSON
 *   GET  project                  the packed project; its state in ETag
 *   PUT  project                  saves one; If-Match: the state it was made from. Answers the project as it is now
 *   POST project/copies           saves one beside the server's own, and answers {path}
 *   GET  files?path=0/folder      further images in the folders the server was started for
 *   POST files                    opens some of them
 *   GET  exports                  what is and was written
 *   POST exports                  writes results of images to disk
 *   GET  exports/ID?since=3       how far it is, and the images that changed since
 *   DELETE exports/ID             ends it
 *   GET  images/ID.zarr/KEY       an object of an image as OME-Zarr 0.5
 *
 * @param path without `/api/`, as it was sent: no part of it needs escapes
 */
export async function answerApi(
  services: ApiServices,
  request: IncomingMessage,
  { path, query, signal }: { path: string; query: string; signal: AbortSignal },
): Promise<Answer> {
  const method = request.method ?? '';
  const isRead = method === 'GET' || method === 'HEAD';
  if (path === 'session') return isRead ? session(services) : wrongMethod('GET, HEAD');
  if (path === 'project') {
    if (isRead) return packedProject(services, services.desk.state);
    return method === 'PUT' ? saveProject(services, request) : wrongMethod('GET, HEAD, PUT');
  }
  if (path === 'project/copies') return method === 'POST' ? copyProject(services, request) : wrongMethod('POST');
  if (path === 'files') {
    if (isRead) return listFiles(services, query);
    if (method !== 'POST') return wrongMethod('GET, HEAD, POST');
    const body = await readBody(request, maxRequestBytes);
    return openFiles(services, { type: request.headers['content-type'], body, signal });
  }
  const [isExport, exportId] = /^exports(?:\/([0-9a-f]{1,32}))?$/.exec(path) ?? [];
  if (isExport !== undefined) return answerExports(services, request, { id: exportId, query });
  const [, id, key] = /^images\/(\d+)\.zarr\/(.+)$/.exec(path) ?? [];
  if (id === undefined) return textAnswer(404, 'There is no such address.');
  return isRead ? imageObject(services, { id, key: key! }, signal) : wrongMethod('GET, HEAD');
}

function session({ desk, images, version }: ApiServices): Answer {
  images.toPage(desk.state.project);
  return jsonAnswer({
    application: 'brushwood',
    version,
    project: nameOf(desk),
    path: desk.location.path,
    isWritable: desk.obstacle === undefined,
    obstacle: desk.obstacle,
    warnings: desk.state.warnings,
    images: images.facts(),
  });
}

function packedProject({ images }: ApiServices, { project, revision, warnings }: ProjectState): Answer {
  return {
    status: 200,
    type: projectType,
    body: packProject(images.toPage(project)),
    headers: { ETag: `"${revision}"`, [warningsHeader]: warningsText(warnings) },
  };
}

/** The first of them, as many as fit. */
function warningsText(warnings: readonly string[]): string {
  const textOf = (count: number) => {
    const rest = warnings.length - count;
    const shown = [...warnings.slice(0, count), ...(rest > 0 ? [`… and ${rest} more, in the terminal.`] : [])];
    return encodeURIComponent(JSON.stringify(shown));
  };
  let count = warnings.length;
  while (count > 0 && textOf(count).length > maxWarningsLength) count--;
  return textOf(count);
}

async function saveProject(services: ApiServices, request: IncomingMessage): Promise<Answer> {
  const { desk, images } = services;
  const sent = await sentProject(services, request);
  if (!sent.project) return sent.refusal;
  const revision = revisionOf(request.headers['if-match']);
  const state = await desk.save(images.fromPage(sent.project, desk.location.path), revision);
  return packedProject(services, state);
}

async function copyProject(services: ApiServices, request: IncomingMessage): Promise<Answer> {
  const { desk, images } = services;
  const sent = await sentProject(services, request);
  if (!sent.project) return sent.refusal;
  return jsonAnswer({ path: await desk.saveCopy((path) => images.fromPage(sent.project, path)) });
}

async function sentProject(
  { maxBodyBytes }: ApiServices,
  request: IncomingMessage,
): Promise<{ project: Project } | { project?: undefined; refusal: Answer }> {
  const type = request.headers['content-type'];
  if (type !== projectType) return { refusal: textAnswer(415, `A project comes as ${projectType}.`) };
  return { project: unpackProject(await readBody(request, maxBodyBytes)) };
}

function revisionOf(header: string | undefined): number | undefined {
  if (header === undefined || header === '*') return undefined;
  const revision = /^"(\d{1,9})"$/.exec(header)?.[1];
  if (revision !== undefined) return Number(revision);
  throw new BrushwoodError('invalid-parameter', `If-Match is "${header}", but states are numbers in quotes.`);
}

async function imageObject(
  { images, reader }: ApiServices,
  { id, key }: { id: string; key: string },
  signal: AbortSignal,
): Promise<Answer> {
  const request = images.request(id);
  if (!request) return textAnswer(404, 'There is no such image.');
  const object = resolveObject(await reader.view(id, request), key);
  if (!object) return textAnswer(404, 'The image has no such object.');
  if (!isChunkPlace(object)) return jsonAnswer(object);
  const body = await reader.chunk(id, request, object, signal);
  return { status: 200, type: 'application/octet-stream', body };
}
