import type { IncomingMessage } from 'node:http';
import { jsonAnswer, textAnswer, wrongMethod, type Answer } from './answers.ts';
import type { ExportJobs } from './export-jobs.ts';
import { exportType, unpackExport } from './export-request.ts';
import type { ProjectDesk } from './project-desk.ts';
import { readBody } from './read-body.ts';
import type { ServedImages } from './served-images.ts';

export interface ExportServices {
  readonly exports: ExportJobs;
  readonly images: ServedImages;
  readonly desk: ProjectDesk;
  readonly maxBodyBytes: number;
}

/**
 * Answers `exports` and `exports/ID`.
 * @param id undefined for all of them
 */
export async function answerExports(
  services: ExportServices,
  request: IncomingMessage,
  { id, query }: { id: string | undefined; query: string },
): Promise<Answer> {
  const { exports } = services;
  const method = request.method ?? '';
  const isRead = method === 'GET' || method === 'HEAD';
  if (id === undefined) {
    if (isRead) return jsonAnswer({ exports: exports.list() });
    return method === 'POST' ? startExport(services, request) : wrongMethod('GET, HEAD, POST');
  }
  if (isRead) {
    const record = exports.record(id);
    const since = Number(new URLSearchParams(query).get('since') ?? 0);
    return jsonAnswer({ ...record.summary(), changed: record.changedSince(since >= 0 ? since : 0) });
  }
  if (method !== 'DELETE') return wrongMethod('GET, HEAD, DELETE');
  exports.cancel(id);
  return jsonAnswer({});
}

async function startExport(services: ExportServices, request: IncomingMessage): Promise<Answer> {
  const { exports, images, desk, maxBodyBytes } = services;
  if (request.headers['content-type'] !== exportType) return textAnswer(415, `An export comes as ${exportType}.`);
  const wish = unpackExport(await readBody(request, maxBodyBytes));
  const project = images.fromPage(wish.project, desk.location.path);
  const record = await exports.start({ ...wish, project });
  return jsonAnswer({ ...record.summary(), changed: record.changedSince(0) }, 201);
}
