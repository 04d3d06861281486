import { createContainer, createInlinePool, createPoolExecutor, type Project, type WorkerPool } from '@brushwood/core';
import { mkdirSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { plugins } from '../plugins.ts';
import { Report } from '../report.ts';
import { imageTasks } from '../server/image-task-handlers.ts';
import { serveInputs } from '../server/serve-inputs.ts';
import type { UiServer } from '../server/ui-server.ts';

export const { catalog } = createContainer([...plugins, imageTasks]);

export interface ServerSetup {
  /** What the command would be given. */
  readonly inputs: readonly string[];
  readonly webFolder: string;
  readonly maxBodyBytes?: number;
  /** Does the work of image tasks; default this thread. */
  readonly pool?: WorkerPool;
}

export interface TestUiServer extends UiServer {
  readonly origin: string;
  /** Faults of the program so far. */
  readonly faults: readonly unknown[];
}

/** The server of `brushwood ui` in this process, its images read in this thread. */
export async function startTestUiServer({
  inputs,
  webFolder,
  maxBodyBytes = 2 ** 26,
  pool = createInlinePool(catalog),
}: ServerSetup): Promise<TestUiServer> {
  const faults: unknown[] = [];
  const server = await serveInputs(inputs, {
    catalog,
    pool,
    async composeExports() {
      const own = createInlinePool(catalog);
      return { catalog, pool: own, executor: createPoolExecutor(own) };
    },
    report: new Report({ quiet: true }),
    version: '0.0.0',
    maxBodyBytes,
    webFolder,
    port: 0,
    onFault: (error) => faults.push(error),
  });
  const close = async () => {
    await server.close();
    await pool.close();
  };
  return { ...server, origin: `http://127.0.0.1:${server.port}`, faults, close };
}

/** A folder like that of the built app, with files around it that nobody may get. */
export function makeWebFolder(folder: string): string {
  const web = join(folder, 'app', 'web');
  mkdirSync(join(web, 'assets'), { recursive: true });
  writeFileSync(join(web, 'index.html'), '<!doctype html><style>html{margin:0}</style><title>Brushwood</title>');
  writeFileSync(join(web, 'assets', 'app-C0ffee12.js'), 'export {};');
  writeFileSync(join(web, 'module.wasm'), Uint8Array.of(0, 97, 115, 109));
  writeFileSync(join(web, '.hidden'), 'hidden');
  writeFileSync(join(folder, 'app', 'secret.txt'), 'secret');
  return web;
}

export interface RawRequest {
  readonly method?: string;
  /** Sent as it is: no `..` is taken out of it, as `fetch` would. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** One request, byte for byte as it is given. */
export function sendRaw(port: number, { method = 'GET', path, headers = {}, body }: RawRequest): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port, method, path, headers, agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** The headers of a page that has come in. */
export function cookieOf({ port, access }: Pick<UiServer, 'port' | 'access'>): Record<string, string> {
  return { Cookie: `brushwood-${port}=${access.token}` };
}

/** The same project under other names. */
export function renamed(project: Project, name: string): Project {
  return { ...project, classes: project.classes.map((item, i) => ({ ...item, name: `${name} ${i + 1}` })) };
}
