import { BrushwoodError, isAbortError, messageOf } from '@brushwood/core';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Access } from './access.ts';
import { errorAnswer, send, textAnswer, wrongMethod, type Answer } from './answers.ts';
import { answerApi, type ApiServices } from './api.ts';
import { discardRest } from './read-body.ts';
import { contentSecurityPolicy, securityHeaders } from './security-headers.ts';
import { inlineStyleHashes, staticFile } from './static-files.ts';

export interface UiServerOptions extends ApiServices {
  /** The app's files. */
  readonly webFolder: string;
  /** The only port to try; without it 8642, or a free one. */
  readonly port?: number;
  /** Hears of faults that a client is not told about. */
  readonly onFault: (error: unknown) => void;
}

/** A server that runs. */
export interface UiServer {
  readonly port: number;
  readonly access: Access;
  /** Ends it: requests under way are cut off, a save is not. */
  close(): Promise<void>;
}

/** Easy to remember, and the same every time, so that a bookmark works while the server runs. */
const usualPort = 8642;

/** For the answers that are on their way when the server ends, that of the last save among them. */
const lastAnswersMs = 1000;

/**
 * Starts the server on 127.0.0.1.
 * @throws 'invalid-parameter' if the port that was asked for cannot be had, 'not-found' if the app was not built
 */
export async function startUiServer(options: UiServerOptions): Promise<UiServer> {
  const { webFolder, desk } = options;
  const common = { ...securityHeaders, 'Content-Security-Policy': await policyOf(webFolder) };
  const server = createServer({ requestTimeout: 0, maxHeaderSize: 32 << 10 });
  const port = await listen(server, options.port);
  const access = new Access(port);
  server.on('request', (request, response) => void handle(request, response));

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const stop = new AbortController();
    response.once('close', () => stop.abort());
    const answer = await answerTo(request, stop.signal);
    if (!answer) return;
    const isRead = await discardRest(request);
    if (response.destroyed) return;
    // What is left of a body would be taken for the next request.
    const headers = isRead ? answer.headers : { ...answer.headers, Connection: 'close' };
    send(response, { ...answer, headers }, common);
  }

  async function answerTo(request: IncomingMessage, signal: AbortSignal): Promise<Answer | undefined> {
    try {
      return await route(request, { access, options, signal });
    } catch (error) {
      if (isAbortError(error) && signal.aborted) return undefined;
      if (!(error instanceof BrushwoodError)) options.onFault(error);
      return errorAnswer(error);
    }
  }

  return {
    port,
    access,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      await desk.settled();
      await Promise.race([closed, delay(lastAnswersMs, undefined, { ref: false })]);
      server.closeAllConnections();
      await closed;
    },
  };
}

interface RouteContext {
  readonly access: Access;
  readonly options: UiServerOptions;
  readonly signal: AbortSignal;
}

async function route(request: IncomingMessage, context: RouteContext): Promise<Answer> {
  const { access, options, signal } = context;
  const refusal = access.refusesSender(request.headers);
  if (refusal) return textAnswer(403, refusal);
  const url = request.url ?? '';
  // Only paths: proxies are asked for whole addresses, and `//host` would become another one.
  if (!/^\/(?!\/)/.test(url)) return textAnswer(400, 'This is no path.');
  const [path = '', query = ''] = url.split(/\?(.*)/s);
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  const token = path === '/' && isRead ? new URLSearchParams(query).get('token') : null;
  if (token !== null) return access.acceptsToken(token) ? welcome(access, query) : unknownClient();
  if (!access.isKnown(request.headers)) return unknownClient();
  if (path.startsWith('/api/')) {
    const site = access.refusesSite(request.headers);
    return site
      ? textAnswer(403, site)
      : answerApi(options, request, { path: path.slice('/api/'.length), query, signal });
  }
  return isRead ? staticFile(options.webFolder, path, request.headers['if-none-match']) : wrongMethod('GET, HEAD');
}

/** The token leaves the address, where it would be seen and bookmarked, for a cookie. */
function welcome(access: Access, query: string): Answer {
  const rest = new URLSearchParams(query);
  rest.delete('token');
  const text = rest.toString();
  return textAnswer(303, 'Welcome.', { Location: text === '' ? '/' : `/?${text}`, 'Set-Cookie': access.setCookie() });
}

function unknownClient(): Answer {
  return textAnswer(
    403,
    'Open Brushwood by the address that "brushwood ui" printed in the terminal: it ends in a token.',
  );
}

async function policyOf(webFolder: string): Promise<string> {
  try {
    return contentSecurityPolicy(await inlineStyleHashes(join(webFolder, 'index.html')));
  } catch (cause) {
    throw new BrushwoodError(
      'not-found',
      `The app is missing: there is no "${join(webFolder, 'index.html')}" (${messageOf(cause)}). Install brushwood again; in its source ` +
        'tree, npm run build.',
      { webFolder },
      { cause },
    );
  }
}

async function listen(server: Server, asked: number | undefined): Promise<number> {
  if (asked !== undefined && asked !== 0) return listenOn(server, asked);
  if (asked === 0) return listenOn(server, 0);
  return listenOn(server, usualPort).catch(() => listenOn(server, 0));
}

function listenOn(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const onError = (cause: NodeJS.ErrnoException) => reject(portError(port, cause));
    server.once('error', onError);
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      server.off('error', onError);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function portError(port: number, cause: NodeJS.ErrnoException): BrushwoodError {
  const reason =
    cause.code === 'EADDRINUSE'
      ? 'another program uses it, perhaps another brushwood ui'
      : cause.code === 'EACCES'
        ? 'only an administrator may'
        : messageOf(cause);
  return new BrushwoodError(
    'invalid-parameter',
    `The server cannot listen on port ${port}: ${reason}. Name another with --port, or leave it out and a free one is taken.`,
    { port },
    { cause },
  );
}
