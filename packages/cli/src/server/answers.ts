import { BrushwoodError, messageOf, type ErrorCode } from '@brushwood/core';
import type { ServerResponse } from 'node:http';

/** What a handler answers; whoever sends it adds the headers all answers have. */
export interface Answer {
  readonly status: number;
  readonly type?: string;
  readonly body?: Uint8Array | string;
  readonly headers?: Readonly<Record<string, string>>;
}

export function jsonAnswer(value: unknown, status = 200): Answer {
  return { status, type: 'application/json; charset=utf-8', body: JSON.stringify(value) };
}

/** For people who see it in their browser. */
export function textAnswer(status: number, text: string, headers?: Answer['headers']): Answer {
  return { status, type: 'text/plain; charset=utf-8', body: `${text}\n`, headers };
}

export function wrongMethod(allowed: string): Answer {
  return textAnswer(405, `Only ${allowed} is possible here.`, { Allow: allowed });
}

/** Statuses of errors that a program can do something about. All others are 422: the request is understood and cannot be done. */
const statuses: Partial<Record<ErrorCode, number>> = {
  'not-found': 404,
  'lane-missing': 404,
  'invalid-parameter': 400,
  'invalid-roi': 400,
  locked: 409,
  'other-settings': 412,
  'too-large': 413,
  internal: 500,
};

/** An error as JSON, so that the page can throw the same one. Faults of the program say no more than that. */
export function errorAnswer(error: unknown): Answer {
  const known = error instanceof BrushwoodError ? error : new BrushwoodError('internal', messageOf(error));
  const { code, message, details } = known;
  return jsonAnswer({ error: { code, message, details } }, statuses[known.code] ?? 422);
}

/** Sends an answer with the headers of the server. */
export function send(response: ServerResponse, answer: Answer, common: Readonly<Record<string, string>>): void {
  const body = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body;
  response.writeHead(answer.status, {
    ...common,
    ...(answer.type ? { 'Content-Type': answer.type } : {}),
    // 304 speaks of a body that is not sent.
    ...(answer.status === 304 ? {} : { 'Content-Length': String(body?.length ?? 0) }),
    ...answer.headers,
  });
  if (response.req.method === 'HEAD' || !body) response.end();
  else response.end(body);
}
